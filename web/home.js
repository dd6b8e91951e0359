// What shall we watch? The home page: rows to choose from, Continue Watching first and always live.
import { fold } from "./continuewatching.js";
import { element } from "./dom.js";
import { shift } from "./glide.js";
import { Hero } from "./hero.js";
import { Feed } from "./live.js";
import { masthead } from "./masthead.js";
import { CONTINUE_WATCHING, HOME, ROW_NEXT } from "./operations.js";
import { badgeWords, stateOf } from "./provenance.js";
import { rearrange } from "./rearrange.js";
import { Refresher } from "./refresher.js";
import { Shelf } from "./shelves.js";

const LISTEN_AT_MOST_MS = 1000; // a home page without live updates is better than none
const CONTINUE = "CONTINUE_WATCHING";

export async function home(app) {
  const screen = new HomeScreen(app);
  try {
    await screen.open();
  } catch (error) {
    screen.close();
    throw error;
  }
  return screen;
}

class HomeScreen {
  title = "Home";
  staysWarm = true; // kept while the viewer is on another screen: coming back is where they were, at once
  #app;
  #lang;
  #feed;
  #hero;
  #shelves = new Map(); // row id -> Shelf
  #refresher = new Refresher(() => this.#look());
  #state = { old: false, missing: false, computedAt: null };
  #early = []; // events of the feed from before the rows were there
  #left = null; // where the viewer was when they went to another screen

