// What is this title the viewer rests on? Its picture over the whole screen, its name, its story, and its one button.
import { element, icon, picture } from "./dom.js";
import { resumeWords } from "./shelves.js";
import { episodeMark, titleFacts } from "./words.js";

const REST_MS = 140; // arrows held down pass over cards without painting each
const FADED_MS = 700; // after the fade of .layer in pictures.css

export class Hero {
  #play;
  #timer;
  #shown = null;

  /** `play(playableId)` is called by the one button; `lang` is the language the house writes to this profile. */
  constructor({ play, lang }) {
    this.#play = play;
    this.backdrop = element("div", { className: "backdrop", "aria-hidden": "true" });
    this.element = element("section", { className: "hero", lang, "aria-label": "Chosen title" });
  }

  /** Shows a RowItem once the viewer rests on it; the first one at once. */
  show(item) {
    clearTimeout(this.#timer);
    if (!this.#shown) this.#paint(item);
    else this.#timer = setTimeout(() => this.#paint(item), REST_MS);
  }

  #paint({ title, resume }) {
    const key = `${title.id} ${resume?.playable.id} ${resume?.positionMs}`;
    if (key === this.#shown) return;
    this.#shown = key;
    paintBackdrop(this.backdrop, title.hero ?? title.artwork);
    const where = resume && [episodeMark(resume.playable), resume.playable.season && resume.playable.name, resumeWords(resume)];
    const button = this.#button(title, resume);
    const had = this.element.contains(document.activeElement);
    this.element.replaceChildren(
      nameOf(title),
      facts(where?.filter(Boolean).length ? where.filter(Boolean) : titleFacts(title)),
      element("p", { className: "story" }, title.synopsis),
      ...(button ? [element("div", { className: "actions" }, button)] : []),
    );
    if (had) button?.focus({ preventScroll: true });
  }

  #button({ name, primaryAction }, resume) {
    const target = resume?.playable.id ?? primaryAction?.target?.id;
    if (!target) return null;
    const label = resume ? "Resume" : primaryAction.label;
    return element(
      "button",
      { className: "action primary", data: { key: "hero" }, onclick: () => this.#play(target) },
      icon("play"),
      element("span", {}, label),
      element("span", { className: "unseen" }, ` ${name}`),
    );
  }
}

/** The name of a title as its own lettering, where it has one. */
export function nameOf({ name, logo }) {
  if (!logo) return element("h1", {}, name);
  const lettering = element("img", { className: "logo", src: logo.url, alt: name });
  const heading = element("h1", {}, lettering);
  lettering.addEventListener("error", () => heading.replaceChildren(name), { once: true });
  return heading;
}

/** Fades a new picture over the old one; a picture already there stays. */
export function paintBackdrop(backdrop, artwork) {
  const old = [...backdrop.children];
  if (old.at(-1)?.dataset.url === (artwork?.url ?? "")) return;
  const layer = element("div", { className: "layer", data: { url: artwork?.url ?? "" } }, picture(artwork, "wide"));
  backdrop.append(layer);
  setTimeout(() => old.forEach((each) => each.remove()), FADED_MS);
}

export const facts = (words) => element("p", { className: "facts" }, ...words.map((word) => element("span", {}, word)));
