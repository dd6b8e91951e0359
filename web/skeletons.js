// What stands on the screen until the answer is here? The shape of what comes, so that nothing jumps when it does.
import { element } from "./dom.js";
import { wordmark } from "./masthead.js";

const CARDS = 7; // one more than the widest screen shows
const ROWS = 3;
const LINES = 6; // of the account page

const bone = (className) => element("span", { className: `bone ${className}` });
const row = () =>
  element("div", { className: "shelf" }, bone("heading"), element("div", { className: "cards" }, ...Array.from({ length: CARDS }, () => bone("card art"))));
const words = () => [bone("name"), bone("line"), bone("line short")];

const SHAPES = {
  "": () => ["home", element("div", { className: "hero" }, ...words(), bone("button")), element("div", { className: "shelves" }, ...Array.from({ length: ROWS }, row))],
  title: () => ["details", element("div", { className: "about" }, ...words(), bone("button"))],
  profiles: () => ["profiles", bone("heading"), element("div", { className: "faces" }, bone("portrait"), bone("portrait"), bone("portrait"))],
  account: () => ["settings", element("div", { className: "column" }, bone("heading"), ...Array.from({ length: LINES }, () => bone("setting-line")))],
  link: () => ["entrance", bone("heading")],
  play: () => ["player", element("div", { className: "controls" }, element("header", {}, bone("line")), element("footer", {}, bone("track")))],
};

const SAME = { manage: "profiles", devices: "account", profile: "account", password: "account", data: "account", "sign-in": "link", register: "link", code: "link", forgot: "link", confirm: "link", reset: "link", receipt: "link" };

/** A screen in the shape of the one that `name`, the first part of a route, stands for. */
export function skeleton(name) {
  const [className, ...shapes] = SHAPES[SAME[name] ?? name]?.() ?? SHAPES[""]();
  const said = element("p", { className: "unseen", role: "status" }, "Loading");
  const top = name === "play" ? null : element("header", { className: "masthead" }, wordmark());
  const inside = element("div", { className: "body", "aria-hidden": "true" }, ...shapes);
  const main = element("main", { className: `${className} skeleton`, tabIndex: -1, "aria-busy": "true" }, said, top, inside);
  return { element: main, focus: main };
}
