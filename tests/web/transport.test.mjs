// Does the page ask for its documents by their ids, and say who it is?
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { afterEach, test } from "node:test";
import { APP, BUILD, IDS } from "../../web/dist/documents.js";
import * as operations from "../../web/operations.js";
import { post, Refusal } from "../../web/transport.js";

const NOT_FOUND = { errors: [{ message: "?", extensions: { code: "PERSISTED_QUERY_NOT_FOUND" } }] };
const DATA = { data: { viewer: { id: 1 } } };
const realFetch = globalThis.fetch;

/** A house that gives these answers, one after the other; returns what it was asked. */
function houseThatAnswers(...answers) {
  const asked = [];
  globalThis.fetch = async (_, { body, headers }) => {
    asked.push({ ...JSON.parse(body), headers });
    return { json: async () => answers[asked.length - 1], headers: new Map() };
  };
  return asked;
}

afterEach(() => {
  globalThis.fetch = realFetch;
});

test("every operation has an id, which is the SHA-256 of its text", () => {
  for (const text of Object.values(operations)) {
    assert.equal(IDS.get(text), createHash("sha256").update(text).digest("hex"));
  }
});

test("a document is asked for by its id, with who asks", async () => {
  const asked = houseThatAnswers(DATA);

  const data = await post(operations.VIEWER, { a: 1 });

  const [{ headers, ...body }] = asked;
  assert.deepEqual(data, DATA.data);
  assert.deepEqual(body, { documentId: IDS.get(operations.VIEWER), variables: { a: 1 } });
  assert.equal(headers["X-Marquee-App"], APP);
  assert.equal(headers["X-Marquee-Build"], BUILD);
});

test("a house that does not know the id is sent the text", async () => {
  const asked = houseThatAnswers(NOT_FOUND, DATA);

  assert.deepEqual(await post(operations.VIEWER), DATA.data);
  assert.deepEqual(
    asked.map(({ query, documentId }) => [query, documentId]),
    [
      [undefined, IDS.get(operations.VIEWER)],
      [operations.VIEWER, undefined],
    ],
  );
});

test("a document that was changed since the build is sent as text", async () => {
  const asked = houseThatAnswers(DATA);

  await post(`${operations.VIEWER} # changed`);

  assert.equal(asked[0].query, `${operations.VIEWER} # changed`);
});

test("a text that is refused too is asked for no third time", async () => {
  const asked = houseThatAnswers(NOT_FOUND, NOT_FOUND);

  await assert.rejects(post(operations.VIEWER), Refusal);
  assert.equal(asked.length, 2);
});
