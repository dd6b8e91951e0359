// Who is watching? One face for each profile of the household.
import { element, icon } from "./dom.js";
import { avatar, wordmark } from "./masthead.js";
import { Retry } from "./patience.js";
import { withPin } from "./pin.js";
import { againIn, inWords } from "./words.js";

const MOST_PROFILES = 5; // what the house takes

export async function profiles(app) {
  const { account, profile: current } = await app.session.look();
  const message = element("p", { className: "form-message", role: "alert" });
  const faces = account.profiles.map((profile) => face(profile, choose));
  const focus = faces.find((button) => button.dataset.key === current?.id) ?? faces[0];
  if (!current?.kids && faces.length < MOST_PROFILES) faces.push(newFace(app));

  const later = new Retry();

  async function choose(profile) {
    later.cancel();
    message.textContent = "";
    try {
      const whose = profile.pinned ? `${profile.name}'s PIN` : `${current?.kids ? current.name : "The child"}'s PIN, to leave`;
      if (await withPin(app, whose, (pin) => app.session.selectProfile(profile.id, pin))) await app.replace("");
    } catch (error) {
      const pause = later.after(error, () => choose(profile));
      message.textContent = [inWords(error), pause !== null && againIn(pause)].filter(Boolean).join(" ");
    }
  }

  const go = (route, label) => element("button", { className: "action quiet", data: { key: route }, onclick: () => app.go(route) }, label);
  const ways = element("div", { className: "actions ways" }, go("manage", "Edit profiles"), go("account", "Account"), go("link", "Sign in another screen"));
  const main = element(
    "main",
    { className: "profiles" },
    wordmark(),
    element("h1", {}, "Who is watching?"),
    element("div", { className: "faces", role: "group", "aria-label": "Profiles" }, ...faces),
    message,
    current?.kids ? null : ways, // a child's profile holds no key to the account
  );
  return { element: main, title: "Who is watching?", focus, onBack: () => current && app.back(), close: () => later.cancel() };
}

/** The same faces, to be changed. */
export async function manage(app) {
  const { account } = await app.session.look();
  const faces = account.profiles.map((profile) => editableFace(app, profile));
  if (faces.length < MOST_PROFILES) faces.push(newFace(app));
  const done = element("button", { className: "action", data: { key: "done" }, onclick: () => app.back() }, "Done");
  const group = element("div", { className: "faces editable", role: "group", "aria-label": "Profiles" }, ...faces);
  const main = element("main", { className: "profiles" }, wordmark(), element("h1", {}, "Edit profiles"), group, done);
  return { element: main, title: "Edit profiles", focus: faces[0] };
}

function editableFace(app, profile) {
  const made = face(profile, () => app.go(`profile/${profile.id}`));
  made.querySelector(".avatar").append(element("span", { className: "veil" }, icon("edit")));
  made.querySelector(".name").before(element("span", { className: "unseen" }, "Edit "));
  return made;
}

function face(profile, choose) {
  const name = element("span", { className: "name" }, profile.name);
  const marks = [profile.kids && element("span", { className: "badge" }, "Kids"), profile.pinned && element("span", { className: "badge" }, icon("lock"), element("span", { className: "unseen" }, "has a PIN"))];
  const under = element("span", { className: "marks" }, ...marks.filter(Boolean));
  return element("button", { className: "face", data: { key: profile.id }, onclick: () => choose(profile) }, avatar(profile), name, under);
}

function newFace(app) {
  const plus = element("span", { className: "avatar blank", "aria-hidden": "true" }, icon("plus"));
  return element("button", { className: "face", data: { key: "new" }, onclick: () => app.go("profile") }, plus, element("span", { className: "name" }, "New profile"));
}
