// What is asked in front of a screen? One question, which has to be answered or given up before the screen goes on.
import { element } from "./dom.js";

/** `app.ask(sheet)` shows it; `answer(value)` closes it, and so does Back, with null. */
export class Sheet {
  #answered;

  constructor(heading, ...parts) {
    this.answered = new Promise((resolve) => {
      this.#answered = resolve;
    });
    const name = element("h1", {}, heading);
    this.element = element("div", { className: "over", role: "dialog", "aria-modal": "true", "aria-label": heading }, name, ...parts);
  }

  answer(value) {
    this.#answered(value);
  }
}

/** A question with one thing to do about it, which cannot be taken back; true when that is what the viewer wants. */
export function sure(heading, words, label) {
  const sheet = new Sheet(heading, element("p", { className: "words" }, words));
  const no = element("button", { className: "action", onclick: () => sheet.answer(null) }, "Cancel");
  const yes = element("button", { className: "action danger", onclick: () => sheet.answer(true) }, label);
  sheet.element.append(element("div", { className: "actions" }, no, yes));
  sheet.focus = no;
  return sheet;
}
