// How is something chosen with a remote? One of a few, several of them, or on and off; always by moving and pressing.
import { element } from "./dom.js";

/** A line of a settings page: what it is about, and what there is to press. */
export function setting(name, note, ...controls) {
  const words = element("div", { className: "about-it" }, element("h2", {}, name), note ? element("p", {}, note) : null);
  return element("section", { className: "setting", "aria-label": name }, words, ...controls);
}

/** `options` is [value, label] pairs; `chosen` is the first value, and `onChoose(value)` gets the others. */
export function oneOf(label, options, chosen, onChoose) {
  const buttons = options.map(([value, words]) => element("button", { className: "chip", type: "button", data: { key: `${label} ${value}` }, onclick: () => choose(value) }, words));
  const choose = (value) => {
    mark(value);
    onChoose(value);
  };
  const mark = (value) => buttons.forEach((button, index) => button.setAttribute("aria-pressed", options[index][0] === value));
  mark(chosen);
  return element("div", { className: "chips", role: "group", "aria-label": label }, ...buttons);
}

/** Like `oneOf`, for a list of values in the order they were pressed: the first is the one preferred. */
export function someOf(label, options, chosen, onChoose) {
  let values = [...chosen];
  const buttons = options.map(([value, words]) => {
    const rank = element("span", { className: "rank" });
    return element("button", { className: "chip", type: "button", data: { key: `${label} ${value}` }, onclick: () => press(value) }, words, rank);
  });
  const press = (value) => {
    values = values.includes(value) ? values.filter((each) => each !== value) : [...values, value];
    mark();
    onChoose(values);
  };
  const mark = () =>
    buttons.forEach((button, index) => {
      const place = values.indexOf(options[index][0]);
      button.setAttribute("aria-pressed", place >= 0);
      button.querySelector(".rank").textContent = place >= 0 && values.length > 1 ? String(place + 1) : "";
    });
  mark();
  return element("div", { className: "chips", role: "group", "aria-label": label }, ...buttons);
}

/** On or off; `onTurn(isOn)` gets what it was turned to. */
export function toggle(label, note, isOn, onTurn) {
  const button = element("button", { className: "row toggle", type: "button", role: "switch", data: { key: label }, onclick: turn });
  button.append(element("span", { className: "about-it" }, element("strong", {}, label), note ? element("span", { className: "note" }, note) : ""), element("span", { className: "knob" }));
  const show = () => button.setAttribute("aria-checked", isOn);
  function turn() {
    isOn = !isOn;
    show();
    onTurn(isOn);
  }
  show();
  return button;
}

/** A line that leads somewhere, or does something: its name, what it is now, and a mark that there is more behind. */
export function row(label, note, onclick, { key = label, leads = true, danger = false } = {}) {
  const words = element("span", { className: "about-it" }, element("strong", {}, label), note ? element("span", { className: "note" }, note) : "");
  return element("button", { className: `row${leads ? " leads" : ""}${danger ? " danger" : ""}`, type: "button", data: { key }, onclick }, words);
}
