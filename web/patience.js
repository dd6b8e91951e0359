// How long does the page wait before it asks again? Longer after each failure, never in step with other screens.

const FIRST_MS = 1000; // a part that was restarted is usually back within seconds
const FIRST_SEEN_MS = 2000; // the viewer is told of it, and has to be able to read that
const LONGEST_MS = 30_000; // a viewer who looks up finds the page right again

/** Does something again while what keeps it from succeeding will pass; one attempt at a time. */
export class Retry {
  #timer;
  #failures = 0;

  /** Calls `action` after a pause, unless `error` is one that stays; the pause in milliseconds, or null. */
  after(error, action) {
    this.cancel();
    if (!error.isTemporary) return null;
    this.#failures += 1;
    const pause = pauseMs(this.#failures, { retryAfterSeconds: error.retryAfterSeconds, firstMs: FIRST_SEEN_MS });
    this.#timer = setTimeout(action, pause);
    return pause;
  }

  cancel() {
    clearTimeout(this.#timer);
  }
}

/**
 * Milliseconds to wait after `failures` in a row (1 or more). `retryAfterSeconds`, when the house named it, is the
 * least. `random` is in [0, 1): it spreads the screens, so that a house that is back is not met by all at once.
 */
export function pauseMs(failures, { retryAfterSeconds = 0, random = Math.random(), firstMs = FIRST_MS, longestMs = LONGEST_MS } = {}) {
  const most = Math.min(longestMs, firstMs * 2 ** (failures - 1));
  return Math.max(most * (0.5 + random / 2), retryAfterSeconds * 1000 * (1 + random / 4));
}
