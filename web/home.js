// What shall we watch? The home page: rows to choose from, Continue Watching first and always live.
import { fold } from "./continuewatching.js";
import { element } from "./dom.js";
import { Feed } from "./live.js";
import { masthead } from "./masthead.js";
import { CONTINUE_WATCHING, HOME } from "./operations.js";
import { Shelf } from "./shelves.js";
import { Spotlight } from "./spotlight.js";

const LISTEN_AT_MOST_MS = 1000; // a home page without live updates is better than none
const CONTINUE = "CONTINUE_WATCHING";

export async function home(app) {
  const early = [];
  let onEvent = (event) => early.push(event);
  let onGap = () => {};
  const url = `${location.origin.replace(/^http/, "ws")}/graphql`;
  const feed = new Feed({
    url,
    session: app.session,
    document: CONTINUE_WATCHING,
    onEvent: (event) => onEvent(event),
    onGap: () => onGap(),
  });
  try {
    await Promise.race([feed.opened, new Promise((resolve) => setTimeout(resolve, LISTEN_AT_MOST_MS))]);
    const rows = await readRows(app); // listening first and reading second leaves no gap between the two
    const page = drawHome(app, rows);
    const continueWatching = page.shelves[0];
    onEvent = (event) => changeQuietly(page, () => continueWatching.show(fold(continueWatching.items, event)));
    onGap = async () => {
      const { items } = continueWatchingOf(await readRows(app));
      changeQuietly(page, () => continueWatching.show(items));
    };
    early.forEach(onEvent);
    return { element: page.main, focus: page.main.querySelector(".card"), onBack: page.toTop, close: () => feed.close() };
  } catch (error) {
    feed.close();
    throw error;
  }
}

async function readRows(app) {
  const { page } = await app.session.request(HOME);
  return page.rows.edges.map(({ node: { kind, heading, items } }) => ({
    kind,
    heading,
    items: (items?.edges ?? []).map((edge) => itemOf(kind, edge.node)),
  }));
}

/** Where the viewer was is told in Continue Watching alone: other rows are not live, and would soon be wrong. */
const itemOf = (kind, { title, resume }) => ({ title, resume: kind === CONTINUE ? resume : null });

const continueWatchingOf = (rows) =>
  rows.find((row) => row.kind === CONTINUE) ?? { kind: CONTINUE, heading: "Continue Watching", items: [] };

function drawHome(app, rows) {
  const open = ({ title, resume }) => app.go(resume ? `play/${resume.playable.id}` : `title/${title.id}`);
  const others = rows.filter((row) => row.kind !== CONTINUE);
  const shelves = [continueWatchingOf(rows), ...others].map((row) => new Shelf({ ...row, open }));

  const spotlight = new Spotlight();
  const list = element("div", { className: "shelves" }, ...shelves.map((shelf) => shelf.element));
  if (!others.length) list.append(element("p", { className: "empty" }, "The first films are on their way. Come back in a minute."));
  const main = element("main", { className: "home" }, spotlight.backdrop, masthead(app), spotlight.element, list);
  const aim = () => {
    const shelf = shelves.find((candidate) => candidate.list.contains(document.activeElement));
    if (shelf) spotlight.show(shelf.itemOf(document.activeElement));
  };
  main.addEventListener("focusin", aim);
  main.addEventListener("pointermove", (event) => {
    const card = event.target.closest(".card");
    if (card && card !== document.activeElement) card.focus({ preventScroll: true });
  });
  const toTop = () => {
    list.scrollTo({ top: 0 });
    main.querySelector(".card:not([hidden] .card)")?.focus({ preventScroll: true });
  };
  return { main, list, shelves, aim, toTop };
}

/** Changes a row above or under the viewer without moving what the viewer looks at, once the page is scrolled. */
function changeQuietly({ list, aim }, change) {
  const held = list.contains(document.activeElement) && list.scrollTop > 0 ? document.activeElement : null;
  const before = held?.getBoundingClientRect().top;
  change();
  if (held?.isConnected) list.scrollTop += held.getBoundingClientRect().top - before;
  aim(); // the card looked at may be the one that changed
}
