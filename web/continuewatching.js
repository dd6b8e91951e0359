// What is in Continue Watching after this event? The row's items, folded; nothing here knows the page.

/**
 * `items` (RowItems, newest first) after a ContinueWatchingChanged `event`. An event that is older than what
 * the row already knows of the same film or episode changes nothing.
 */
export function fold(items, { state, removed }) {
  const title = state.playable.series ?? state.playable;
  const known = items.find((item) => item.title.id === title.id);
  const stale = known?.resume?.playable.id === state.playable.id && known.resume.revision > state.revision;
  if (stale) return items;
  const others = items.filter((item) => item !== known);
  return removed ? others : [{ title: known?.title ?? title, resume: state }, ...others];
}
