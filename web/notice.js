// What does the viewer see when a screen cannot come? Why, in their words, and that the page tries again by itself.
import { element } from "./dom.js";
import { pauseMs } from "./patience.js";
import { headline, inWords } from "./words.js";

/** A screen. `retry()` is called by the button, and by itself when `error` will pass; `back()` when the viewer leaves. */
export class Notice {
  title = "Not now";
  #retry;
  #timer;
  #failures = 0;

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
    clearTimeout(this.#timer);
    this.#failures += 1;
    this.name.textContent = headline(error);
    this.words.textContent = inWords(error);
    this.line.textContent = "";
    if (!error.isTemporary) return;
    const pause = pauseMs(this.#failures, { retryAfterSeconds: error.retryAfterSeconds, firstMs: 2000 });
    const seconds = Math.round(pause / 1000);
    this.line.textContent = `Tries again by itself in ${seconds} ${seconds === 1 ? "second" : "seconds"}`;
    this.#timer = setTimeout(() => this.#again(), pause);
  }

  close() {
    clearTimeout(this.#timer);
  }

  #again() {
    clearTimeout(this.#timer);
    this.line.textContent = "Trying…";
    this.#retry();
  }
}
