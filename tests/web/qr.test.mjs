// Does a camera read from the screen what we meant?
import assert from "node:assert/strict";
import { test } from "node:test";
import readQr from "jsqr";
import { modules } from "../../web/qr.js";

const PIXELS = 6; // of a module: about what a phone sees across a living room
const QUIET_ZONE = 4;

/** What a reader makes of it, as light falls on a sensor. */
function read(rows) {
  const side = rows.length * PIXELS;
  const pixels = new Uint8ClampedArray(side * side * 4).fill(255);
  for (let y = 0; y < side; y += 1) {
    for (let x = 0; x < side; x += 1) {
      if (rows[Math.floor(y / PIXELS)][Math.floor(x / PIXELS)]) pixels.fill(0, (y * side + x) * 4, (y * side + x) * 4 + 3);
    }
  }
  return readQr(pixels, side, side, { inversionAttempts: "dontInvert" })?.data;
}

for (const address of ["https://tv.example/link?code=BCDF-GHJK", "http://192.168.178.20:8000/link?code=WXZB-CDFG", `https://${"a-long-name.".repeat(8)}example/link?code=BCDF-GHJK`]) {
  test(`${address} is read back, dark on light`, () => {
    assert.equal(read(modules(address)), address);
  });
}

test("around it is a margin of four light modules", () => {
  const rows = modules("https://tv.example/link?code=BCDF-GHJK");

  const margin = rows.flatMap((row, y) => row.filter((_, x) => Math.min(x, y, rows.length - 1 - x, rows.length - 1 - y) < QUIET_ZONE));

  assert.ok(margin.length > 0 && margin.every((dark) => !dark));
  assert.ok(rows[QUIET_ZONE][QUIET_ZONE], "the first corner begins behind it");
});
