// Is every screen whole, readable and usable by keys, in a living room and on a phone?
//
//   node tests/web/screens.mjs URL EMAIL PASSWORD OUT_DIR
//
// Opens every screen of a running house in three sizes, states of trouble included, takes a picture of each into
// OUT_DIR/SIZE, examines it, and ends with one JSON object on stdout. Exit code 1: `findings` says what is wrong.
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { examine } from "./examine.mjs";
import { answer, refuse, rewriteHome, slowly } from "./trouble.mjs";
import { Viewer } from "./viewer.mjs";

const [url, email, password, outDir, ...sizes] = process.argv.slice(2); // all sizes when none is named
const SIZES = {
  "1280x720": { viewport: { width: 1280, height: 720 } },
  "1920x1080": { viewport: { width: 1920, height: 1080 } },
  phone: { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true },
};
const SETTLES_MS = 1100; // pictures fade in, rows come to rest
const PICTURES_WITHIN_MS = 10_000; // cards far to the right may still be on their way: no reason to fail
const QUALITY = 74; // of the JPEGs: the whole set stays under 4 MB
const SERIES_WITHIN_MS = 150_000; // a fresh demo has its first film first

const results = { url, screens: [], findings: [] };

async function main() {
  const viewer = new Viewer({ url, email, password });
  await viewer.enter();
  await beginTwoFilms(viewer);
  const known = { ...(await firstOfEach(viewer)), viewer };
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--autoplay-policy=no-user-gesture-required"],
  });
  try {
    for (const [size, options] of Object.entries(SIZES)) if (!sizes.length || sizes.includes(size)) await tour(browser, size, options, known);
  } finally {
    await browser.close();
  }
}

/** So that Continue Watching has something to say. */
async function beginTwoFilms(viewer) {
  const films = (await viewer.startAll()).slice(0, 2);
  for (const [index, film] of films.entries()) await viewer.beat(film, Math.round(film.runtimeMs * (0.35 + 0.25 * index)));
  await viewer.stopAll(films);
}

/** The ids of a film and, as soon as there is one, a series. */
async function firstOfEach(viewer) {
  const end = Date.now() + SERIES_WITHIN_MS;
  for (;;) {
    const titles = await viewer.titles();
    const find = (type) => titles.find((title) => title.__typename === type)?.id;
    if (find("Series") || Date.now() > end) return { Movie: find("Movie"), Series: find("Series") };
    await new Promise((resolve) => setTimeout(resolve, 2000));
  }
}

async function tour(browser, size, options, known) {
  const context = await browser.newContext({ ...options, screen: options.viewport });
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  page.on("pageerror", (error) => results.findings.push({ size, screen: page.url(), what: "threw", detail: String(error) }));
  await mkdir(join(outDir, size), { recursive: true });

  const look = async (screen, { settles = SETTLES_MS } = {}) => {
    await page.waitForFunction(() => !document.querySelector("img.arriving"), null, { timeout: PICTURES_WITHIN_MS }).catch(() => {});
    await page.waitForTimeout(settles);
    await page.screenshot({ path: join(outDir, size, `${screen}.jpg`), type: "jpeg", quality: QUALITY });
    const found = await examine(page);
    results.findings.push(...found.map((each) => ({ size, screen, ...each })));
    results.screens.push(`${size}/${screen}`);
  };
  for (const [screen, open] of Object.entries(SCREENS)) {
    try {
      const leave = await open(page, known, size);
      await look(screen, leave?.look);
      await leave?.();
    } catch (error) {
      results.findings.push({ size, screen, what: "did not come", detail: String(error.message).slice(0, 400) });
      await page.screenshot({ path: join(outDir, size, `${screen}-failed.jpg`), type: "jpeg" });
      await page.unrouteAll({ behavior: "ignoreErrors" });
    }
  }
  await context.close();
}

const press = async (page, ...keys) => {
  for (const key of keys) await page.keyboard.press(key);
};

/** Opens a route as a reload would. */
async function open(page, route) {
  await page.goto("about:blank");
  await page.goto(`${url}/#/${route}`);
}

const undo = (page) => () => page.unrouteAll({ behavior: "ignoreErrors" });
const atOnce = (after) => Object.assign(after, { look: { settles: 150 } });

