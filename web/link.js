// Shall this screen come in? A phone, signed in, says yes or no to the code that a television shows.
import { element } from "./dom.js";
import { field, form } from "./form.js";
import { wordmark } from "./masthead.js";
import { APPROVE_DEVICE_SIGN_IN, PENDING_DEVICE } from "./operations.js";
import { Refusal } from "./transport.js";
import { ago, deviceKind } from "./words.js";

const LETTERS = "BCDFGHJKLMNPQRSTVWXZ"; // what codes are made of; anything else was typed for looks

/** What is typed, as screens show codes: XXXX-XXXX. */
export function spelled(text) {
  const letters = [...text.toUpperCase()].filter((letter) => LETTERS.includes(letter)).slice(0, 8);
  return [letters.slice(0, 4), letters.slice(4)].filter((part) => part.length).map((part) => part.join("")).join("-");
}

/** `typed` is the code of a QR picture, where one brought us here. */
export async function link(app, typed = "") {
  const main = element("main", { className: "entrance link" });
  const screen = { element: main, title: "Sign in another screen", onBack: () => app.back(), close: () => asked.close() };
  let asked;

  function show(heading, ...parts) {
    main.replaceChildren(wordmark(), element("h1", {}, heading), ...parts);
  }

  function askForCode() {
    const code = field("text", "userCode", "The code on the other screen", "one-time-code", { value: spelled(typed), placeholder: "XXXX-XXXX", autocapitalize: "characters", maxLength: 12, className: "code-input" });
    code.input.addEventListener("input", () => {
      const atEnd = code.input.selectionStart === code.input.value.length;
      if (atEnd) code.input.value = spelled(code.input.value);
    });
    asked = form({ fields: [code], label: "Go on", send: () => look(code.input.value) });
    show("Sign in another screen", asked.element);
    screen.focus = code.input;
  }

  async function look(userCode) {
    const { deviceSignIn: device } = await app.session.request(PENDING_DEVICE, { userCode });
    if (!device) throw new Refusal({ code: "NOT_FOUND", message: "No screen shows this code, or not any more." });
    decide(device);
    app.focusOn(screen.focus);
  }

  function decide({ userCode, name, kind, appVersion, askedFrom, fromHere, askedAt }) {
    const fact = (what, value) => [element("dt", {}, what), element("dd", {}, value)];
    const facts = element(
      "dl",
      { className: "who-asks" },
      ...fact("Screen", name),
      ...fact("What", `${deviceKind(kind)}, version ${appVersion}`),
      ...fact("From", fromHere ? `Your own network, ${askedFrom}` : `Another network than yours, ${askedFrom}`),
      ...fact("Asked", ago(askedAt, Date.now())),
    );
    const answer = (approve) => async () => {
      await app.session.request(APPROVE_DEVICE_SIGN_IN, { userCode, approve });
      tell(approve, name);
    };
    const yes = form({ fields: [], label: "Approve", send: answer(true) });
    const no = form({ fields: [], label: "Deny", send: answer(false) });
    no.element.querySelector("button").classList.remove("primary");
    asked = { close: () => [yes, no].forEach((each) => each.close()) };
    show(
      "Is this your screen?",
      element("p", { className: "user-code" }, spelled(userCode)),
      facts,
      element("p", { className: "words" }, "Approve only if you see this code in front of you. It will watch as your household does."),
      element("div", { className: "yes-or-no" }, yes.element, no.element),
    );
    screen.focus = yes.focus;
  }

  function tell(approved, name) {
    const done = element("button", { className: "action primary", onclick: () => app.replace("") }, "Done");
    const words = approved ? `${name} is signed in within seconds. You can put the phone away.` : `${name} was turned away.`;
    show(approved ? "Come in" : "Turned away", element("p", { className: "words", role: "status" }, words), done);
    app.focusOn(done);
  }

  askForCode();
  if (spelled(typed).length === 9) await asked.tryIt();
  return screen;
}
