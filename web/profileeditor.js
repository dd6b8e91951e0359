// How does somebody like it here? One profile: its face and name, what it may see, its languages, its PIN.
import { oneOf, row, setting, someOf, toggle } from "./choices.js";
import { element } from "./dom.js";
import { DELETE_PROFILE, PREFERENCES_OF_ALL, SAVE_PROFILE } from "./operations.js";
import { newPin, withPin } from "./pin.js";
import { lines, messageLine, settingsPage } from "./settings.js";
import { sure } from "./sheet.js";
import { inWords, languageName } from "./words.js";
import { Refusal } from "./transport.js";

const LANGUAGES = ["en", "de", "fr", "es", "it", "pt", "nl", "pl", "tr", "ja"]; // fit two lines of a television
const AGES = [0, 6, 9, 12, 16, 18]; // the steps that European classifications have between them
const OLDEST_KID = 12; // what the house lets a child's profile see at most
const SUBTITLES = [["FOREIGN_AUDIO", "When the sound is foreign"], ["ALWAYS", "Always"], ["FORCED_ONLY", "Only what is needed"], ["OFF", "Never"]];
const NEW = { name: "", kids: false, pinned: false, maturityAge: 18, avatar: null, playback: { audio: [], subtitles: [], subtitleMode: "FOREIGN_AUDIO", autoplayNext: true, autoplayPreviews: true, dataSaver: false } };

/** `id` names the profile; without one it is a new one. */
export async function profileEditor(app, id) {
  const { account } = (await app.session.request(PREFERENCES_OF_ALL)).viewer;
  const profile = id ? account.profiles.find((each) => each.id === id) : { ...NEW, uiLocale: account.profiles[0].uiLocale };
  if (!profile) throw new Refusal({ code: "NOT_FOUND", message: "This profile is not here any more." });
  return new Editor(app, profile, account.avatars).screen();
}

class Editor {
  #app;
  #profile;
  #avatars;
  #changes = {}; // what the viewer chose, by its name in ProfileInput
  #message = messageLine();

  constructor(app, profile, avatars) {
    this.#app = app;
    this.#profile = profile;
    this.#avatars = avatars;
  }

