// Does a PIN take the keys that are meant for it, and leave the others alone?
import assert from "node:assert/strict";
import { test } from "node:test";
import { PinEntry, withPin } from "../../web/pin.js";
import { Refusal } from "../../web/transport.js";

const after = (...keys) => keys.reduce((entry, key) => (entry.key(key), entry), new PinEntry());

test("digits are taken, one after the other", () => {
  assert.equal(after("1", "2", "0", "9").digits, "1209");
});

test("a PIN ends at eight digits", () => {
  assert.equal(after(..."1234567890").digits, "12345678");
});

test("it is long enough from four digits on", () => {
  assert.equal(after("1", "2", "3").isLongEnough, false);
  assert.equal(after("1", "2", "3", "4").isLongEnough, true);
});

test("Backspace takes a digit back, and is Back where there is none", () => {
  const entry = after("1", "2");

  assert.deepEqual([entry.key("Backspace"), entry.digits], [true, "1"]);
  assert.deepEqual([entry.key("Backspace"), entry.digits], [true, ""]);
  assert.equal(entry.key("Backspace"), false);
});

test("arrows, Enter and letters are not for it", () => {
  const entry = after("1");

  assert.deepEqual(["ArrowLeft", "Enter", "Escape", "a", "٣"].map((key) => entry.key(key)), [false, false, false, false, false]);
  assert.equal(entry.digits, "1");
});

test("who needs no PIN is asked for none", async () => {
  const given = [];
  const app = { ask: () => assert.fail("asked for a PIN") };

  const answer = await withPin(app, "PIN", async (pin) => given.push(pin));

  assert.deepEqual([answer, given], [1, [undefined]]);
});

test("what is refused for another reason is refused at once", async () => {
  const locked = new Refusal({ code: "PIN_LOCKED", message: "Locked.", retryAfterSeconds: 60 });
  const app = { ask: () => assert.fail("asked for a PIN") };

  await assert.rejects(withPin(app, "PIN", async () => Promise.reject(locked)), locked);
});
