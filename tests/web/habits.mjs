// Does the page keep its habits: focus that stays, rows that fill, states that come and go by themselves?
//
//   node tests/web/habits.mjs URL EMAIL PASSWORD
//
// Drives Chromium through a running house, by keys, and ends with one JSON object on stdout: the habits that held,
// and those that did not, with what was seen.
import assert from "node:assert/strict";
import { chromium } from "playwright-core";
import { examine } from "./examine.mjs";
import { refuse, rewriteHome, rowWithoutEnd } from "./trouble.mjs";

const [url, email, password] = process.argv.slice(2);
const TV = { width: 1280, height: 720 };
const ZOOMED = { width: 640, height: 360 }; // what is left of that at 200 %
const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };

const results = { held: [], broken: [] };
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--autoplay-policy=no-user-gesture-required"],
});

async function habit(name, page, action) {
  try {
    await action();
    results.held.push(name);
  } catch (error) {
    results.broken.push({ name, error: String(error.message ?? error).slice(0, 600) });
  }
  await page.unrouteAll({ behavior: "ignoreErrors" });
}

const press = async (page, ...keys) => {
  for (const key of keys) await page.keyboard.press(key);
};
const focused = (page) => page.evaluate(() => document.activeElement.dataset.key ?? document.activeElement.className);
const atHome = (page) => page.locator(".home .card:focus").waitFor();

async function open(options) {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  return page;
}

async function enter(page) {
  await page.goto(url);
  await page.locator("input[type=email]:focus").waitFor();
  await page.keyboard.type(email);
  await press(page, "ArrowDown");
  await page.keyboard.type(password);
  await press(page, "Enter");
  await page.locator(".face:focus").waitFor();
  await press(page, "Enter");
  await atHome(page);
}

async function reopen(page) {
  await page.goto("about:blank");
  await page.goto(url);
  await atHome(page);
}

/** How far the rows are scrolled, once they have come to rest. */
function restingPlace(page) {
  return page.evaluate(async () => {
    const list = document.querySelector(".shelves");
    for (let seen = null; seen !== list.scrollTop; ) {
      seen = list.scrollTop;
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
    return list.scrollTop;
  });
}

/** Goes down to a row that is not Continue Watching, which changes while others watch. */
async function toOtherRow(page) {
  while ((await focused(page)).startsWith("CONTINUE")) await press(page, "ArrowDown");
}

const page = await open({ viewport: TV });

await habit("who signs in while the house is full is let in by itself", page, async () => {
  await refuse(page, { code: "OVERLOADED", retryAfterSeconds: 1, operations: ["mutation SignIn"] });
  const freed = page.locator(".form-message:not(:empty)").waitFor().then(() => page.unrouteAll());
  await enter(page);
  await freed;
});

await habit("from details Back leads to the card it was opened from", page, async () => {
  await press(page, "ArrowDown", "ArrowDown", "ArrowRight");
  const left = await focused(page);
  const before = await restingPlace(page);
  await press(page, "Enter");
  await page.locator(".details button:focus").waitFor();
  await press(page, "Escape");
  await atHome(page);
  assert.equal(await focused(page), left);
  const after = await restingPlace(page);
  assert.ok(Math.abs(after - before) <= 1, `the rows stood at ${before}, and stand at ${after}`);
});

await habit("keys quicker than the rows lead where slow ones do", page, async () => {
  const atOnce = (...keys) => page.evaluate((keys) => keys.forEach((key) => document.activeElement.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }))), keys);
  await reopen(page);
  const first = await focused(page);
  await atOnce("ArrowDown", "ArrowDown");
  await restingPlace(page);
  await atOnce("ArrowUp", "ArrowUp", "ArrowUp");
  assert.equal(await focused(page), "hero");
  await atOnce("ArrowDown", "ArrowDown", "ArrowUp");
  assert.equal(await focused(page), first);
});

await habit("another size of the window leaves the focus where it is, and in sight", page, async () => {
  const before = await focused(page);
  for (const size of [ZOOMED, { width: 1920, height: 1080 }, TV]) {
    await page.setViewportSize(size);
    await page.waitForTimeout(700);
    assert.equal(await focused(page), before);
    assert.deepEqual(await examine(page), [], JSON.stringify(size));
  }
});

await habit("a row that appears above the viewer leaves the focus in sight", page, async () => {
  for (const size of [ZOOMED, TV]) {
    await page.setViewportSize(size);
    await rewriteHome(page, "BEHEADED");
    await reopen(page);
    const before = await focused(page);
    const rows = await page.locator(".shelf:not([hidden])").count();
    await page.unrouteAll();
    await page.evaluate(() => dispatchEvent(new Event("online"))); // a reason to look again
    await page.waitForFunction((rows) => document.querySelectorAll(".shelf:not([hidden])").length > rows, rows);
    await restingPlace(page);
    assert.equal(await focused(page), before);
    assert.deepEqual(await examine(page), [], JSON.stringify(size));
  }
});

