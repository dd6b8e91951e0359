// What would the page be told when the house is not well? Answers of a healthy house, changed on their way.
import { documentOf } from "./sent.mjs";

const MINUTES_OLD = 7;
const LONG_NAME = "The Extraordinarily Long and Winding Chronicle of Everybody Who Ever Lived Beside the Donaudampfschifffahrtsgesellschaft";
const SLOW_MS = 4000;

const asks = (route, operation) => documentOf(route.request()).includes(operation);

/** The home page as a kept copy (STALE), with rows and pictures missing (GAPS), BEHEADED of its first row, or
 *  WITHOUT the title of an id. */
export function rewriteHome(page, how, titleId) {
  return page.route("**/graphql", async (route) => {
    if (!asks(route, "query Home")) return route.fallback();
    const response = await route.fetch();
    const answer = await response.json();
    if (answer.data) CHANGES[how](answer.data.page, titleId); // not when the token has run out
    return route.fulfill({ response, json: answer });
  });
}

const CHANGES = {
  STALE(home) {
    const computedAt = new Date(Date.now() - MINUTES_OLD * 60_000).toISOString();
    const kept = { source: "STALE", degraded: true, reason: "postgres is closed", computedAt };
    for (const part of [home, ...home.rows.edges.map(({ node }) => node)]) part.provenance = kept;
  },
  BEHEADED(home) {
    const filled = home.rows.edges.filter(({ node }) => node.items.edges.length);
    const head = filled.find(({ node }) => node.kind === "CONTINUE_WATCHING") ?? filled[0];
    home.rows.edges = home.rows.edges.filter((edge) => edge !== head);
  },
  WITHOUT(home, titleId) {
    for (const { node } of home.rows.edges) node.items.edges = node.items.edges.filter((edge) => edge.node.title.id !== titleId);
  },
  GAPS(home) {
    const [first, second, third] = home.rows.edges.map(({ node }) => node).filter(({ items }) => items.edges.length);
    const titles = first.items.edges.map(({ node }) => node.title);
    const nothing = { artwork: null, poster: null, hero: null, logo: null };
    const nowhere = { url: `${new URL(titles[0].artwork.url).origin}/media/nowhere.jpg`, dominantColor: "#41658a", alt: "" };
    Object.assign(titles[0], nothing, { name: LONG_NAME });
    if (titles[1]) Object.assign(titles[1], { artwork: nowhere, poster: nowhere, hero: nowhere, logo: nowhere });
    if (second) second.items = null;
    if (third) third.items.edges = [];
  },
};

/** The first row of titles goes on for `pages` pages of twenty: the same titles again, under other ids. */
export function rowWithoutEnd(page, { pages }) {
  let sample = [];
  const pageOf = (number) => ({
    pageInfo: { hasNextPage: number < pages, endCursor: String(number) },
    edges: Array.from({ length: 20 }, (_, index) => {
      const { title } = sample[index % sample.length].node;
      const id = `${title.id}-${number}-${index}`;
      return { node: { id, resume: null, title: { ...title, id, name: `${title.name} ${20 * (number - 1) + index + 1}` } } };
    }),
  });
  return page.route("**/graphql", async (route) => {
    if (asks(route, "query RowNext")) {
      const { variables } = route.request().postDataJSON();
      return route.fulfill({ json: { data: { node: { id: variables.rowId, items: pageOf(Number(variables.after) + 1) } } } });
    }
    if (!asks(route, "query Home")) return route.fallback();
    const response = await route.fetch();
    const answer = await response.json();
    const row = answer.data?.page.rows.edges.map(({ node }) => node).find(({ kind }) => kind !== "CONTINUE_WATCHING");
    if (row) {
      sample = row.items.edges;
      row.items = pageOf(1);
    }
    return route.fulfill({ response, json: answer });
  });
}

/** The operations refused, every query by default: the token's renewal is let through, as by a house half well. */
export function refuse(page, { code, retryAfterSeconds, operations = ["query "] }) {
  return page.route("**/graphql", (route) => {
    if (!operations.some((operation) => asks(route, operation))) return route.fallback();
    const errors = [{ message: "This does not work at the moment. Try again shortly.", extensions: { code, retryAfterSeconds } }];
    return route.fulfill({ json: { data: null, errors } });
  });
}

/** Every answer takes its time. */
export function slowly(page) {
  return page.route("**/graphql", async (route) => {
    await new Promise((resolve) => setTimeout(resolve, SLOW_MS));
    await route.fallback().catch(() => {}); // the page has gone elsewhere
  });
}

/** The house answers `data` to an operation. */
export function answer(page, operation, data) {
  return page.route("**/graphql", (route) => (asks(route, operation) ? route.fulfill({ json: { data } }) : route.fallback()));
}
