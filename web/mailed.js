// What do the links in our mails open? An account that is confirmed, and a password that is set anew.
import { element } from "./dom.js";
import { field, form } from "./form.js";
import { REQUEST_PASSWORD_RESET, RESET_PASSWORD } from "./operations.js";
import { entrance } from "./signin.js";
import { post } from "./transport.js";

/** Confirms the address the mail came to, which signs this screen in. */
export async function confirm(app, token) {
  const asked = form({
    fields: [],
    label: "Open the account",
    send: async () => {
      await app.session.confirm(token);
      await app.enter([]);
    },
  });
  const words = element("p", { className: "words" }, "One press, and the house is yours.");
  return { ...entrance("Your address is right", words, asked.element), focus: asked.focus, onBack() {}, close: asked.close };
}

/** Asks for a mail that leads to `reset`. */
export async function forgot(app) {
  const email = field("email", "email", "E-mail", "username");
  const asked = form({ fields: [email], label: "Send me a link", send });
  const screen = { ...entrance("Forgot the password?", asked.element), focus: asked.focus, close: asked.close };

  async function send() {
    const words = await post(REQUEST_PASSWORD_RESET, { email: email.input.value.trim() }).catch((error) => {
      if (error.code !== "PENDING") throw error;
      return error.message;
    });
    const back = element("button", { className: "action primary", onclick: app.back }, "Back");
    asked.element.replaceWith(element("p", { className: "words", role: "status" }, words), back);
    app.focusOn(back);
  }

  return screen;
}

/** A new password, by the token of a mail. Every screen of the household is signed out by it. */
export async function reset(app, token) {
  const next = field("password", "next", "New password, 8 characters or more", "new-password", { minLength: 8 });
  const asked = form({
    fields: [next],
    label: "Set the password",
    send: async () => {
      await post(RESET_PASSWORD, { token, next: next.input.value });
      app.session.forget();
      await app.replace("sign-in");
    },
  });
  return { ...entrance("A new password", asked.element), focus: asked.focus, onBack() {}, close: asked.close };
}
