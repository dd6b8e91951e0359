// How does a developer try the API? GraphiQL from our own files, signed in as the demo viewer, with tabs that work.
import "./graphiql.css";
import { GraphiQL } from "graphiql";
import { getOperationAST, parse } from "graphql";
import { createClient } from "graphql-ws/client";
import { createElement } from "react";
import { createRoot } from "react-dom/client";
import * as operations from "./operations.js";
import { Session } from "./session.js";

const WORKERS = { json: "json.worker", graphql: "graphql.worker" };

globalThis.MonacoEnvironment = {
  getWorker: (_, label) => new Worker(`/web/dist/graphiql/${WORKERS[label] ?? "editor.worker"}.js`, { type: "module" }),
};

// Each browser tab signs in for itself, so that trying things here leaves the TV page alone.
const session = new Session(sessionStorage, sessionStorage);
const socket = createClient({
  url: `${location.origin.replace(/^http/, "ws")}/graphql`,
  connectionParams: () => ({ Authorization: `Bearer ${session.accessToken}` }),
});

async function signIn() {
  const demo = JSON.parse(document.querySelector("#demo").textContent);
  if ((await session.restore().catch(() => false)) || !demo) return;
  await session.signIn(demo.email, demo.password);
  await session.selectProfile(session.viewer.account.profiles[0].id);
}

/** GraphiQL's fetcher: one answer for a query or mutation, a stream of them for a subscription. */
function fetcher({ query, variables, operationName }, { headers } = {}) {
  const operation = getOperationAST(parse(query), operationName);
  if (operation?.operation === "subscription") return socket.iterate({ query, variables, operationName });
  return answer({ query, variables, operationName }, headers);
}

/** The whole answer as it came, errors and all; an expired token is renewed once, as on the TV page. */
async function answer(body, headers) {
  const ask = async () => {
    const token = session.accessToken && { Authorization: `Bearer ${session.accessToken}` };
    const init = { method: "POST", headers: { "Content-Type": "application/json", ...token, ...headers } };
    return (await fetch("/graphql", { ...init, body: JSON.stringify(body) })).json();
  };
  const token = session.accessToken;
  const first = await ask();
  if (!first.errors?.some((error) => error.extensions?.code === "TOKEN_EXPIRED")) return first;
  await session.refresh(token);
  return ask();
}

/** What a viewer of this very house can run: ids come from its home page, the session from a playback started now. */
async function tabs() {
  const { page } = await session.request(operations.HOME);
  const titles = page.rows.edges.flatMap(({ node }) => node.items.edges.map((edge) => edge.node.title));
  const movie = titles.find((title) => title.__typename === "Movie");
  const series = titles.find((title) => title.__typename === "Series");
  const input = {
    playableId: movie?.id,
    capabilities: { codecs: ["avc1.640028", "mp4a.40.2"], maxHeight: 1080, drm: ["CLEARKEY"], protocols: ["DASH"] },
    idempotencyKey: crypto.randomUUID(),
  };
  const { startPlayback } = await session.request(operations.START_PLAYBACK, { input });
  const beat = { sessionId: startPlayback.session.id, sequence: 1, positionMs: 5000, state: "PLAYING" };
  return [
    tab("The home page, rows and all.", operations.HOME, { rows: 6, items: 10 }),
    tab("A film's page.", operations.DETAILS, { id: movie.id }),
    ...(series ? [tab("A series' page, with its episodes.", operations.DETAILS, { id: series.id })] : []),
    tab("Press play: manifest, keys and where to go on.", operations.START_PLAYBACK, { input }),
    tab("A sign of life from a player. Once this lease has run out, take the session id of a new StartPlayback, and count sequence up.", operations.HEARTBEAT, { input: beat }),
    tab("Stays open: send a Heartbeat meanwhile and its card arrives here.", operations.CONTINUE_WATCHING, {}),
    tab("Who am I?", operations.VIEWER, {}),
  ];
}

const tab = (about, query, variables) => ({ query: `# ${about}\n${query.trim()}`, variables: JSON.stringify(variables, null, 2) });

async function start() {
  let defaultTabs;
  try {
    await signIn();
    if (session.viewer) defaultTabs = await tabs();
  } catch (error) {
    console.warn("GraphiQL starts without the demo:", error.message); // an empty house, or one without its films yet
  }
  const props = { fetcher, defaultTabs, storage: sessionStorage, defaultEditorToolsVisibility: "variables" };
  createRoot(document.querySelector("#graphiql")).render(createElement(GraphiQL, props));
}

start();
