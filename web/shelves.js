// How is a row of titles drawn, filled as the viewer moves along it, and changed under a viewer who is looking at it?
import { element, picture } from "./dom.js";
import { rearrange } from "./rearrange.js";
import { clock, episodeMark } from "./words.js";

const AHEAD = 8; // cards left to the right when the next ones are fetched: a held key takes a second to get there

/**
 * A row of cards. `row` is `{id, kind, heading, layout, items, next}`: `items` are RowItems `{title, resume}`, or null
 * when they could not be had; `next` is the cursor behind them. `open(item)` is called when one is chosen,
 * `more(rowId, cursor)` gives `{items, next}`.
 */
export class Shelf {
  #open;
  #more;
  #items = new Map(); // title id -> RowItem
  #cards = new Map(); // title id -> element
  #next = null;
  #fetching = false;

  constructor(row, { open, more, lang }) {
    this.#open = open;
    this.#more = more;
    this.row = row;
    this.list = element("div", { className: "cards", role: "list", lang });
    this.list.addEventListener("focusin", () => this.#fill());
    this.list.addEventListener("scroll", () => this.#fill(), { passive: true });
    const { id, kind, heading, layout } = row;
    const posters = layout === "POSTERS" ? " posters" : "";
    this.sorry = element("p", { className: "quiet-line", hidden: true }, "This row could not be fetched. It comes back by itself.");
    this.element = element(
      "section",
      { className: `shelf${posters}`, data: { line: "", kind, rowId: id }, "aria-label": heading },
      element("h2", {}, heading),
      this.sorry,
      this.list,
    );
    this.update(row);
  }

  get items() {
    return [...this.#items.values()];
  }

  itemOf(card) {
    return this.#items.get(card.dataset.titleId);
  }

  /** The row as it was just read: what the viewer has paged in behind its first items stays. */
  update({ items, next }) {
    this.sorry.hidden = items !== null || this.#items.size > 0;
    this.element.hidden = items !== null && items.length === 0;
    if (items === null) return; // what there was is better than nothing
    const known = new Set(items.map((item) => item.title.id));
    const paged = next && this.#items.size > items.length ? this.items.filter((item) => !known.has(item.title.id)) : [];
    if (!paged.length) this.#next = next;
    this.show([...items, ...paged]);
  }

  /** Makes the row say `items`, in that order, moving as little as possible and never the focused card's focus. */
  show(items) {
    const wanted = items.map((item) => this.#cardFor(item));
    this.#items = new Map(items.map((item) => [item.title.id, item]));
    rearrange(this.list, wanted, "scrollLeft");
    this.element.hidden = items.length === 0;
  }

  async #fill() {
    const last = this.list.lastElementChild;
    if (!this.#next || this.#fetching || !last) return;
    const left = last.offsetLeft - this.list.scrollLeft - this.list.clientWidth;
    const places = [...this.list.children];
    const at = places.findIndex((place) => place.contains(document.activeElement));
    if (left > this.list.clientWidth && places.length - at > AHEAD) return;
    this.#fetching = true;
    try {
      const { items, next } = await this.#more(this.row.id, this.#next);
      this.#next = next;
      this.show([...this.items, ...items.filter((item) => !this.#items.has(item.title.id))]);
    } catch {
      // the next step to the right asks again
    } finally {
      this.#fetching = false;
    }
  }

  #cardFor(item) {
    const { id } = item.title;
    if (!this.#cards.has(id)) this.#cards.set(id, element("div", { role: "listitem" }, this.#newCard(item)));
    const place = this.#cards.get(id);
    describe(place.firstElementChild, item);
    return place;
  }

  #newCard({ title }) {
    const art = (this.row.layout === "POSTERS" && title.poster) || title.artwork;
    return element(
      "button",
      {
        className: "card",
        data: { key: `${this.row.kind}/${this.row.id}/${title.id}`, titleId: title.id, titleType: title.__typename },
        onclick: (event) => this.#open(this.itemOf(event.currentTarget)),
      },
      picture(art, "art", title.name),
      element("span", { className: "card-name" }, title.name),
      element("span", { className: "card-note" }),
      element("span", { className: "unseen" }),
      element("span", { className: "progress" }, element("span", {})),
    );
  }
}

function describe(card, { resume }) {
  const bar = card.querySelector(".progress");
  bar.hidden = !resume;
  if (!resume) return;
  const mark = episodeMark(resume.playable);
  card.dataset.playableId = resume.playable.id;
  card.dataset.positionMs = resume.positionMs;
  card.querySelector(".card-note").textContent = [mark, resumeWords(resume)].filter(Boolean).join(" · ");
  card.querySelector(".unseen").textContent = `, ${Math.round(resume.progress * 100)} % watched`;
  bar.firstElementChild.style.setProperty("--done", resume.progress);
}

export function resumeWords({ status, positionMs, playable }) {
  return status === "IN_PROGRESS" ? `${clock((playable.runtimeMs - positionMs) / 1000)} left` : "";
}