const SCREENS = {
  async register(page) {
    await open(page, "register");
    await page.locator("input[name=profileName]:focus").waitFor();
    await page.keyboard.type("Ada");
  },
  async code(page) {
    await open(page, "code");
    await page.locator("svg.qr").waitFor();
  },
  async "sign-in"(page) {
    await page.goto(url);
    await page.locator("input[type=email]:focus").waitFor();
    await page.keyboard.type(email);
    await press(page, "ArrowDown");
    await page.keyboard.type("not the password");
    await press(page, "Enter");
    await page.locator(".form-message:not(:empty)").waitFor();
  },
  async profiles(page) {
    await press(page, "Control+A");
    await page.keyboard.type(password);
    await press(page, "Enter");
    await page.locator(".face:focus").waitFor();
  },
  async pin(page) {
    const selectProfile = { __typename: "PinRequired", code: "PIN_REQUIRED", message: "A PIN is needed.", retryAfterSeconds: null, attemptsLeft: 4 };
    await answer(page, "mutation SelectProfile", { selectProfile });
    await press(page, "Enter");
    await page.locator(".pin-key:focus").waitFor();
    await press(page, "1", "2", "3", "4", "Enter");
    await page.locator(".over .form-message:not(:empty)").waitFor();
    await press(page, "5", "6");
    return undo(page);
  },
  async manage(page) {
    await open(page, "manage");
    await page.locator(".face:focus").waitFor();
  },
  async profile(page) {
    await press(page, "ArrowRight", "Enter");
    await page.locator(".chip:focus").first().waitFor();
  },
  async "profile-further"(page) {
    await press(page, ...Array(6).fill("ArrowDown"));
  },
  async account(page) {
    await open(page, "account");
    await page.locator("[data-key=manage]:focus").waitFor();
  },
  async devices(page) {
    await press(page, "ArrowDown", "Enter");
    await page.locator(".devices .row:focus").waitFor();
  },
  async "remove-device"(page) {
    await press(page, "ArrowDown", "Enter");
    await page.locator(".over .action:focus").waitFor();
  },
  async data(page) {
    await open(page, "data");
    await page.locator("[data-key=export]:focus").waitFor();
  },
  async link(page, { viewer }) {
    await open(page, `link/${await viewer.waitingCode()}`);
    await page.locator(".who-asks").waitFor();
    await press(page, "Tab", "Shift+Tab"); // a key, so that the focus shows
  },
  async home(page) {
    await open(page, "profiles");
    await page.locator(".face:focus").waitFor();
    await press(page, "Enter");
    await page.locator(".card:focus").waitFor();
    await press(page, "ArrowDown", "ArrowUp", "ArrowUp");
    await page.locator("[data-key=hero]:focus").waitFor();
  },
  async "home-rows"(page) {
    await press(page, "ArrowDown", "ArrowDown", "ArrowDown", "ArrowRight");
    await page.locator(".card:focus").waitFor();
  },
  async film(page, { Movie }) {
    await open(page, `title/${Movie}`);
    await page.locator("[data-key=play]:focus").waitFor();
  },
  async series(page, { Series }) {
    await open(page, `title/${Series}`);
    await page.locator(".seasons .card").first().waitFor();
    await press(page, "ArrowDown", "ArrowDown");
  },
  async player(page, { Movie }) {
    await open(page, `play/${Movie}/from-start`);
    await page.waitForFunction(() => document.querySelector("video")?.currentTime > 1);
    await press(page, "ArrowDown", "Enter"); // paused, the controls stay
  },
  async "player-without-key"(page, { Movie }) {
    await page.route("**/license/**", (route) => route.fulfill({ status: 403, body: "{}" }));
    await open(page, `play/${Movie}/from-start`);
    await page.locator(".sheet").waitFor();
    return undo(page);
  },
  async loading(page) {
    await slowly(page);
    await open(page, "");
    await page.locator(".skeleton").waitFor();
    return atOnce(undo(page));
  },
  async "home-offline"(page) {
    await rewriteHome(page, "STALE");
    await open(page, "");
    await page.locator(".offline:not(:empty)").waitFor();
    return undo(page);
  },
  async "home-with-gaps"(page) {
    await rewriteHome(page, "GAPS");
    await open(page, "");
    await page.locator(".card:focus").waitFor();
    return undo(page);
  },
  async unavailable(page, { Movie }) {
    await refuse(page, { code: "UNAVAILABLE", retryAfterSeconds: 30 });
    await open(page, `title/${Movie}`);
    await page.locator(".notice button:focus").waitFor();
    return undo(page);
  },
  async unreachable(page) {
    await open(page, "");
    await page.locator(".card:focus").waitFor();
    await page.route("**/graphql", (route) => route.abort());
    await press(page, "Enter");
    await page.locator(".notice button:focus").waitFor();
    return undo(page);
  },
};

try {
  await main();
} catch (error) {
  results.findings.push({ what: "ended early", detail: String(error.stack ?? error) });
} finally {
  if (results.findings.length) process.exitCode = 1;
  process.stdout.write(`${JSON.stringify(results)}\n`);
}
