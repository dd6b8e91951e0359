// How does a phone read an address off a television? As a QR code, dark on light, with the margin that readers need.
import { encode } from "./dist/uqr.js";

const QUIET_ZONE = 4; // modules of light around it (ISO/IEC 18004, 5.3.8)
const CORRECTION = "M"; // 15 % may be lost to glare and distance

/** Rows of modules, true where dark, the quiet zone included. */
export const modules = (text) => encode(text, { ecc: CORRECTION, border: QUIET_ZONE }).data;

/** A picture of `text`; `label` says what it is to who cannot see it. */
export function qrCode(text, label) {
  const rows = modules(text);
  const svg = make("svg", { class: "qr", viewBox: `0 0 ${rows.length} ${rows.length}`, role: "img", "aria-label": label, "shape-rendering": "crispEdges" });
  const dark = rows.flatMap((row, y) => row.flatMap((isDark, x) => (isDark ? [`M${x} ${y}h1v1h-1z`] : [])));
  svg.append(make("rect", { width: "100%", height: "100%", fill: "#fff" }), make("path", { d: dark.join(""), fill: "#000" }));
  return svg;
}

function make(tag, attributes) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}
