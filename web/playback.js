// What does the house know of this screen while it plays? The lease: started, kept by heartbeats, given back.
import { HEARTBEAT, START_PLAYBACK, STOP_PLAYBACK } from "./operations.js";

const CODECS = ["avc1.640028", "hvc1.1.6.L120.90", "av01.0.08M.08", "mp4a.40.2"];
const RETRY_MS = 3000; // a missed heartbeat is made good well before the lease runs out

/** What this screen can decode and show, as the server asks to know it. */
function capabilities(protocol) {
  const kind = (codec) => (codec.startsWith("mp4a") ? "audio" : "video");
  return {
    codecs: CODECS.filter((codec) => MediaSource.isTypeSupported(`${kind(codec)}/mp4; codecs="${codec}"`)),
    maxHeight: Math.round(screen.height * devicePixelRatio),
    drm: ["CLEARKEY"],
    protocols: [protocol],
  };
}

export class Playback {
  #session;
  #sequence = 0;
  #timer;
  #sending = Promise.resolve();
  #observe = null; // set while heartbeats go out
  #stopped = false;
  #onLost = () => {};

  /** Asks for a lease on `playableId`; resumes where the viewer was unless `startMs` says otherwise. */
  static async start(session, { playableId, protocol, startMs }) {
    const input = { playableId, startMs, capabilities: capabilities(protocol), idempotencyKey: crypto.randomUUID() };
    const { startPlayback } = await session.request(START_PLAYBACK, { input });
    return new Playback(session, startPlayback);
  }

  constructor(session, started) {
    this.#session = session;
    this.started = started;
  }

  /** Keeps the lease: `observe()` gives the sample of a HeartbeatInput; `onLost(refusal)` when it is gone. */
  keep(observe, onLost) {
    this.#observe = observe;
    this.#onLost = onLost;
    this.#schedule(this.started.heartbeatSeconds * 1000);
  }

  /** A heartbeat now, as after a pause or a seek; they leave one after another, in order. */
  beat() {
    if (!this.#observe) return;
    clearTimeout(this.#timer);
    this.#sending = this.#sending.then(() => this.#send());
  }

  /** Gives the lease back, and the place with it. Safe to call twice, and from a page that is going away. */
  async stop(positionMs) {
    clearTimeout(this.#timer);
    this.#observe = null;
    if (this.#stopped) return;
    this.#stopped = true;
    const variables = { sessionId: this.started.session.id, positionMs };
    await this.#session.request(STOP_PLAYBACK, variables, { keepalive: true }).catch(() => {}); // the lease dies by itself
  }

  #schedule(milliseconds) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.beat(), milliseconds);
  }

  async #send() {
    if (!this.#observe) return;
    this.#sequence += 1;
    const input = { sessionId: this.started.session.id, sequence: this.#sequence, ...this.#observe() };
    try {
      const { heartbeat } = await this.#session.request(HEARTBEAT, { input });
      if (this.#observe) this.#schedule(heartbeat.nextInSeconds * 1000);
    } catch (error) {
      if (!this.#observe) return;
      if (error.code !== "SESSION_LOST") return this.#schedule(Math.max(RETRY_MS, (error.retryAfterSeconds ?? 0) * 1000));
      this.#observe = null;
      this.#stopped = true;
      this.#onLost(error);
    }
  }
}
