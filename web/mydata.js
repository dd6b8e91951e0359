// What does the house know about us, and how is it made to forget? A copy to keep, and an end with a receipt.
import { oneOf, setting } from "./choices.js";
import { element } from "./dom.js";
import { field, form } from "./form.js";
import { DATA_JOBS, ERASE_MY_DATA, EXPORT_MY_DATA } from "./operations.js";
import { settingsPage } from "./settings.js";
import { sure } from "./sheet.js";
import { entrance } from "./signin.js";
import { ago, inWords } from "./words.js";

const LOOK_EVERY_MS = 2000; // a household is gathered within seconds
const UNDER_WAY = { QUEUED: "The copy waits for its turn…", RUNNING: "Everything is being gathered…" };

export async function myData(app) {
  const { dataJobs } = await app.session.request(DATA_JOBS);
  const copy = new Copy(app, dataJobs.find(({ purpose }) => purpose === "EXPORT"));
  const end = endOf(app);
  const screen = settingsPage(app, "Your data", copy.element, end.element);
  const close = () => [copy, end].forEach((each) => each.close());
  return { ...screen, focus: copy.focus, close };
}

/** The file with everything: the last one there is, and the one that is being made. */
class Copy {
  #app;
  #timer;
  #said = element("p", { className: "quiet-line", role: "status" });
  #download = element("a", { className: "action primary", download: "", data: { key: "download" } }, "Download it");

  constructor(app, job) {
    this.#app = app;
    this.focus = element("button", { className: "action", data: { key: "export" }, onclick: () => this.#begin() }, "Make a copy");
    const actions = element("div", { className: "actions" }, this.focus, this.#download);
    const words = "Everything the house keeps about this household, in one file that people and programs can read.";
    this.element = setting("A copy", words, actions, this.#said);
    this.#show(job);
  }

  close() {
    clearTimeout(this.#timer);
  }

  async #begin() {
    this.close();
    this.#said.textContent = UNDER_WAY.QUEUED;
    try {
      this.#show((await this.#app.session.request(EXPORT_MY_DATA)).exportMyData);
    } catch (error) {
      this.#said.textContent = inWords(error);
    }
  }

  #show(job) {
    this.#download.hidden = !job?.url;
    if (!job) return;
    if (job.url) this.#download.href = job.url;
    if (job.state in UNDER_WAY) {
      this.#timer = setTimeout(() => this.#look(), LOOK_EVERY_MS);
      this.#said.textContent = UNDER_WAY[job.state];
    } else {
      const made = `Made ${ago(job.createdAt, Date.now())}. Its address is good for a week, for whoever has it.`;
      this.#said.textContent = job.url ? made : "The last copy could not be made, or is no longer kept.";
    }
  }

  async #look() {
    try {
      const { dataJobs } = await this.#app.session.request(DATA_JOBS);
      this.#show(dataJobs.find(({ purpose }) => purpose === "EXPORT"));
    } catch (error) {
      this.#said.textContent = inWords(error);
    }
  }
}

function endOf(app) {
  const { profiles } = app.session.viewer.account;
  let profileId = "";
  const password = field("password", "password", "Password", "current-password");
  const asked = form({ fields: [password], label: "Erase", send });
  const whose = oneOf("Whose", [["", "The whole account"], ...profiles.map(({ id, name }) => [id, name])], "", (id) => (profileId = id));
  asked.element.querySelector("button").classList.replace("primary", "danger");

  async function send() {
    const name = profiles.find(({ id }) => id === profileId)?.name;
    const isSure = await app.ask(sure(name ? `Erase ${name}?` : "Erase the whole account?", "Nothing of it can be had back.", "Erase"));
    if (!isSure) return;
    const { eraseMyData } = await app.session.request(ERASE_MY_DATA, { profileId: profileId || undefined, password: password.input.value });
    const { pathname, search } = new URL(eraseMyData.url);
    await app.replace(`receipt/${pathname.split("/").at(-1)}${search}`);
    if (!name) app.session.forget();
  }

  const words = "Erases the account, or one profile of it, from every store. Nothing of it can be had back.";
  return { element: setting("The end", words, whose, asked.element), close: asked.close };
}

/** Where the receipt of an erasure will be. `address` is what follows /my-data/; nobody has to be signed in. */
export async function receipt(app, address) {
  const words = "It is going. The receipt names every place the house looked in; a quarter of an hour from now it looks once more, and signs another at the same address. Keep it: it is good for a week.";
  const link = element("a", { className: "action primary", href: `/my-data/${address}`, target: "_blank", data: { key: "receipt" } }, "The receipt");
  const done = element("button", { className: "action", onclick: () => app.replace("") }, "Done");
  return { ...entrance("Erased", element("p", { className: "words" }, words), element("div", { className: "actions" }, link, done)), focus: link, onBack: () => app.replace("") };
}
