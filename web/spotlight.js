// What is this title the viewer rests on? Its picture, name and story, large, above the rows.
import { element, picture } from "./dom.js";
import { resumeWords } from "./shelves.js";
import { episodeMark, titleFacts } from "./words.js";

const REST_MS = 140; // arrows held down pass over cards without painting each

export class Spotlight {
  #timer;
  #shown = null;

  constructor() {
    this.backdrop = element("div", { className: "backdrop", "aria-hidden": "true" });
    this.element = element("section", { className: "spotlight", "aria-live": "off" });
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
    paintBackdrop(this.backdrop, title.artwork);
    const where = resume && [episodeMark(resume.playable), resume.playable.season && resume.playable.name, resumeWords(resume)];
    this.element.replaceChildren(
      element("h1", {}, title.name),
      facts(resume ? where.filter(Boolean) : titleFacts(title)),
      element("p", { className: "story" }, title.synopsis),
    );
  }
}

/** Fades a new picture over the old one; a picture already there stays. */
export function paintBackdrop(backdrop, artwork) {
  const old = [...backdrop.children];
  if (old.at(-1)?.dataset.url === (artwork?.url ?? "")) return;
  const layer = element("div", { className: "layer", data: { url: artwork?.url ?? "" } }, picture(artwork, "wide"));
  backdrop.append(layer);
  backdrop.style.setProperty("--tint", artwork?.dominantColor ?? "transparent");
  setTimeout(() => old.forEach((each) => each.remove()), 600); // after the fade of .layer in tv.css
}

export const facts = (words) => element("p", { className: "facts" }, ...words.map((word) => element("span", {}, word)));
