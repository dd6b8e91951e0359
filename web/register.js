// How does a household begin? With an e-mail address, a password, and the first who watches.
import { element } from "./dom.js";
import { field, form } from "./form.js";
import { entrance } from "./signin.js";

/** `next` is the route to go on to, in parts. */
export async function register(app, ...next) {
  const name = field("text", "profileName", "Your name", "given-name", { maxLength: 40 });
  const email = field("email", "email", "E-mail", "username");
  const password = field("password", "password", "Password, 8 characters or more", "new-password", { minLength: 8 });
  const entered = () => [email.input.value.trim(), password.input.value];
  const asked = form({
    fields: [name, email, password],
    label: "Create the account",
    send: async () => show(await app.session.register(...entered(), name.input.value.trim())),
  });
  const screen = { ...entrance("Welcome to Marquee", asked.element), focus: asked.focus, close: () => [asked, goOn].forEach((each) => each.close()) };
  const goOn = form({
    fields: [],
    label: "Sign in",
    send: async () => {
      await app.session.signIn(...entered());
      await app.enter(next);
    },
  });

  /** The house says the same whether or not it knew the address: whoever reads the mail, or signs in, will see. */
  function show(words) {
    screen.element.querySelector("h1").textContent = "Almost there";
    asked.element.replaceWith(element("p", { className: "words", role: "status" }, words), goOn.element);
    app.focusOn(goOn.focus);
  }

  return screen;
}
