// Does an arrow key lead where a viewer expects?
import assert from "node:assert/strict";
import { test } from "node:test";
import { nextBox } from "../../web/focus.js";

const box = (left, top, width = 200, height = 110) => ({ left, top, right: left + width, bottom: top + height });

const PROFILE = box(1100, 20, 100, 40);
const FIRST_ROW = [box(60, 300), box(280, 300), box(500, 300)];
const SECOND_ROW = [box(-160, 480), box(60, 480), box(280, 480)]; // scrolled by one card
const HOME = [PROFILE, ...FIRST_ROW, ...SECOND_ROW];

const reached = (from, direction) => HOME[nextBox(HOME, from, direction)];

test("left and right go to the neighbour in the row", () => {
  assert.equal(reached(FIRST_ROW[0], "right"), FIRST_ROW[1]);
  assert.equal(reached(FIRST_ROW[2], "left"), FIRST_ROW[1]);
  assert.equal(reached(SECOND_ROW[1], "left"), SECOND_ROW[0]);
});

test("the end of a row is the end, even with other rows further on", () => {
  assert.equal(nextBox(HOME, FIRST_ROW[2], "right"), -1);
  assert.equal(nextBox(HOME, FIRST_ROW[0], "left"), -1);
});

test("down goes to the card underneath, not to the first of the row", () => {
  assert.equal(reached(FIRST_ROW[1], "down"), SECOND_ROW[2]);
  assert.equal(reached(FIRST_ROW[2], "down"), SECOND_ROW[2]);
});

test("up from the first row reaches the only thing above, however far aside", () => {
  assert.equal(reached(FIRST_ROW[0], "up"), PROFILE);
});

test("down from something far aside comes to the nearest card of the nearest row", () => {
  assert.equal(reached(PROFILE, "down"), FIRST_ROW[2]);
});

test("a focused card, enlarged, still belongs to its row", () => {
  const enlarged = box(55, 297, 210, 116);
  const boxes = [enlarged, FIRST_ROW[1], FIRST_ROW[2], ...SECOND_ROW];

  const right = boxes[nextBox(boxes, enlarged, "right")];
  const down = boxes[nextBox(boxes, enlarged, "down")];

  assert.equal(right, FIRST_ROW[1]);
  assert.equal(down, SECOND_ROW[1]);
});

test("from a row of low buttons down leads to tall cards", () => {
  const buttons = [box(60, 200, 150, 40), box(230, 200, 150, 40)];
  const cards = [box(60, 300, 200, 260), box(280, 300, 200, 260)];
  const boxes = [...buttons, ...cards];

  assert.equal(boxes[nextBox(boxes, buttons[1], "down")], cards[1]);
  assert.equal(boxes[nextBox(boxes, cards[1], "up")], buttons[1]);
});