await habit("a row is fetched further as the viewer moves right, and no card comes twice", page, async () => {
  await rowWithoutEnd(page, { pages: 3 });
  await reopen(page);
  await toOtherRow(page);
  for (let step = 0; step < 45; step += 1) {
    await press(page, "ArrowRight");
    await page.waitForTimeout(60);
  }
  const keys = await page.evaluate(() => [...document.activeElement.closest(".cards").querySelectorAll(".card")].map((card) => card.dataset.key));
  assert.equal(new Set(keys).size, keys.length);
  assert.ok(keys.indexOf(await focused(page)) >= 40, `stuck at card ${keys.indexOf(await focused(page))} of ${keys.length}`);
});

await habit("when the focused card goes, its neighbour has the focus", page, async () => {
  await reopen(page);
  await toOtherRow(page);
  const heir = await page.evaluate(() => document.activeElement.parentElement.nextElementSibling.firstElementChild.dataset.key);
  const gone = await page.evaluate(() => document.activeElement.dataset.titleId);
  await rewriteHome(page, "WITHOUT", gone);
  await page.evaluate(() => dispatchEvent(new Event("online"))); // a reason to look again
  await page.waitForFunction((key) => document.activeElement.dataset.key === key, heir);
});

await habit("an old page says so, and stops saying it when it is of now again", page, async () => {
  await rewriteHome(page, "STALE");
  await reopen(page);
  const badge = page.locator(".offline");
  assert.equal(await badge.textContent(), "Offline · showing what we have from 7 min ago");
  const before = await focused(page);
  await page.unrouteAll();
  await page.waitForFunction(() => document.querySelector(".offline").textContent === "");
  assert.equal(await focused(page), before);
});

await habit("a house that goes away leaves the page with what it has", page, async () => {
  await reopen(page);
  await page.route("**/graphql", (route) => route.abort());
  await page.evaluate(() => dispatchEvent(new Event("online")));
  await page.waitForFunction(() => document.querySelector(".offline").textContent.startsWith("Offline"));
  assert.ok((await page.locator(".card").count()) > 0);
  await page.unrouteAll();
  await page.waitForFunction(() => document.querySelector(".offline").textContent === "");
});

await habit("nobody is signed out by a house that cannot renew tokens, not even by a reload", page, async () => {
  await reopen(page);
  await refuse(page, { code: "UNAVAILABLE", retryAfterSeconds: 1, operations: ["mutation Refresh"] });
  await page.reload();
  await atHome(page);
});

await habit("what is refused for a while comes by itself", page, async () => {
  await reopen(page);
  await refuse(page, { code: "OVERLOADED", retryAfterSeconds: 1, operations: ["query Details"] });
  await press(page, "ArrowDown", "Enter");
  await page.locator(".notice [role=status]:not(:empty)").waitFor();
  await page.unrouteAll();
  await page.locator(".details button:focus").waitFor();
  await press(page, "Escape");
  await atHome(page);
});

await habit("less motion is respected", page, async () => {
  await page.emulateMedia({ reducedMotion: "reduce" });
  await reopen(page);
  await press(page, "ArrowDown", "ArrowDown");
  const [shelf, list] = await page.evaluate(() => [".shelf:focus-within", ".shelves"].map((each) => document.querySelector(each).getBoundingClientRect().top));
  assert.ok(Math.abs(shelf - list) < 2 || (await page.evaluate(() => {
    const { scrollTop, scrollHeight, clientHeight } = document.querySelector(".shelves");
    return scrollTop + clientHeight >= scrollHeight - 1;
  })), `${shelf} is not at ${list}`);
  await page.emulateMedia({ reducedMotion: null });
});

await habit("a film waits for a house that is away, and goes on when it is back", page, async () => {
  const film = await page.locator(".card[data-title-type=Movie]").first().getAttribute("data-title-id");
  await page.goto(`${url}/#/play/${film}/from-start`);
  await page.waitForFunction(() => document.querySelector("video")?.currentTime > 0.3);
  for (const address of ["**/media/**", "**/graphql", "**/license/**"]) await page.route(address, (route) => route.abort());
  await press(page, "ArrowRight"); // to where nothing is buffered
  await page.locator(".patience:not(:empty)").waitFor();
  assert.equal(await page.locator(".sheet").count(), 0);
  const stuckAt = await page.evaluate(() => document.querySelector("video").currentTime);
  await page.unrouteAll();
  await page.waitForFunction((time) => document.querySelector("video").currentTime > time + 1, stuckAt);
  assert.equal(await page.locator(".patience").textContent(), "");
});

const phone = await open(PHONE);
await enter(phone);

await habit("a finger opens a title, plays it and comes back", phone, async () => {
  await phone.locator(".shelf:not([hidden]) .card").nth(1).tap();
  await phone.locator(".details, .player").first().waitFor();
  await phone.goBack();
  await phone.locator(".home .card").first().waitFor();
});

await browser.close();
if (results.broken.length) process.exitCode = 1;
process.stdout.write(`${JSON.stringify(results)}\n`);
