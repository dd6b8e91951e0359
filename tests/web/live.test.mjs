// Does the live subscription come back by itself, at the right place? Against a real graphql-transport-ws server.
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { test } from "node:test";
import { buildSchema } from "graphql";
import { useServer } from "graphql-ws/use/ws";
import { WebSocket, WebSocketServer } from "ws";
import { Feed } from "../../web/live.js";

const schema = buildSchema(`
  type Query { unused: Int }
  type Subscription { continueWatching(after: String): Changed! }
  type Changed { cursor: String! }
`);
const DOCUMENT = "subscription ($after: String) { continueWatching(after: $after) { cursor } }";

/** A server with a log that tests append to; `asked` records every `after`, `goodToken` who may come in. */
async function startHouse(context) {
  const house = { log: [], asked: [], goodToken: "fresh", appended: deferred() };
  house.append = (cursor) => {
    house.log.push({ cursor });
    house.appended.resolve();
    house.appended = deferred();
  };
  async function* continueWatching({ after }) {
    house.asked.push(after ?? null);
    let next = after ? house.log.findIndex((event) => event.cursor === after) + 1 : house.log.length;
    for (;;) {
      for (; next < house.log.length; next += 1) yield { continueWatching: house.log[next] };
      await house.appended.promise;
    }
  }
  const http = createServer();
  const sockets = new WebSocketServer({ server: http });
  const onConnect = ({ connectionParams }) => connectionParams.Authorization === `Bearer ${house.goodToken}`;
  useServer({ schema, roots: { subscription: { continueWatching } }, onConnect }, sockets);
  http.listen(0, "127.0.0.1");
  await once(http, "listening");
  house.url = `ws://127.0.0.1:${http.address().port}`;
  house.cut = () => sockets.clients.forEach((socket) => socket.terminate());
  context.after(() => {
    house.cut();
    sockets.close();
    http.close();
  });
  return house;
}

function deferred() {
  let resolve;
  const promise = new Promise((settle) => (resolve = settle));
  return { promise, resolve };
}

async function until(condition) {
  for (let waited = 0; !condition(); waited += 10) {
    assert.ok(waited < 5000, `waited in vain for ${condition}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

function follow(context, house, session = { accessToken: "fresh" }) {
  const heard = { cursors: [], gaps: 0 };
  const feed = new Feed({
    url: house.url,
    session,
    document: DOCUMENT,
    webSocketImpl: WebSocket,
    onEvent: (event) => heard.cursors.push(event.cursor),
    onGap: () => (heard.gaps += 1),
  });
  context.after(() => feed.close());
  return { feed, heard };
}

test("events arrive, and a cut connection misses none", async (context) => {
  const house = await startHouse(context);
  const { heard } = follow(context, house);
  await until(() => house.asked.length === 1);
  house.append("a");
  house.append("b");
  await until(() => heard.cursors.length === 2);

  house.cut();
  house.append("c");
  await until(() => heard.cursors.length === 3);

  assert.deepEqual(heard.cursors, ["a", "b", "c"]);
  assert.deepEqual(house.asked, [null, "b"]);
  assert.equal(heard.gaps, 0);
});

test("a connection cut before any event is reported as a gap", async (context) => {
  const house = await startHouse(context);
  const { heard } = follow(context, house);
  await until(() => house.asked.length === 1);

  house.cut();
  await until(() => house.asked.length === 2);

  assert.equal(heard.gaps, 1);
});

test("a refused access token is renewed once and the feed goes on", async (context) => {
  const house = await startHouse(context);
  const spent = [];
  const session = {
    accessToken: "stale",
    async refresh(token) {
      spent.push(token);
      this.accessToken = "fresh";
    },
  };
  const { feed } = follow(context, house, session);

  await feed.opened;
  await until(() => house.asked.length === 1);

  assert.deepEqual(spent, ["stale"]);
});

test("a closed feed stays closed", async (context) => {
  const house = await startHouse(context);
  const { feed, heard } = follow(context, house);
  await until(() => house.asked.length === 1);

  feed.close();
  house.append("a");
  await new Promise((resolve) => setTimeout(resolve, 700)); // longer than the first pause

  assert.deepEqual(heard.cursors, []);
  assert.equal(house.asked.length, 1);
});
