// How is a row of titles drawn, and how does it change under a viewer who is looking at it?
import { element, picture } from "./dom.js";
import { clock, episodeMark } from "./words.js";

const MOVE_MS = 320; // long enough to follow with the eye, short enough not to wait for

/** A row of cards. `items` are RowItems: `{title, resume}`; `open(item)` is called when one is chosen. */
export class Shelf {
  #open;
  #items = new Map(); // title id -> RowItem
  #cards = new Map(); // title id -> element

  constructor({ kind, heading, items, open }) {
    this.#open = open;
    this.kind = kind;
    this.heading = heading;
    this.list = element("div", { className: "cards", role: "list" });
    const name = element("h2", {}, heading);
    this.element = element("section", { className: "shelf", data: { line: "", kind }, "aria-label": heading }, name, this.list);
    this.show(items);
  }

  get items() {
    return [...this.#items.values()];
  }

  itemOf(card) {
    return this.#items.get(card.dataset.titleId);
  }

  /** Makes the row say `items`, in that order, moving as little as possible and never the focused card's focus. */
  show(items) {
    const wanted = items.map((item) => this.#cardFor(item));
    const gone = [...this.list.children].filter((place) => !wanted.includes(place));
    this.#items = new Map(items.map((item) => [item.title.id, item]));
    for (const place of gone) {
      passFocusOn(place);
      place.remove();
    }
    rearrange(this.list, wanted);
    this.element.hidden = items.length === 0;
  }

  #cardFor(item) {
    const { id } = item.title;
    if (!this.#cards.has(id)) this.#cards.set(id, element("div", { role: "listitem" }, this.#newCard(item)));
    const place = this.#cards.get(id);
    describe(place.firstElementChild, item);
    return place;
  }

  #newCard({ title }) {
    return element(
      "button",
      {
        className: "card",
        data: { key: `${this.kind}/${this.heading}/${title.id}`, titleId: title.id, titleType: title.__typename },
        onclick: (event) => this.#open(this.itemOf(event.currentTarget)),
      },
      picture(title.artwork, "art"),
      element("span", { className: "card-name" }, title.name),
      element("span", { className: "card-note" }),
      element("span", { className: "progress" }, element("span", {})),
    );
  }
}

function describe(card, { title, resume }) {
  const bar = card.querySelector(".progress");
  bar.hidden = !resume;
  card.setAttribute("aria-label", title.name);
  if (!resume) return;
  const mark = episodeMark(resume.playable);
  const percent = Math.round(resume.progress * 100);
  card.dataset.playableId = resume.playable.id;
  card.dataset.positionMs = resume.positionMs;
  card.querySelector(".card-note").textContent = [mark, resumeWords(resume)].filter(Boolean).join(" · ");
  card.setAttribute("aria-label", `${[title.name, mark].filter(Boolean).join(", ")}, ${percent} % watched`);
  bar.firstElementChild.style.setProperty("--done", resume.progress);
}

export function resumeWords({ status, positionMs, playable }) {
  return status === "IN_PROGRESS" ? `${clock((playable.runtimeMs - positionMs) / 1000)} left` : "";
}

function passFocusOn(place) {
  if (!place.contains(document.activeElement)) return;
  const line = place.closest("[data-line]");
  const heir =
    place.nextElementSibling ?? place.previousElementSibling ?? line.nextElementSibling?.querySelector("[role=listitem]");
  heir?.firstElementChild.focus({ preventScroll: true });
}

/** Puts `wanted` into `list` in order. What holds the focus stays in the document, because moving it would blur it. */
function rearrange(list, wanted) {
  const now = [...list.children];
  if (now.length === wanted.length && now.every((place, index) => place === wanted[index])) return;
  const held = wanted.find((place) => place.contains(document.activeElement));
  const before = new Map(now.map((place) => [place, place.getBoundingClientRect().left]));

  const turn = held ? wanted.indexOf(held) : 0;
  for (const place of wanted.slice(0, turn)) list.insertBefore(place, held);
  for (const place of wanted.slice(held ? turn + 1 : 0)) list.append(place);
  if (held) list.scrollLeft += held.getBoundingClientRect().left - before.get(held);

  if (!list.isConnected || matchMedia("(prefers-reduced-motion: reduce)").matches) return;
  for (const place of wanted) slide(place, before.get(place));
}

function slide(place, from) {
  const timing = { duration: MOVE_MS, easing: "cubic-bezier(0.2, 0, 0, 1)" };
  if (from === undefined) return place.animate({ opacity: [0, 1], scale: [0.9, 1] }, timing);
  const distance = from - place.getBoundingClientRect().left;
  if (distance) place.animate({ translate: [`${distance}px`, "0px"] }, timing);
}
