// Would somebody know their screens again by what they call themselves?
import assert from "node:assert/strict";
import { test } from "node:test";
import { describe } from "../../web/device.js";

const SCREENS = {
  "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36": { kind: "WEB", name: "Chrome on Linux" },
  "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0": { kind: "WEB", name: "Edge on Windows" },
  "Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:140.0) Gecko/20100101 Firefox/140.0": { kind: "WEB", name: "Firefox on Mac" },
  "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1": { kind: "MOBILE", name: "Safari on iPhone" },
  "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36": { kind: "MOBILE", name: "Chrome on Android" },
  "Mozilla/5.0 (Linux; Android 14; SM-X710) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36": { kind: "TABLET", name: "Chrome on Android" },
  "Mozilla/5.0 (SMART-TV; LINUX; Tizen 8.0) AppleWebKit/537.36 (KHTML, like Gecko) 108.0.5359.1/8.0 TV Safari/537.36": { kind: "TV", name: "Television" },
  "Mozilla/5.0 (Web0S; Linux/SmartTV) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/108.0.0.0 Safari/537.36": { kind: "TV", name: "Television" },
  "Mozilla/5.0 (PlayStation; PlayStation 5/2.26) AppleWebKit/605.1.15 (KHTML, like Gecko)": { kind: "CONSOLE", name: "Game console" },
  "": { kind: "WEB", name: "Browser" },
};

for (const [userAgent, expected] of Object.entries(SCREENS)) {
  test(`${expected.name}, ${expected.kind}: ${userAgent.slice(0, 60)}`, () => {
    assert.deepEqual(describe(userAgent), expected);
  });
}
