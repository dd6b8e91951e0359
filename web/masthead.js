// What stands at the top of a screen? The name of the house, and who is watching.
import { element } from "./dom.js";

const GOLDEN_ANGLE = 137.5; // neighbours on this step of the colour circle never look alike

export const wordmark = () => element("p", { className: "wordmark" }, "Marquee");

/** `badge`, where given, is what the page has to say about itself. */
export function masthead(app, badge) {
  const { profile } = app.session.viewer;
  const who = element(
    "button",
    { className: "who", data: { key: "who" }, onclick: () => app.go("profiles") },
    avatar(profile),
    element("span", { className: "unseen" }, "Watching as "),
    element("span", { className: "name" }, profile.name),
    element("span", { className: "unseen" }, ". Change profile"),
  );
  return element("header", { className: "masthead" }, wordmark(), badge, who);
}

/** A face for a profile: the one it chose, or its initial on a colour of its own, the same on every device. */
export function avatar({ id, name, avatar: chosen }) {
  if (chosen) return element("span", { className: "avatar drawn", style: { "--tint": chosen.dominantColor }, "aria-hidden": "true" }, element("img", { alt: "", src: chosen.url }));
  const mixed = [...id].reduce((sum, letter) => (sum * 31 + letter.codePointAt(0)) % 1009, 7);
  const hue = (mixed * GOLDEN_ANGLE) % 360;
  return element("span", { className: "avatar", style: { "--hue": hue }, "aria-hidden": "true" }, [...name][0] ?? "");
}
