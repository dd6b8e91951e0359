// When does a screen look again? Soon after a failure or an old answer, seldom while all is well, never unseen.
import { pauseMs } from "./patience.js";

const WHILE_FRESH_MS = 300_000; // new films and rows come about this often

/** Calls `look()` on a schedule; it tells whether all is fresh now, and throws when nothing could be had. */
export class Refresher {
  #look;
  #timer;
  #failures = 0;
  #closed = false;
  #looking = false;

  constructor(look) {
    this.#look = look;
    globalThis.addEventListener?.("online", this.soon);
    globalThis.document?.addEventListener("visibilitychange", this.#whenSeen);
  }

  /** What the last look, made by somebody else, has shown. */
  saw(fresh) {
    this.#failures = fresh ? 0 : this.#failures + 1;
    this.#wait(fresh ? WHILE_FRESH_MS * (0.75 + Math.random() / 2) : pauseMs(this.#failures));
  }

  /** Something may have changed: look at once, unless a look is under way. */
  soon = () => {
    if (!this.#closed && !this.#looking) this.#wait(0);
  };

  close() {
    this.#closed = true;
    clearTimeout(this.#timer);
    globalThis.removeEventListener?.("online", this.soon);
    globalThis.document?.removeEventListener("visibilitychange", this.#whenSeen);
  }

  #whenSeen = () => {
    if (!document.hidden && this.#failures) this.soon();
  };

  #wait(milliseconds) {
    clearTimeout(this.#timer);
    if (!this.#closed) this.#timer = setTimeout(() => this.#turn(), milliseconds);
  }

  async #turn() {
    this.#looking = true;
    try {
      this.saw(await this.#look());
    } catch (error) {
      this.#failures += 1;
      this.#wait(pauseMs(this.#failures, { retryAfterSeconds: error.retryAfterSeconds ?? 0 }));
    } finally {
      this.#looking = false;
    }
  }
}
