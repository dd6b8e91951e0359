// Does every way the house refuses read as words?
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { buildSchema } from "graphql";
import { Refusal, Unreachable } from "../../web/transport.js";
import { headline, inWords } from "../../web/words.js";

const schema = buildSchema(readFileSync(new URL("../../schema/schema.graphql", import.meta.url), "utf8"));
const CODES = schema.getType("ProblemCode").getValues().map(({ name }) => name);
const NO_WORDS = "Something went wrong";

for (const code of CODES) {
  test(`${code} has a headline of its own`, () => {
    assert.notEqual(headline(new Refusal({ code, message: "" })), NO_WORDS);
  });
}

test("a refusal without a code is no fault of the viewer", () => {
  const error = new Refusal({ message: "Internal server error" });

  assert.equal(headline(error), NO_WORDS);
  assert.equal(inWords(error), "It is not your fault. Try again in a moment.");
});

test("what passes by itself is told from what does not", () => {
  const temporary = CODES.filter((code) => new Refusal({ code, message: "" }).isTemporary);

  assert.deepEqual(temporary, ["OVERLOADED", "UNAVAILABLE"]);
  assert.ok(new Unreachable("fetch failed").isTemporary);
});
