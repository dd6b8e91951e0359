// Is a code read however somebody types it?
import assert from "node:assert/strict";
import { test } from "node:test";
import { spelled } from "../../web/link.js";

test("a code is shown as the television shows it, while it is typed", () => {
  assert.deepEqual(["b", "bcdf", "bcdfg", "bcdfghjk"].map(spelled), ["B", "BCDF", "BCDF-G", "BCDF-GHJK"]);
});

test("dashes, blanks and letters that no code has are left out", () => {
  assert.deepEqual(["BCDF-GHJK", " bcdf ghjk ", "bc.df/gh:jk", "BCDFaeiouGHJK01"].map(spelled), Array(4).fill("BCDF-GHJK"));
});

test("nothing follows the eighth letter", () => {
  assert.equal(spelled("BCDF-GHJK-LMNP"), "BCDF-GHJK");
});
