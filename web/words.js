// How do numbers and failures read to a person on a sofa?

/** 40 s, 24 min, 1 h 52 min. */
export function runtime(milliseconds) {
  const seconds = Math.round(milliseconds / 1000);
  if (seconds < 90) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  return minutes % 60 ? `${Math.floor(minutes / 60)} h ${minutes % 60} min` : `${minutes / 60} h`;
}

/** 0:21, 24:00, 1:52:07. */
export function clock(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const parts = [Math.floor(whole / 60) % 60, whole % 60];
  const hours = Math.floor(whole / 3600);
  if (hours) parts.unshift(hours);
  return parts.map((part, index) => (index ? String(part).padStart(2, "0") : part)).join(":");
}

/** S1 E2, or the empty string for a film. */
export function episodeMark(playable) {
  return playable.season ? `S${playable.season.number} E${playable.number}` : "";
}

/** The short facts under a title: 2026 · 40 s · 12+ · Drama. */
export function titleFacts(title) {
  const length = title.__typename === "Series" ? counted(title.episodeCount, "episode") : runtime(title.runtimeMs);
  const genres = title.genres.slice(0, 2).map((genre) => genre.name);
  return [title.year, length, title.certification?.label, ...genres].filter(Boolean);
}

function counted(number, noun) {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}

/** What to tell the viewer; refusals of the server are already in the viewer's words. */
export function inWords(error) {
  if (error.name === "Refusal") return error.message;
  if (error.name === "Unreachable") return "Marquee cannot be reached just now. Check the connection and try again.";
  if (error.name === "StreamFailure") return error.message;
  console.error(error);
  return "Something went wrong on this screen. Try again.";
}
