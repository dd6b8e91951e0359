// How long does the page wait before it asks again? Longer after each failure, never in step with other screens.

const FIRST_MS = 1000; // a part that was restarted is usually back within seconds
const LONGEST_MS = 30_000; // a viewer who looks up finds the page right again

/**
 * Milliseconds to wait after `failures` in a row (1 or more). `retryAfterSeconds`, when the house named it, is the
 * least. `random` is in [0, 1): it spreads the screens, so that a house that is back is not met by all at once.
 */
export function pauseMs(failures, { retryAfterSeconds = 0, random = Math.random(), firstMs = FIRST_MS, longestMs = LONGEST_MS } = {}) {
  const most = Math.min(longestMs, firstMs * 2 ** (failures - 1));
  return Math.max(most * (0.5 + random / 2), retryAfterSeconds * 1000 * (1 + random / 4));
}
