// How does somebody sign in without typing? The screen shows a code, and a phone that is signed in approves it.
import { NobodyCame, awaitApproval } from "./codepoll.js";
import { element } from "./dom.js";
import { entrance } from "./signin.js";
import { qrCode } from "./qr.js";
import { inWords } from "./words.js";

const LETTERS = "····-····"; // the shape of a code, until it is here

/** `next` is the route to go on to, in parts. */
export async function codeSignIn(app, ...next) {
  const left = new AbortController();
  const picture = element("div", { className: "qr-frame" });
  const address = element("strong", {}, `${location.host}/link`);
  const code = element("p", { className: "user-code" }, LETTERS);
  const said = element("p", { className: "quiet-line", role: "status" });
  const again = element("button", { className: "action primary", hidden: true, onclick: begin }, "A new code");
  const back = element("button", { className: "action", onclick: app.back }, "Type the password instead");
  const steps = element(
    "div",
    { className: "steps" },
    element("p", {}, "Point the camera of a phone at the picture, or open ", address, " there and type"),
    code,
    said,
    element("div", { className: "actions" }, again, back),
  );

  async function begin() {
    if (document.activeElement === again) app.focusOn(back);
    again.hidden = true;
    try {
      await awaitApproval({ start: app.session.startByCode, poll: (deviceCode) => app.session.byCode(deviceCode), show, wait });
      if (!left.signal.aborted) await app.enter(next);
    } catch (error) {
      if (!left.signal.aborted) end(error);
    }
  }

  function show({ userCode, verificationUri, verificationUriComplete }) {
    const { host, pathname } = new URL(verificationUri);
    address.textContent = `${host}${pathname}`;
    code.textContent = userCode;
    picture.replaceChildren(qrCode(verificationUriComplete, `QR code of ${verificationUriComplete}`));
    said.textContent = "Waiting for the phone. A new code comes by itself when this one has run out.";
  }

  function end(error) {
    picture.replaceChildren();
    code.textContent = LETTERS;
    said.textContent = error instanceof NobodyCame ? "Nobody took the code." : error.code === "DENIED" ? "The phone said no." : inWords(error);
    again.hidden = false;
    app.focusOn(again);
  }

  function wait(milliseconds) {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(resolve, milliseconds);
      left.signal.addEventListener("abort", () => reject(clearTimeout(timer)), { once: true });
    });
  }

  const screen = entrance("Sign in with a phone", element("div", { className: "by-code" }, picture, steps));
  begin();
  return { ...screen, focus: back, close: () => left.abort() };
}
