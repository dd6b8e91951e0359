// Who is watching? One face for each profile of the household.
import { element } from "./dom.js";
import { avatar, wordmark } from "./masthead.js";
import { Retry } from "./patience.js";
import { againIn, inWords } from "./words.js";

export async function profiles(app) {
  const { account, profile: current } = app.session.viewer;
  const message = element("p", { className: "form-message", role: "alert" });
  const faces = account.profiles.map((profile) => face(profile, choose));
  const focus = faces.find((button) => button.dataset.key === current?.id) ?? faces[0];

  const later = new Retry();

  async function choose(profile) {
    later.cancel();
    message.textContent = "";
    try {
      await app.session.selectProfile(profile.id);
      await app.replace("");
    } catch (error) {
      const pause = later.after(error, () => choose(profile));
      message.textContent = [inWords(error), pause !== null && againIn(pause)].filter(Boolean).join(" ");
    }
  }

  const main = element(
    "main",
    { className: "profiles" },
    wordmark(),
    element("h1", {}, "Who is watching?"),
    element("div", { className: "faces", role: "group", "aria-label": "Profiles" }, ...faces),
    message,
    element("button", { className: "action quiet", onclick: () => app.session.signOut() }, "Sign out"),
  );
  return { element: main, title: "Who is watching?", focus, onBack: () => current && app.back(), close: () => later.cancel() };
}

function face(profile, choose) {
  const name = element("span", { className: "name" }, profile.name);
  const kids = profile.kids ? element("span", { className: "badge" }, "Kids") : null;
  return element("button", { className: "face", data: { key: profile.id }, onclick: () => choose(profile) }, avatar(profile), name, kids);
}
