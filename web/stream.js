// How do encrypted segments become a picture? Shaka Player, set up for one session and its keys.
import shaka from "./dist/shaka-player.js";

const { Category, Severity } = shaka.util.Error;

/** The stream cannot go on; `message` is meant for the viewer. */
export class StreamFailure extends Error {
  name = "StreamFailure";
  constructor(cause) {
    super(words(cause), { cause });
  }
}

function words({ category }) {
  if (category === Category.NETWORK) return "The film stopped arriving. Check the connection and try again.";
  if (category === Category.DRM) return "This screen was not given the key to the film.";
  if (category === Category.MANIFEST || category === Category.STREAMING) return "The film could not be opened.";
  return "This browser could not play the film.";
}

/**
 * Plays `manifest` in `video` from `startMs` on, with the keys `drm` leads to. Returns the shaka.Player;
 * destroy it when done. Throws StreamFailure; later failures go to `onFailure`.
 */
export async function openStream(video, { manifest, drm, startMs, onFailure }) {
  shaka.polyfill.installAll();
  if (!shaka.Player.isBrowserSupported()) throw new StreamFailure({});
  const player = new shaka.Player();
  // HLS names its key addresses in the playlists; only DASH asks the license server itself.
  if (manifest.protocol === "DASH") player.configure("drm.servers", { "org.w3.clearkey": drm.clearKeyUrl });
  player.configure("abr.restrictToElementSize", true);
  player.getNetworkingEngine().registerRequestFilter((type, request) => {
    if (type === shaka.net.NetworkingEngine.RequestType.LICENSE) request.headers.Authorization = `Bearer ${drm.token}`;
  });
  player.addEventListener("error", ({ detail }) => {
    if (detail.severity === Severity.CRITICAL) onFailure(new StreamFailure(detail));
  });
  try {
    await player.attach(video);
    await player.load(manifest.url, startMs / 1000);
  } catch (error) {
    await player.destroy();
    throw new StreamFailure(error);
  }
  return player;
}