  screen() {
    const { name, playback, uiLocale, id } = this.#profile;
    const input = element("input", { type: "text", name: "name", value: name, maxLength: 40, autocomplete: "off", spellcheck: false, required: true, oninput: () => this.#set("name", input.value) });
    const named = element("label", { className: "name-field" }, element("span", {}, "Name"), input);
    const languages = languagesWith(uiLocale, ...playback.audio, ...playback.subtitles);
    const save = element("button", { className: "action primary", data: { key: "save" }, onclick: () => this.#save() }, id ? "Save" : "Create the profile");
    const erase = id && element("button", { className: "action danger", data: { key: "delete" }, onclick: () => this.#delete() }, "Delete the profile");
    const page = settingsPage(
      this.#app,
      id ? `Edit ${name}` : "New profile",
      element("div", { className: "form" }, named),
      setting("Face", "", this.#faces()),
      this.#whatItMaySee(),
      this.#pin(),
      setting("Language of the page", "", oneOf("Language of the page", languages, uiLocale, (value) => this.#set("uiLocale", value))),
      setting("Sound", "In the order you choose them; none is the film's own.", someOf("Sound", languages, playback.audio, (values) => this.#set("audio", values))),
      setting("Subtitles", "In the order you choose them.", someOf("Subtitles", languages, playback.subtitles, (values) => this.#set("subtitles", values)), oneOf("When", SUBTITLES, playback.subtitleMode, (value) => this.#set("subtitleMode", value))),
      setting("Playing", "", this.#switches()),
      this.#message,
      element("div", { className: "actions" }, save, erase),
    );
    return { ...page, focus: id ? page.element.querySelector(".chip[aria-pressed=true]") ?? page.focus : input };
  }

  #set(name, value) {
    this.#changes[name] = value;
  }

  #faces() {
    const options = this.#avatars.map(({ variantId, url, alt }) => [variantId, element("img", { src: url, alt })]);
    const letter = ["", element("span", {}, "Letter")];
    const faces = oneOf("Face", [letter, ...options], this.#profile.avatar?.variantId ?? "", (value) => this.#set("avatar", value));
    faces.classList.add("choice-of-faces");
    return faces;
  }

  #whatItMaySee() {
    const ages = element("div", {});
    const show = (kids, age) => {
      const offered = [...new Set([...AGES, age])].filter((each) => !kids || each <= OLDEST_KID).sort((one, other) => one - other);
      ages.replaceChildren(oneOf("Films up to", offered.map((each) => [each, ageWords(each)]), age, (value) => this.#set("maturityAge", value)));
    };
    const turn = (kids) => {
      const age = this.#changes.maturityAge ?? this.#profile.maturityAge;
      this.#set("kids", kids);
      if (kids && age > OLDEST_KID) this.#set("maturityAge", OLDEST_KID);
      show(kids, this.#changes.maturityAge ?? age);
    };
    show(this.#profile.kids, this.#profile.maturityAge);
    const kids = toggle("A child's profile", "Cannot change anything here, and needs the PIN to be left, where there is one.", this.#profile.kids, turn);
    return setting("What it may see", "", lines(kids), ages);
  }

  #pin() {
    const list = lines();
    const show = () => {
      const pinned = this.#changes.pin === undefined ? this.#profile.pinned : this.#changes.pin !== "";
      const state = this.#changes.pin === undefined ? (pinned ? "There is one" : "There is none") : pinned ? "A new one, once this is saved" : "None, once this is saved";
      const set = row(pinned ? "Change the PIN" : "Set a PIN", state, async () => change(await newPin(this.#app)), { key: "set-pin" });
      const remove = row("Remove the PIN", "", () => change(""), { key: "remove-pin", leads: false });
      list.replaceChildren(set, ...(pinned ? [remove] : []));
    };
    const change = (pin) => {
      if (pin === null) return;
      this.#set("pin", pin);
      show();
      this.#app.focusOn(list.querySelector("button"));
    };
    show();
    return setting("PIN", "Asked for to enter the profile, or to leave a child's.", list);
  }

  #switches() {
    const { autoplayNext, autoplayPreviews, dataSaver } = this.#profile.playback;
    return lines(
      toggle("Next episode by itself", "", autoplayNext, (isOn) => this.#set("autoplayNext", isOn)),
      toggle("Previews by themselves", "", autoplayPreviews, (isOn) => this.#set("autoplayPreviews", isOn)),
      toggle("Save data", "Smaller pictures, for a connection that is paid by the byte.", dataSaver, (isOn) => this.#set("dataSaver", isOn)),
    );
  }

  async #save() {
    const { id: profileId, name } = this.#profile;
    this.#message.textContent = "";
    try {
      const save = (currentPin) => this.#app.session.request(SAVE_PROFILE, { input: { profileId, ...this.#changes, currentPin } });
      if (await withPin(this.#app, `${name}'s PIN, as it is now`, save)) this.#app.back();
    } catch (error) {
      this.#say(error);
    }
  }

  async #delete() {
    const { id: profileId, name } = this.#profile;
    if (!(await this.#app.ask(sure(`Delete ${name}?`, "Everything it has seen and begun is forgotten.", "Delete")))) return;
    this.#message.textContent = "";
    try {
      if (await withPin(this.#app, `${name}'s PIN`, (pin) => this.#app.session.request(DELETE_PROFILE, { profileId, pin }))) this.#app.back();
    } catch (error) {
      this.#say(error);
    }
  }

  #say(error) {
    this.#message.textContent = inWords(error);
    this.#message.scrollIntoView({ block: "nearest" });
  }
}

/** `[tag, name]` pairs: ours, and what the profile has already. */
function languagesWith(...known) {
  return [...new Set([...LANGUAGES, ...known])].map((tag) => [tag, languageName(tag)]);
}

const ageWords = (age) => (age === 0 ? "Everybody's" : age === 18 ? "Everything" : `Age ${age}`);
