// How do encrypted segments become a picture? Shaka Player, set up for one session and its keys.
import shaka from "./dist/shaka-player.js";

const { Category, Severity } = shaka.util.Error;

// About a minute, asked every second or two: a part of the house that is restarted is back by then, and the film
// goes on as soon as it is, with nothing for the viewer to press.
const PATIENCE = { maxAttempts: 40, baseDelay: 1500, backoffFactor: 1, fuzzFactor: 0.5, connectionTimeout: 6000, stallTimeout: 6000, timeout: 20_000 };
const SAY_FROM_RETRY = 2; // one lost request is no news
const WORTH_ANOTHER_TRY = [408, 425, 429]; // of the refusals (4xx); of what else may fail, everything

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
 * destroy it when done. Throws StreamFailure; later failures go to `onFailure`. `onRetry(words)` is called when
 * something did not arrive and is asked for again.
 */
export async function openStream(video, { manifest, drm, startMs, onFailure, onRetry }) {
  shaka.polyfill.installAll();
  if (!shaka.Player.isBrowserSupported()) throw new StreamFailure({});
  const player = new shaka.Player();
  // HLS names its key addresses in the playlists; only DASH asks the license server itself.
  if (manifest.protocol === "DASH") player.configure("drm.servers", { "org.w3.clearkey": drm.clearKeyUrl });
  player.configure("abr.restrictToElementSize", true);
  for (const part of ["manifest", "drm", "streaming"]) player.configure(`${part}.retryParameters`, PATIENCE);
  const network = player.getNetworkingEngine();
  let retries = 0;
  network.addEventListener("retry", (event) => {
    const status = event.error.data[1];
    if (status >= 400 && status < 500 && !WORTH_ANOTHER_TRY.includes(status)) return event.preventDefault();
    retries += 1;
    if (retries >= SAY_FROM_RETRY) onRetry();
  });
  network.registerResponseFilter(() => {
    retries = 0;
  });
  network.registerRequestFilter((type, request) => {
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
