// Does the page wait long enough before it asks again, and not in step with others?
import assert from "node:assert/strict";
import { test } from "node:test";
import { pauseMs } from "../../web/patience.js";

test("each failure in a row doubles the wait, up to half a minute", () => {
  const waits = [1, 2, 3, 4, 5, 6, 7].map((failures) => pauseMs(failures, { random: 1 }));

  assert.deepEqual(waits, [1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
});

test("screens spread over the second half of the wait", () => {
  assert.equal(pauseMs(3, { random: 0 }), 2000);
  assert.equal(pauseMs(3, { random: 0.5 }), 3000);
});

test("nobody asks before the house said so, and not all at once then", () => {
  assert.equal(pauseMs(1, { retryAfterSeconds: 5, random: 0 }), 5000);
  assert.equal(pauseMs(1, { retryAfterSeconds: 5, random: 1 }), 6250);
});
