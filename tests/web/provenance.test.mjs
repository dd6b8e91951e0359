// Does the page say truly how old it is?
import assert from "node:assert/strict";
import { test } from "node:test";
import { ago, badgeWords, stateOf } from "../../web/provenance.js";

const LIVE = { source: "LIVE", degraded: false, computedAt: "2026-01-01T12:00:00Z" };
const KEPT = { source: "STALE", degraded: true, computedAt: "2026-01-01T11:40:00Z" };
const NOW = Date.parse("2026-01-01T12:00:00Z");

const page = (provenance, ...rows) => ({ provenance, rows: { edges: rows.map((node) => ({ node })) } });
const row = (provenance, items = { edges: [] }) => ({ provenance, items });

test("a page that is all of now has nothing to say", () => {
  const state = stateOf(page(LIVE, row(LIVE)));

  assert.deepEqual(state, { old: false, missing: false, computedAt: null });
  assert.equal(badgeWords(state, NOW), "");
});

test("one kept row makes the page as old as that row", () => {
  const state = stateOf(page(LIVE, row(LIVE), row(KEPT)));

  assert.equal(badgeWords(state, NOW), "Offline · showing what we have from 20 min ago");
});

test("of several kept parts the oldest counts", () => {
  const older = { ...KEPT, computedAt: "2026-01-01T09:00:00Z" };

  assert.equal(badgeWords(stateOf(page(KEPT, row(older))), NOW), "Offline · showing what we have from 3 h ago");
});

test("a row that could not be had is missing, and nothing is old for it", () => {
  const state = stateOf(page(LIVE, row(LIVE, null)));

  assert.deepEqual(state, { old: false, missing: true, computedAt: null });
  assert.equal(badgeWords(state, NOW), "Some of this page is missing just now");
});

test("ages read as people say them", () => {
  const minutes = [-5, 0.5, 1, 59, 60, 1439, 1440, 4320];

  assert.deepEqual(
    minutes.map((each) => ago(NOW - each * 60_000, NOW)),
    ["a moment ago", "a moment ago", "1 min ago", "59 min ago", "1 h ago", "23 h ago", "a day ago", "3 days ago"],
  );
});
