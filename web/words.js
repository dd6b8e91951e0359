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

/** What the page says while it waits to ask again. */
export function againIn(milliseconds) {
  return `Tries again by itself in ${counted(Math.max(1, Math.round(milliseconds / 1000)), "second")}.`;
}

/** "just now", "5 minutes ago", "yesterday": how long `instant` (RFC 3339) is before `now` (ms). */
export function ago(instant, now) {
  const seconds = Math.max(0, (now - Date.parse(instant)) / 1000);
  const [unit, length] = SPANS.find(([, each]) => seconds >= each) ?? [];
  return unit ? AGO.format(-Math.floor(seconds / length), unit) : "just now";
}

const AGO = new Intl.RelativeTimeFormat("en", { numeric: "auto" });
const SPANS = [["year", 31_536_000], ["month", 2_592_000], ["week", 604_800], ["day", 86_400], ["hour", 3600], ["minute", 60]];

/** "20:15", `seconds` after `now` (ms), as clocks in this place show it. */
export function timeIn(seconds, now) {
  return new Intl.DateTimeFormat(undefined, { hour: "numeric", minute: "2-digit" }).format(now + seconds * 1000);
}

const KINDS = { TV: "Television", MOBILE: "Phone", TABLET: "Tablet", WEB: "Browser", CONSOLE: "Game console", SET_TOP: "Set-top box" };
export const deviceKind = (kind) => KINDS[kind] ?? "Screen";

const PLANS = { FREE: "Free", BASIC: "Basic", STANDARD: "Standard", PREMIUM: "Premium" };
export const planName = (tier) => `${PLANS[tier] ?? tier} plan`;

/** A language in its own words: Deutsch, not German. */
export function languageName(tag) {
  const name = new Intl.DisplayNames([tag], { type: "language" }).of(tag);
  return name[0].toLocaleUpperCase(tag) + name.slice(1);
}

const HEADLINES = {
  INVALID_INPUT: "That did not work",
  NOT_FOUND: "Not here any more",
  UNAUTHENTICATED: "Please sign in",
  TOKEN_EXPIRED: "Please sign in again",
  TOKEN_INVALID: "Please sign in again",
  FORBIDDEN: "Not for this profile",
  TOO_COMPLEX: "That was too much at once",
  RATE_LIMITED: "Too often, too quickly",
  PIN_REQUIRED: "There is a PIN before this",
  PIN_LOCKED: "Locked for a while",
  SLOW_DOWN: "Too often, too quickly",
  PENDING: "Not yet",
  EXPIRED: "Its time has run out",
  DENIED: "Turned away",
  CONFLICT: "That does not go together",
  NOT_READY: "Almost ready",
  UNSUPPORTED_DEVICE: "Not on this screen",
  SESSION_LOST: "Playing elsewhere, or paused too long",
  OVERLOADED: "A full house tonight",
  UNAVAILABLE: "One moment, please",
};

/** A few words that name the trouble; every ProblemCode has its own. */
export function headline(error) {
  if (error.name === "Unreachable") return navigator.onLine === false ? "This screen is offline" : "Marquee does not answer";
  if (error.name === "StreamFailure") return "The film cannot go on";
  return HEADLINES[error.code] ?? "Something went wrong";
}

const WORDS = {
  PIN_REQUIRED: "That is not the PIN.", // the pad is up by then
  OVERLOADED: "Very many people are watching just now.",
  UNAVAILABLE: "This part of Marquee is being put right.",
  TOKEN_EXPIRED: "This screen was signed out.",
  TOKEN_INVALID: "This screen was signed out.",
};

/** What to tell the viewer, as a sentence; most refusals of the server are already in the viewer's words. */
export function inWords(error) {
  if (error.name === "Unreachable") {
    return navigator.onLine === false ? "Check the network of this screen." : "It may be the network, or the house itself.";
  }
  if (error.name === "StreamFailure") return error.message;
  if (error.name === "Refusal" && error.code) return [WORDS[error.code] ?? error.message, ...moreWords(error)].join(" ");
  if (error.name !== "Refusal") console.error(error);
  return "It is not your fault. Try again in a moment.";
}

/** What is left, and until when: the numbers that come with a refusal. */
function moreWords({ code, attemptsLeft, retryAfterSeconds }) {
  if (code === "PIN_REQUIRED") return [attemptsLeft === 1 ? "One more try." : `${attemptsLeft} more tries.`];
  const waits = ["PIN_LOCKED", "RATE_LIMITED"].includes(code) && retryAfterSeconds;
  return waits ? [`Try again at ${timeIn(retryAfterSeconds + 59, Date.now())}.`] : []; // a minute that has begun is not over
}
