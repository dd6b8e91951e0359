// Whose house is it, and what can be done about it? The account, its devices, its password, its data.
import { element } from "./dom.js";
import { row } from "./choices.js";
import { field, form } from "./form.js";
import { CHANGE_PASSWORD, DEVICES, REMOVE_DEVICE } from "./operations.js";
import { lines, messageLine, settingsPage } from "./settings.js";
import { sure } from "./sheet.js";
import { ago, deviceKind, inWords, planName } from "./words.js";

export async function account(app) {
  const { account: household } = app.session.viewer;
  const message = messageLine();
  const go = (route, label, note) => row(label, note, () => app.go(route), { key: route });

  async function signOut() {
    const leaves = await app.ask(sure("Sign out?", "This screen will ask for the password, or a phone, before it plays again.", "Sign out"));
    if (leaves) await app.session.signOut().catch((error) => (message.textContent = inWords(error)));
  }

  const facts = element("p", { className: "lead" }, `${household.email} · ${planName(household.tier)}`);
  const list = lines(
    go("manage", "Profiles", "Names, faces, languages, PINs"),
    go("devices", "Devices", "Where this account is signed in"),
    go("link", "Sign in another screen", "With the code it shows"),
    go("password", "Password", "Change it, and sign out everywhere else"),
    go("data", "Your data", "A copy of everything, or nothing at all"),
    row("Sign out", "On this screen", signOut, { key: "sign-out", leads: false }),
  );
  const screen = settingsPage(app, "Account", facts, list, message);
  return { ...screen, focus: list.querySelector("button") };
}

export async function devices(app) {
  const message = messageLine();
  const list = element("div", { className: "rows devices" });
  const screen = settingsPage(app, "Devices", element("p", { className: "lead" }, "Choose one to sign it out."), list, message);

  async function look() {
    const { viewer } = await app.session.request(DEVICES);
    const found = [...viewer.account.devices].sort((one, other) => other.current - one.current || Date.parse(other.lastSeenAt) - Date.parse(one.lastSeenAt));
    const had = list.contains(document.activeElement);
    list.replaceChildren(...found.map((device) => deviceRow(device, () => remove(device))));
    if (had || !list.contains(document.activeElement)) app.focusOn(list.querySelector("button"));
  }

  async function remove(device) {
    const name = device.current ? "this screen" : device.name;
    if (!(await app.ask(sure(`Sign out ${name}?`, "What it plays ends at once. It can sign in again with the password or a phone.", "Sign it out")))) return;
    message.textContent = "";
    try {
      await app.session.request(REMOVE_DEVICE, { deviceId: device.id });
      if (device.current) app.session.forget();
      else await look();
    } catch (error) {
      message.textContent = inWords(error);
    }
  }

  await look();
  return { ...screen, focus: list.querySelector("button") };
}

function deviceRow({ id, name, kind, lastSeenAt, current }, remove) {
  const seen = current ? "This screen" : `Last seen ${ago(lastSeenAt, Date.now())}`;
  return row(name, `${deviceKind(kind)} · ${seen}`, remove, { key: id, leads: false });
}

export async function password(app) {
  const current = field("password", "current", "Password now", "current-password");
  const next = field("password", "next", "New password, 8 characters or more", "new-password", { minLength: 8 });
  const said = element("p", { className: "quiet-line", role: "status" });
  const asked = form({ fields: [current, next], label: "Change it", send });

  async function send() {
    said.textContent = "";
    await app.session.request(CHANGE_PASSWORD, { current: current.input.value, next: next.input.value });
    asked.element.reset();
    said.textContent = "Changed. Every other screen is signed out.";
    app.focusOn(screen.element.querySelector(".back"));
  }

  const lead = element("p", { className: "lead" }, "Every other screen is signed out by it.");
  const screen = settingsPage(app, "Password", lead, asked.element, said);
  return { ...screen, focus: asked.focus, close: asked.close };
}
