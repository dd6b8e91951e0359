// What do the pages about a household have in common? A way back, a heading, and lines from top to bottom.
import { element, icon } from "./dom.js";

/** A screen with `parts` under each other; `focus` is the first of them that can be pressed, unless it is given. */
export function settingsPage(app, title, ...parts) {
  const back = element("button", { className: "back", data: { key: "back" }, "aria-label": "Back", onclick: () => app.back() }, icon("back"));
  const head = element("header", { className: "settings-head" }, back, element("h1", {}, title));
  const column = element("div", { className: "column" }, head, ...parts);
  const main = element("main", { className: "settings" }, column);
  return { element: main, title, focus: main.querySelector(".column > :not(header) button, .column > button, .column input") ?? back };
}

export const lines = (...rows) => element("div", { className: "rows" }, ...rows);

/** A message that stays empty until there is something to say. */
export const messageLine = () => element("p", { className: "form-message", role: "alert" });
