// Does a screen with a code ask as often as the house allows, and no more?
import assert from "node:assert/strict";
import { test } from "node:test";
import { NobodyCame, awaitApproval } from "../../web/codepoll.js";
import { Refusal, Unreachable } from "../../web/transport.js";

const refused = (code, retryAfterSeconds) => new Refusal({ code, message: code, retryAfterSeconds });

/** Runs a screen whose polls are answered by `answers` one after the other, `null` being the viewer. */
async function screenOf(answers, { starts = [] } = {}) {
  const seen = { waitsS: [], codes: [], polled: [] };
  let made = 0;
  seen.result = await awaitApproval({
    start: async () => {
      if (starts.length) throw starts.shift();
      made += 1;
      return { deviceCode: `device ${made}`, userCode: `user ${made}`, intervalSeconds: 5 };
    },
    show: ({ userCode }) => seen.codes.push(userCode),
    poll: async (deviceCode) => {
      seen.polled.push(deviceCode);
      const answer = answers.length > 1 ? answers.shift() : answers[0];
      if (answer) throw answer;
      return "viewer";
    },
    wait: async (milliseconds) => {
      seen.waitsS.push(milliseconds / 1000);
      assert.ok(seen.waitsS.length < 100, "it would ask for ever");
    },
  }).catch((error) => error);
  return seen;
}

test("it waits the interval before each poll, the first too", async () => {
  const seen = await screenOf([refused("PENDING"), refused("PENDING"), null]);

  assert.deepEqual(seen.waitsS, [5, 5, 5]);
  assert.equal(seen.result, "viewer");
});

test("told to slow down, it waits five seconds longer from then on", async () => {
  const seen = await screenOf([refused("SLOW_DOWN"), refused("PENDING"), refused("SLOW_DOWN"), refused("PENDING"), null]);

  assert.deepEqual(seen.waitsS, [5, 10, 10, 15, 15]);
});

test("where the house names a longer wait than that, it keeps to it", async () => {
  const seen = await screenOf([refused("SLOW_DOWN", 30), refused("PENDING"), null]);

  assert.deepEqual(seen.waitsS, [5, 30, 30]);
});

test("a code that has run out gives way to a new one, which is polled at its own pace", async () => {
  const seen = await screenOf([refused("SLOW_DOWN"), refused("EXPIRED"), refused("PENDING"), null]);

  assert.deepEqual(seen.codes, ["user 1", "user 2"]);
  assert.deepEqual(seen.polled, ["device 1", "device 1", "device 2", "device 2"]);
  assert.deepEqual(seen.waitsS, [5, 10, 5, 5]);
});

test("a no is a no: it asks no further", async () => {
  const seen = await screenOf([refused("PENDING"), refused("DENIED")]);

  assert.equal(seen.result.code, "DENIED");
  assert.equal(seen.polled.length, 2);
});

test("while nobody answers it asks less and less often, and never sooner than the interval", async () => {
  const away = new Unreachable("gone");
  const seen = await screenOf([away, away, away, away, away, away, null]);

  assert.ok(seen.waitsS.every((seconds) => seconds >= 5), String(seen.waitsS));
  assert.ok(seen.waitsS.at(-1) >= 15, String(seen.waitsS));
  assert.equal(seen.result, "viewer");
});

test("a house that gives out no codes now is asked again when it said so", async () => {
  const seen = await screenOf([null], { starts: [refused("OVERLOADED", 20)] });

  assert.ok(seen.waitsS[0] >= 20, String(seen.waitsS));
  assert.deepEqual(seen.codes, ["user 1"]);
});

test("after an hour of codes that nobody took, it leaves the house alone", async () => {
  const seen = await screenOf([refused("EXPIRED")]);

  assert.ok(seen.result instanceof NobodyCame);
  assert.equal(seen.codes.length, 6);
});
