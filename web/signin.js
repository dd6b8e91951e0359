// Who is there? The form that signs a household in.
import { element } from "./dom.js";
import { wordmark } from "./masthead.js";
import { Retry } from "./patience.js";
import { againIn, inWords } from "./words.js";

export async function signIn(app) {
  const email = field("email", "E-mail", "username");
  const password = field("password", "Password", "current-password");
  const message = element("p", { className: "form-message", role: "alert" });
  const submit = element("button", { className: "action primary", type: "submit" }, "Sign in");
  const later = new Retry();
  const form = element("form", { className: "sign-in-form", onsubmit: tryIt }, email.label, password.label, message, submit);

  async function tryIt(event) {
    event?.preventDefault();
    later.cancel();
    if (form.ariaBusy === "true") return;
    form.ariaBusy = "true"; // not disabled: that would take the focus away
    message.textContent = "";
    try {
      await app.session.signIn(email.input.value.trim(), password.input.value);
      await app.replace("profiles");
    } catch (error) {
      const pause = later.after(error, () => tryIt());
      message.textContent = [inWords(error), pause !== null && againIn(pause)].filter(Boolean).join(" ");
      form.ariaBusy = "false";
      if (pause === null) password.input.focus();
    }
  }

  const heading = element("h1", {}, "Sign in");
  const main = element("main", { className: "sign-in" }, wordmark(), heading, form);
  return { element: main, title: "Sign in", focus: email.input, onBack() {}, close: () => later.cancel() };
}

function field(type, name, autocomplete) {
  const input = element("input", { type, name: type, autocomplete, required: true, spellcheck: false });
  return { input, label: element("label", {}, element("span", {}, name), input) };
}
