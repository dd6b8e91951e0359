// How does a form ask, wait, and say what went wrong?
import { element } from "./dom.js";
import { Retry } from "./patience.js";
import { againIn, inWords } from "./words.js";

/** A labelled input; `name` is what the house calls the field, so that a refusal of it finds its place. */
export function field(type, name, label, autocomplete, properties = {}) {
  const input = element("input", { type, name, autocomplete, required: true, spellcheck: false, ...properties });
  return { input, label: element("label", {}, element("span", {}, label), input) };
}

/**
 * `send()` is called by the button that is called `label`, and again by itself when what kept it from succeeding will
 * pass. `tryIt()` is a press of the button. Close it when it leaves the screen.
 */
export function form({ fields, label, send }) {
  const later = new Retry();
  const message = element("p", { className: "form-message", role: "alert" });
  const submit = element("button", { className: "action primary", type: "submit" }, label);
  const made = element("form", { className: "form", onsubmit: tryIt }, ...fields.map((each) => each.label), message, submit);

  async function tryIt(event) {
    event?.preventDefault();
    later.cancel();
    if (made.ariaBusy === "true") return;
    made.ariaBusy = "true"; // not disabled: that would take the focus away
    message.textContent = "";
    try {
      await send();
    } catch (error) {
      const pause = later.after(error, () => tryIt());
      message.textContent = [inWords(error), pause !== null && againIn(pause)].filter(Boolean).join(" ");
      if (pause === null) (fields.find(({ input }) => input.name === error.field?.at(-1)) ?? fields.at(-1))?.input.focus();
    } finally {
      made.ariaBusy = "false";
    }
  }

  return { element: made, focus: fields[0]?.input ?? submit, tryIt, close: () => later.cancel() };
}
