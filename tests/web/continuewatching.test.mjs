// Does Continue Watching say what the events said?
import assert from "node:assert/strict";
import { test } from "node:test";
import { fold } from "../../web/continuewatching.js";

const film = (id) => ({ __typename: "Movie", id, name: id });
const watched = (playable, revision) => ({ playable, revision, positionMs: revision * 1000, progress: 0.5 });
const changed = (playable, revision, removed = false) => ({ state: watched(playable, revision), removed });
const names = (items) => items.map((item) => item.title.id);

const [TIDE, EMBER, GLASS] = ["mov_tide", "mov_ember", "mov_glass"].map(film);
const ROW = [EMBER, GLASS].map((title) => ({ title, resume: watched(title, 5) }));

test("a film just started comes first", () => {
  assert.deepEqual(names(fold(ROW, changed(TIDE, 1))), ["mov_tide", "mov_ember", "mov_glass"]);
});

test("a film watched on moves to the front with its new place", () => {
  const row = fold(ROW, changed(GLASS, 6));

  assert.deepEqual(names(row), ["mov_glass", "mov_ember"]);
  assert.equal(row[0].resume.positionMs, 6000);
});

test("a finished film leaves", () => {
  assert.deepEqual(names(fold(ROW, changed(EMBER, 6, true))), ["mov_glass"]);
});

test("an event older than what the row knows changes nothing", () => {
  assert.equal(fold(ROW, changed(GLASS, 4)), ROW);
});

test("two episodes of a series are one card, that of the latest", () => {
  const series = { __typename: "Series", id: "ser_green", name: "Green Light" };
  const first = { __typename: "Episode", id: "epi_1", series };
  const second = { __typename: "Episode", id: "epi_2", series };

  const row = fold(fold([], changed(first, 9)), changed(second, 1));

  assert.deepEqual(names(row), ["ser_green"]);
  assert.equal(row[0].resume.playable.id, "epi_2");
});
