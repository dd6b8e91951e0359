// Does every way the house refuses read as words?
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { buildSchema } from "graphql";
import { Refusal, Unreachable } from "../../web/transport.js";
import { ago, headline, inWords, languageName } from "../../web/words.js";

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

test("how long ago something was is told in the largest whole unit", () => {
  const now = Date.parse("2026-11-22T20:00:00Z");
  const told = (instant) => ago(instant, now);

  assert.deepEqual(
    ["2026-11-22T19:59:30Z", "2026-11-22T19:58:59Z", "2026-11-22T17:00:00Z", "2026-11-21T18:00:00Z", "2026-11-01T00:00:00Z", "2026-11-22T20:00:09Z"].map(told),
    ["just now", "1 minute ago", "3 hours ago", "yesterday", "3 weeks ago", "just now"],
  );
});

test("who typed a wrong PIN reads how many tries are left", () => {
  const wrong = (attemptsLeft) => inWords(new Refusal({ code: "PIN_REQUIRED", message: "", attemptsLeft }));

  assert.deepEqual([wrong(4), wrong(1)], ["That is not the PIN. 4 more tries.", "That is not the PIN. One more try."]);
});

test("who is locked out reads until when", () => {
  const locked = new Refusal({ code: "PIN_LOCKED", message: "Locked.", retryAfterSeconds: 900 });

  assert.match(inWords(locked), /^Locked\. Try again at \d{1,2}:\d\d( [AP]M)?\.$/u);
});

test("a language is named in its own words", () => {
  assert.deepEqual(["en", "de", "fr", "pt-BR"].map(languageName), ["English", "Deutsch", "Français", "Português (Brasil)"]);
});
