// Does a row come to rest where it should, and without swinging past?
import assert from "node:assert/strict";
import { test } from "node:test";
import { springStep } from "../../web/glide.js";

const FRAME_S = 1 / 60;

function glided(motion, seconds) {
  const offsets = [];
  for (let time = 0; time < seconds; time += FRAME_S) {
    motion = springStep(motion, FRAME_S);
    offsets.push(motion.offset);
  }
  return offsets;
}

test("from rest it comes home within half a second and never swings past", () => {
  const offsets = glided({ offset: 400, velocity: 0 }, 0.6);

  assert.ok(Math.abs(offsets.at(-1)) < 1, `${offsets.at(-1)} px away`);
  assert.ok(offsets.every((offset, index) => offset >= 0 && offset <= (offsets[index - 1] ?? 400)));
});

test("one long frame leads to where many short ones lead", () => {
  const long = springStep({ offset: 300, velocity: -200 }, 0.25);
  const short = glided({ offset: 300, velocity: -200 }, 0.25 - FRAME_S / 2);

  assert.ok(Math.abs(long.offset - short.at(-1)) < 1e-6);
});
