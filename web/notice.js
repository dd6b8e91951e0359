// What does the viewer see when a screen cannot come? Why, in their words, and that the page tries again by itself.
import { element } from "./dom.js";
import { Retry } from "./patience.js";
import { againIn, headline, inWords } from "./words.js";

/** A screen. `retry()` is called by the button, and by itself when `error` will pass; `back()` when the viewer leaves. */
export class Notice {
  title = "Not now";
  #retry;
  #later = new Retry();

  constructor(error, { retry, back }) {
    this.#retry = retry;
    this.name = element("h1", {});
    this.words = element("p", { className: "words" });
    this.line = element("p", { className: "quiet-line", role: "status" });
    this.focus = element("button", { className: "action primary", onclick: () => this.#again() }, "Try again");
    const leave = back && element("button", { className: "action", onclick: back }, "Back");
    const text = element("div", { role: "alert" }, this.name, this.words);
    const actions = element("div", { className: "actions" }, this.focus, leave);
    this.element = element("main", { className: "notice" }, text, actions, this.line);
    this.failed(error);
  }

  /** The screen still cannot come, for `error`. */
  failed(error) {
    this.name.textContent = headline(error);
    this.words.textContent = inWords(error);
    const pause = this.#later.after(error, () => this.#again());
    this.line.textContent = pause === null ? "" : againIn(pause);
  }

  close() {
    this.#later.cancel();
  }

  #again() {
    this.#later.cancel();
    this.line.textContent = "Trying…";
    this.#retry();
  }
}
