// What is this screen? How it introduces itself to the house, so that people know it again in a list.

const TELEVISIONS = /smart-?tv|hbbtv|tizen|web0s|webos|netcast|bravia|\bAFT[A-Z]|googletv|android tv|crkey|roku|apple ?tv/i;
const CONSOLES = /playstation|xbox|nintendo/i;
const BROWSERS = [ // the first that fits: most of them also claim to be the ones below
  ["Edge", /\bEdg/],
  ["Opera", /\bOPR\//],
  ["Samsung Internet", /SamsungBrowser/],
  ["Firefox", /Firefox|FxiOS/],
  ["Chrome", /Chrom(e|ium)|CriOS/],
  ["Safari", /Safari/],
];
const SYSTEMS = [ // the same
  ["iPhone", /iPhone/],
  ["iPad", /iPad/],
  ["Android", /Android/],
  ["Windows", /Windows/],
  ["Chromebook", /CrOS/],
  ["Mac", /Mac OS/],
  ["Linux", /Linux/],
];

const NAMES = { TV: "Television", CONSOLE: "Game console" }; // what they run says little to who owns them

/** `{kind, name}` of a browser by what it says of itself: a DeviceKind, and words such as "Chrome on Windows". */
export function describe(userAgent) {
  const first = (names) => names.find(([, pattern]) => pattern.test(userAgent))?.[0];
  const kind = kindOf(userAgent);
  if (kind in NAMES) return { kind, name: NAMES[kind] };
  const [browser, system] = [first(BROWSERS) ?? "Browser", first(SYSTEMS)];
  return { kind, name: system ? `${browser} on ${system}` : browser };
}

function kindOf(userAgent) {
  if (CONSOLES.test(userAgent)) return "CONSOLE";
  if (TELEVISIONS.test(userAgent)) return "TV";
  if (/iPad|Android(?!.*Mobile)/.test(userAgent)) return "TABLET";
  return /iPhone|Mobile/.test(userAgent) ? "MOBILE" : "WEB";
}
