// Who is there? The form that signs a household in, and the other ways in beside it.
import { element } from "./dom.js";
import { field, form } from "./form.js";
import { wordmark } from "./masthead.js";

/** `next` is the route to go on to, in parts; "Who is watching?" when there is none. */
export async function signIn(app, ...next) {
  const email = field("email", "email", "E-mail", "username");
  const password = field("password", "password", "Password", "current-password");
  const send = async () => {
    await app.session.signIn(email.input.value.trim(), password.input.value);
    await app.enter(next);
  };
  const asked = form({ fields: [email, password], label: "Sign in", send });
  const way = (route, label) => element("button", { className: "action quiet", data: { key: route }, onclick: () => app.go([route, ...next].join("/")) }, label);
  const ways = [way("code", "Use a phone instead"), way("register", "Create an account"), way("forgot", "Forgot the password?")];
  return { ...entrance("Sign in", asked.element, element("div", { className: "actions ways" }, ...ways)), focus: asked.focus, onBack() {}, close: asked.close };
}

/** A screen in front of the house: its name, a heading, and what there is to do. */
export function entrance(title, ...parts) {
  return { title, element: element("main", { className: "entrance" }, wordmark(), element("h1", {}, title), ...parts) };
}
