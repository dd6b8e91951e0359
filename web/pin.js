// How is a PIN typed with a remote? On a pad of ten keys, or with the digits of the remote itself.
import { element, icon } from "./dom.js";
import { Sheet } from "./sheet.js";
import { inWords } from "./words.js";

const SHORTEST = 4; // what the house takes as a PIN
const LONGEST = 8;

/** The digits typed so far. */
export class PinEntry {
  digits = "";

  /** Takes a key of a keyboard or a remote; true when it was meant for the PIN. */
  key(name) {
    if (/^[0-9]$/.test(name)) this.digits = (this.digits + name).slice(0, LONGEST);
    else if (name === "Backspace" && this.digits) this.digits = this.digits.slice(0, -1);
    else return false;
    return true;
  }

  get isLongEnough() {
    return this.digits.length >= SHORTEST;
  }

  clear() {
    this.digits = "";
  }
}

/**
 * Does `action(pin)`, first without a PIN and then with what the viewer types, until it is right. Resolves to what
 * `action` answers, or to null when the viewer gave up; rejects with whatever is not about the PIN.
 */
export async function withPin(app, heading, action) {
  try {
    return await action();
  } catch (error) {
    if (error.code !== "PIN_REQUIRED") throw error;
  }
  return app.ask(pinSheet(heading, action));
}

/** A new PIN, typed twice; null when the viewer gave up. */
export async function newPin(app) {
  const first = await app.ask(pinSheet("A new PIN, of 4 to 8 digits", async (pin) => pin));
  if (first === null) return null;
  const again = async (pin) => {
    if (pin !== first) throw Object.assign(new Error("That was another PIN. Type the new one again."), { name: "Refusal", code: "INVALID_INPUT" });
    return pin;
  };
  return app.ask(pinSheet("The same PIN again", again));
}

/** A sheet that is answered with what `submit(pin)` resolves to. What it rejects with is told, and typed over. */
export function pinSheet(heading, submit) {
  const entry = new PinEntry();
  const dots = element("p", { className: "pin-dots", "aria-hidden": "true" });
  const count = element("p", { className: "unseen", role: "status" });
  const message = element("p", { className: "form-message", role: "alert" });
  const digit = (name) => element("button", { className: "pin-key", onclick: () => take(name) }, name);
  const erase = element("button", { className: "pin-key", "aria-label": "Delete a digit", onclick: () => take("Backspace") }, icon("erase"));
  const done = element("button", { className: "pin-key done", "aria-label": "OK", onclick: () => send() }, icon("check"));
  const keys = [..."123456789"].map(digit);
  const pad = element("div", { className: "pin-pad", role: "group", "aria-label": "PIN" }, ...keys, erase, digit("0"), done);
  const sheet = new Sheet(heading, dots, count, message, pad);
  sheet.focus = keys[0];
  sheet.onKey = ({ key, ctrlKey, metaKey, altKey }) => {
    if (ctrlKey || metaKey || altKey || !take(key)) return false;
    if (entry.isLongEnough) done.focus(); // typed with digits, it is sent with Enter
    return true;
  };

  function take(key) {
    const meant = entry.key(key);
    if (meant) message.textContent = "";
    return show(meant);
  }

  function show(result) {
    const places = Math.max(SHORTEST, entry.digits.length);
    dots.replaceChildren(...Array.from({ length: places }, (_, index) => element("span", { className: index < entry.digits.length ? "typed" : "" })));
    count.textContent = entry.digits ? `${entry.digits.length} of 4 to 8 digits` : "";
    return result;
  }

  let busy = false;
  async function send() {
    if (busy) return;
    if (!entry.isLongEnough) return (message.textContent = "A PIN has 4 to 8 digits.");
    busy = true;
    try {
      sheet.answer(await submit(entry.digits));
    } catch (error) {
      entry.clear();
      show();
      message.textContent = inWords(error);
      keys[0].focus();
    }
    busy = false;
  }

  show();
  return sheet;
}