  constructor(app) {
    this.#app = app;
    this.#lang = app.session.viewer.profile.uiLocale;
    this.#feed = new Feed({
      url: `${location.origin.replace(/^http/, "ws")}/graphql`,
      session: app.session,
      document: CONTINUE_WATCHING,
      onEvent: (event) => this.#heard(event),
      onGap: this.#refresher.soon,
      onTurn: this.#refresher.soon,
    });
    this.#hero = new Hero({ play: (id) => app.go(`play/${id}`), lang: this.#lang });
    this.badge = element("p", { className: "offline", role: "status" });
    this.list = element("div", { className: "shelves" });
    this.empty = element("p", { className: "empty", hidden: true }, "The first films are on their way. Come back in a minute.");
    this.main = element("main", { className: "body" }, this.#hero.element, element("div", { className: "below" }, this.list, this.empty));
    this.element = element("div", { className: "home" }, this.#hero.backdrop, masthead(app, this.badge), this.main);
    this.#followTheViewer();
  }

  async open() {
    await Promise.race([this.#feed.opened, new Promise((resolve) => setTimeout(resolve, LISTEN_AT_MOST_MS))]);
    const fresh = await this.#look(); // listening first and reading second leaves no gap between the two
    this.#refresher.saw(fresh);
    this.#early?.forEach((event) => this.#fold(event));
    this.#early = null;
    const first = this.#firstCard();
    if (first) this.#hero.show(this.#itemOf(first));
  }

  /** Where the focus belongs: the card it was on, what stands in its place, or the first one. */
  get focus() {
    const left = this.#left;
    if (left?.card.isConnected && this.element.contains(left.card)) return left.card;
    const again = left?.key && this.element.querySelector(`[data-key="${CSS.escape(left.key)}"]`);
    return again || left?.line.querySelector(":scope:not([hidden]) .card") || this.#firstCard() || this.element.querySelector("button");
  }

  leave() {
    const card = document.activeElement?.closest("button");
    if (!card || !this.element.contains(card)) return;
    const scrollers = [this.element, this.list, ...this.list.querySelectorAll(".cards")];
    const places = scrollers.map((each) => [each, each.scrollLeft, each.scrollTop]);
    this.#left = { card, key: card.dataset.key, line: card.closest("[data-line]") ?? this.list, places };
  }

  /** Called when the screen is shown again: what is out of the document forgets how far it was scrolled. */
  comeBack() {
    for (const [each, scrollLeft, scrollTop] of this.#left?.places ?? []) Object.assign(each, { scrollLeft, scrollTop });
    this.#refresher.soon();
  }

  onBack() {
    const first = this.#firstCard();
    if (document.activeElement !== first) this.#app.focusOn(first);
  }

  close() {
    this.#feed.close();
    this.#refresher.close();
  }

  /** Reads the page and shows it; true when it is all there and of now. */
  async #look() {
    let page;
    try {
      ({ page } = await this.#app.session.request(HOME));
    } catch (error) {
      if (this.#shelves.size) this.#say({ ...this.#state, old: true });
      throw error;
    }
    this.#show(page.rows.edges.map(({ node }) => readRow(node)));
    const state = stateOf(page);
    this.#say({ ...state, computedAt: state.computedAt ?? Date.now() });
    return !state.old && !state.missing;
  }

  #say(state) {
    this.#state = state;
    const words = badgeWords(state, Date.now());
    if (this.badge.textContent !== words) this.badge.textContent = words;
  }

  #show(rows) {
    const ordered = [...rows].sort((one, other) => (other.kind === CONTINUE) - (one.kind === CONTINUE));
    this.#quietly((settle) => {
      const shelves = ordered.map((row) => this.#shelfFor(row));
      this.#shelves = new Map(shelves.map((shelf) => [shelf.row.id, shelf]));
      rearrange(this.list, shelves.map((shelf) => shelf.element), "scrollTop", settle);
    });
    this.empty.hidden = rows.some(({ kind, items }) => kind !== CONTINUE && (items === null || items.length));
  }

  #shelfFor(row) {
    const shelf = this.#shelves.get(row.id);
    if (!shelf) return new Shelf(row, { open: this.#open, more: this.#more, lang: this.#lang });
    shelf.update(row);
    return shelf;
  }

  #open = ({ title, resume }) => this.#app.go(resume ? `play/${resume.playable.id}` : `title/${title.id}`);

  #more = async (rowId, after) => {
    const { node } = await this.#app.session.request(ROW_NEXT, { rowId, after });
    const { items, next } = readRow(node);
    return { items: items ?? [], next };
  };

  #heard(event) {
    if (this.#early) this.#early.push(event);
    else this.#fold(event);
  }

  #fold(event) {
    const shelf = [...this.#shelves.values()].find(({ row }) => row.kind === CONTINUE);
    if (!shelf) return;
    this.#quietly((settle) => {
      shelf.show(fold(shelf.items, event));
      settle();
    });
  }

  /** Changes rows above or under the viewer without moving what the viewer looks at, once the page is scrolled. `change`
   *  is given what to call when everything is in its new place. */
  #quietly(change) {
    const scroller = this.#scroller();
    const held = this.list.contains(document.activeElement) && scroller.scrollTop > 0 ? document.activeElement : null;
    const before = held?.getBoundingClientRect().top;
    change(() => {
      if (held?.isConnected) shift(scroller, "scrollTop", held.getBoundingClientRect().top - before);
      this.#keepInSight();
    });
    this.#aim(); // the card looked at may be the one that changed
  }

  /** What is above the card looked at has grown, and pushed it down: a row that appeared, the title on a small screen. */
  #keepInSight() {
    const at = document.activeElement;
    if (this.list.contains(at) && at.getBoundingClientRect().bottom > innerHeight) this.#app.focusOn(at);
  }

  #scroller = () => (getComputedStyle(this.list).overflowY === "visible" ? this.element : this.list);
  #firstCard = () => this.list.querySelector(".shelf:not([hidden]) .card");
  #itemOf = (card) => this.#shelves.get(card.closest("[data-row-id]")?.dataset.rowId)?.itemOf(card);

  #followTheViewer() {
    new ResizeObserver(() => this.#keepInSight()).observe(this.#hero.element);
    this.element.addEventListener("focusin", () => this.#aim());
    this.element.addEventListener("pointermove", (event) => {
      const card = event.pointerType === "mouse" && event.target.closest(".card");
      if (card && card !== document.activeElement) card.focus({ preventScroll: true });
    });
  }

  #aim() {
    const at = document.activeElement;
    if (!this.element.contains(at)) return;
    const shelf = at.closest(".shelf");
    const item = shelf && this.#itemOf(at);
    if (item) this.#hero.show(item);
    const deep = Boolean(shelf && this.#firstCard()?.closest(".shelf") !== shelf);
    this.element.classList.toggle("deep", deep);
  }
}

function readRow({ id, kind, heading, layout, items }) {
  const next = items?.pageInfo.hasNextPage ? items.pageInfo.endCursor : null;
  // Where the viewer was is told in Continue Watching alone: other rows are not live, and would soon be wrong.
  const itemOf = ({ title, resume }) => ({ title, resume: kind === CONTINUE ? resume : null });
  return { id, kind, heading, layout, next, items: items?.edges.map(({ node }) => itemOf(node)) ?? null };
}
