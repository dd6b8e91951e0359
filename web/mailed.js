// What do the links in our mails open? An account that is confirmed, and a password that is set anew.
import { element } from "./dom.js";
import { field, form } from "./form.js";
import { REQUEST_PASSWORD_RESET, RESET_PASSWORD } from "./operations.js";
import { entrance } from "./signin.js";
import { post } from "./transport.js";

/** Confirms the address the mail came to, which signs this screen in. Whoever chose another password is not its owner. */
export async function confirm(app, token) {
  const password = field("password", "password", "Password", "current-password");
  const asked = form({
    fields: [password],
    label: "Open the account",
    send: async () => {
      await app.session.confirm(token, password.input.value);
      await app.enter([]);
    },
  });
  const words = element("p", { className: "words" }, "The password you chose opens the account of this address.");
  return { ...entrance("Welcome to Marquee", words, asked.element), focus: asked.focus, onBack() {}, close: asked.close };
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
    instead(app, asked.element, words, element("button", { className: "action primary", onclick: app.back }, "Back"));
  }

  return screen;
}

/** A new password, by the token of a mail. Every screen of the household is signed out by it. */
export async function reset(app, token) {
  const next = field("password", "next", "New password, 8 characters or more", "new-password", { minLength: 8 });
  const asked = form({ fields: [next], label: "Set the password", send });

  async function send() {
    await post(RESET_PASSWORD, { token, next: next.input.value });
    app.session.forget();
    const words = "The new password is set, and every screen is signed out.";
    instead(app, asked.element, words, element("button", { className: "action primary", onclick: () => app.replace("sign-in") }, "Sign in"));
  }

  return { ...entrance("A new password", asked.element), focus: asked.focus, onBack() {}, close: asked.close };
}

/** Puts what was said in the place of what was asked. */
function instead(app, form, words, button) {
  form.replaceWith(element("p", { className: "words", role: "status" }, words), button);
  app.focusOn(button);
}
