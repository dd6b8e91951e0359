// Is what we show of now? What a page and its rows say of where they came from, in a viewer's words.

/**
 * `{old, missing, computedAt}` of a page as HOME answers it: whether a part of it is a kept copy, whether a part is
 * missing, and when the oldest kept part was made (milliseconds of the epoch, null when nothing is old).
 */
export function stateOf(page) {
  const rows = page.rows.edges.map(({ node }) => node);
  const parts = [page, ...rows].map(({ provenance }) => provenance).filter(Boolean);
  const old = parts.filter(({ source }) => source === "STALE");
  const made = old.map(({ computedAt }) => Date.parse(computedAt)).filter(Number.isFinite);
  const missing = rows.some(({ items }) => !items) || parts.some(({ degraded }) => degraded);
  return { old: old.length > 0, missing, computedAt: made.length ? Math.min(...made) : null };
}

/** How long ago, as people say it: a moment ago, 4 min ago, 2 h ago, 3 days ago. Clocks may differ: never in the future. */
export function ago(madeAt, now) {
  const minutes = Math.floor(Math.max(0, now - madeAt) / 60_000);
  if (minutes < 1) return "a moment ago";
  if (minutes < 60) return `${minutes} min ago`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return `${hours} h ago`;
  const days = Math.floor(hours / 24);
  return days === 1 ? "a day ago" : `${days} days ago`;
}

/** The quiet line over the page, or the empty string while there is nothing to say. */
export function badgeWords({ old, missing, computedAt }, now) {
  if (old) return `Offline · showing what we have${computedAt === null ? "" : ` from ${ago(computedAt, now)}`}`;
  return missing ? "Some of this page is missing just now" : "";
}
