// Can a stranger watch a film here, from sign-in to Continue Watching, on the screen itself?
//
//   node tests/web/journey.mjs URL EMAIL PASSWORD OUT_DIR
//
// Drives Chromium through a running house with nothing but keys, takes a picture of every screen into OUT_DIR,
// tells its steps on stderr and ends with one JSON object on stdout. Exit code 1: `failed` says at which step.
import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { documentOf } from "./sent.mjs";
import { Viewer } from "./viewer.mjs";

const [url, email, password, outDir] = process.argv.slice(2);
const SCREEN = { width: 1280, height: 720 };
const PLAYED_S = 3; // further than any buffer of clear frames could carry a film without its keys
const SILENT_MS = 6000; // a film with its keys starts in a fraction of this
const STALL_NUDGE_S = 0.5; // the player nudges a stalled film on by a tenth of a second
const CARD_WITHIN_MS = Number(process.env.CARD_WITHIN_MS ?? Infinity); // set where the machine is quiet enough to tell
const ROUNDS = Number(process.env.ROUNDS ?? 10);
const TAB_SETTLES_MS = 500; // GraphiQL takes over a tab's text and operation name a moment after the click

const results = { url, steps: [], latenciesMs: [], strangers: [], pageErrors: [] };
let browser;
let step = "start";
let pictures = 0;

async function main() {
  await mkdir(outDir, { recursive: true });
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: [
      "--headless",
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      "--autoplay-policy=no-user-gesture-required",
    ],
  });
  const first = await openWindow();
  const second = await openWindow();
  const viewer = new Viewer({ url, email, password });

  await tell("sign in by keys", () => signIn(first, { pictures: true }));
  await tell("who is watching, and home", () => chooseProfile(first, { pictures: true }));
  await tell("the same viewer in a second window", () => signIn(second).then(() => chooseProfile(second)));
  const filmId = await tell("open the first film", () => openFirstFilm(first));
  await tell("play it encrypted, by DASH; its card appears in the second window", () => playDash(first, second, filmId));
  await tell("leave, and find it under Continue Watching", () => leavePlayer(first));
  await tell("play it encrypted, by HLS", () => playHls(first, filmId));
  await tell("without a license nothing plays", () => refuseKeys(first, filmId));
  await tell("a series with its episodes", () => openSeries(first));
  await tell("every heartbeat, a card", () => measureCards(second, viewer));
  await tell("two windows of one browser reload at once and stay signed in", () => reloadTogether(second));
  await tell("GraphiQL runs its tabs", () => runGraphiql(viewer));
  assert.deepEqual(results.strangers, [], "a page asked an address that is not ours");
  assert.deepEqual(results.pageErrors, [], "a page threw an error");
}

async function tell(name, action) {
  step = name;
  const before = Date.now();
  const outcome = await action();
  const ms = Date.now() - before;
  results.steps.push({ name, ms });
  process.stderr.write(`${name}: ${(ms / 1000).toFixed(1)} s\n`);
  return outcome;
}

/** A window of its own device: nothing is shared with the others but the account. */
async function openWindow() {
  const context = await browser.newContext({ viewport: SCREEN, screen: SCREEN });
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  page.on("pageerror", (error) => results.pageErrors.push(String(error)));
  page.on("request", (request) => {
    const ours = request.url().startsWith(new URL(url).origin) || /^(blob|data):/.test(request.url());
    if (!ours) results.strangers.push(request.url());
  });
  return page;
}

async function picture(page, name, { settled = false } = {}) {
  if (!settled) await page.waitForTimeout(600); // pictures fade in
  pictures += 1;
  await page.screenshot({ path: join(outDir, `${String(pictures).padStart(2, "0")}-${name}.png`) });
}

async function press(page, ...keys) {
  for (const key of keys) await page.keyboard.press(key);
}

const focused = (page) => page.evaluate(() => ({ ...document.activeElement.dataset }));

async function signIn(page, options = {}) {
  await page.goto(url);
  await page.locator(".entrance input[type=email]:focus").waitFor();
  await page.keyboard.type(email);
  await press(page, "ArrowDown");
  await page.keyboard.type("not the password");
  if (options.pictures) {
    await press(page, "Enter");
    await page.locator(".form-message:not(:empty)").waitFor();
    await picture(page, "sign-in-refused");
  }
  await press(page, "Control+A");
  await page.keyboard.type(password);
  if (options.pictures) await picture(page, "sign-in");
  await press(page, "Enter");
  await page.locator(".face:focus").waitFor();
}

async function chooseProfile(page, options = {}) {
  if (options.pictures) await picture(page, "profiles");
  await press(page, "Enter");
  await page.locator(".card:focus").waitFor();
  if (options.pictures) await picture(page, "home");
}

async function openFirstFilm(page) {
  for (let presses = 0; presses < 30; presses += 1) {
    const { titleType, key } = await focused(page);
    if (titleType === "Movie" && !key.startsWith("CONTINUE_WATCHING")) break;
    await press(page, key.startsWith("CONTINUE_WATCHING") ? "ArrowDown" : "ArrowRight");
  }
  const { titleId, titleType } = await focused(page);
  assert.equal(titleType, "Movie", "no film within reach of the arrow keys");
  await press(page, "Enter");
  await page.locator(".details [data-key=play]:focus").waitFor();
  await picture(page, "film");
  return titleId;
}

async function openSeries(page) {
  const series = await page.locator("[data-title-type=Series]").first().getAttribute("data-title-id", { timeout: 3000 }).catch(() => null);
  results.series = series;
  if (!series) return; // the demo's series may still be on its way
  await page.goto(`${url}/#/title/${series}`);
  await page.locator(".seasons .card").first().waitFor();
  await picture(page, "series");
}

/** Refresh tokens rotate: windows that share one must not spend it twice. */
async function reloadTogether(page) {
  const twin = await page.context().newPage();
  await twin.goto(url);
  await twin.locator(".card:focus").waitFor({ state: "attached" });
  for (let round = 0; round < 3; round += 1) {
    await Promise.all([page.reload(), twin.reload()]);
    await Promise.all([page, twin].map((each) => each.locator(".card:focus").waitFor({ state: "attached" })));
  }
  await twin.close();
  await picture(page, "home-second-window");
}

async function playDash(first, second, filmId) {
  const before = await focused(second);
  const manifest = first.waitForRequest((request) => request.url().includes("manifest.mpd"));
  const license = first.waitForResponse((response) => response.url().endsWith("/license/clearkey"));
  await press(first, "Enter");
  await manifest;
  assert.equal((await license).status(), 200);
  results.dash = await played(first);
  await picture(first, "player");

  const shown = await second.locator(continueCard(filmId)).getAttribute("data-position-ms", { timeout: 500 }).catch(() => null);
  const card = cardSeenAt(second, `${continueCard(filmId)}:not([data-position-ms="${shown}"])`);
  const beat = first.waitForRequest((request) => request.url().endsWith("/graphql") && documentOf(request).includes("heartbeat(input"));
  await press(first, "Enter"); // a pause is told at once
  await (await beat).response(); // its timing is known only then
  results.firstCardMs = Math.round((await card) - (await beat).timing().startTime);
  assert.ok(results.firstCardMs < CARD_WITHIN_MS, `the card came after ${results.firstCardMs} ms`);
  assert.equal((await focused(second)).key, before.key, "the card moved the focus of the second window");
  await picture(first, "player-paused");
  await picture(second, "second-window");
}

async function leavePlayer(page) {
  await press(page, "ArrowRight");
  await page.locator(".preview").waitFor();
  await picture(page, "player-seeking", { settled: true });
  await press(page, "Escape");
  await page.locator(".details").waitFor();
  await press(page, "Escape");
  await page.locator("[data-kind=CONTINUE_WATCHING] .card").first().waitFor();
  await picture(page, "home-continue-watching");
}

async function playHls(page, filmId) {
  const playlist = page.waitForRequest((request) => request.url().includes("master.m3u8"));
  const key = page.waitForResponse((response) => response.url().includes("/license/key/"));
  await page.goto(`${url}/?protocol=hls#/play/${filmId}/from-start`);
  await playlist;
  assert.equal((await key).status(), 200);
  results.hls = await played(page);
  await picture(page, "player-hls");
}

/** What the video element says once it has played for PLAYED_S, wherever it began. */
async function played(page) {
  await page.waitForFunction((seconds) => {
    const ranges = document.querySelector("video")?.played;
    return ranges?.length && ranges.end(0) > seconds && ranges.end(0) - ranges.start(0) > seconds;
  }, PLAYED_S);
  const state = await page.evaluate(() => {
    const video = document.querySelector("video");
    const { totalVideoFrames } = video.getVideoPlaybackQuality();
    const { currentTime, videoWidth, videoHeight, mediaKeys } = video;
    return { currentTime, videoWidth, videoHeight, totalVideoFrames, encrypted: mediaKeys !== null };
  });
  assert.ok(state.totalVideoFrames > 0, "no frame was decoded");
  assert.ok(state.encrypted, "the film plays without EME: it is not encrypted");
  return state;
}

async function refuseKeys(page, filmId) {
  await page.route("**/license/**", (route) => route.abort());
  results.withoutLicense = {};
  for (const protocol of ["dash", "hls"]) {
    await page.goto("about:blank");
    await page.goto(`${url}/?protocol=${protocol}#/play/${filmId}/from-start`);
    await page.locator(".player").waitFor();
    await page.waitForTimeout(SILENT_MS);
    const state = await page.evaluate(() => {
      const video = document.querySelector("video");
      const words = document.querySelector("[role=alert]")?.innerText.split("\n")[0] ?? null;
      return { currentTime: video.currentTime, frames: video.getVideoPlaybackQuality().totalVideoFrames, words };
    });
    results.withoutLicense[protocol] = state;
    await picture(page, `without-license-${protocol}`);
    assert.equal(state.frames, 0, `${protocol} decodes frames without a license`);
    assert.ok(state.currentTime < STALL_NUDGE_S, `${protocol} plays without a license`);
    assert.ok(state.words, `${protocol} does not tell the viewer why nothing plays`);
  }
  await page.unroute("**/license/**");
  await page.goto("about:blank");
  await page.goto(url);
  await page.locator(".card:focus").waitFor();
}

const continueCard = (titleId) => `[data-kind=CONTINUE_WATCHING]:not([hidden]) .card[data-title-id="${titleId}"]`;

/** When something is in the page that matches `selector`, in milliseconds of this machine's clock. */
function cardSeenAt(page, selector) {
  return page.evaluate(
    (wanted) =>
      new Promise((resolve, reject) => {
        const look = () => document.querySelector(wanted) && resolve(performance.timeOrigin + performance.now());
        new MutationObserver(look).observe(document, { subtree: true, childList: true, attributes: true });
        setTimeout(() => reject(new Error(`no ${wanted} within 20 s`)), 20_000);
        look();
      }),
    selector,
  );
}

async function measureCards(page, viewer) {
  await viewer.enter();
  const films = await viewer.startAll();
  results.films = films.length;
  for (let round = 1; round <= ROUNDS; round += 1) {
    const film = films[round % films.length];
    const positionMs = Math.round(film.runtimeMs * (0.2 + 0.05 * (round % 12))) + round;
    const seen = cardSeenAt(page, `${continueCard(film.titleId)}[data-position-ms="${positionMs}"]`);
    const sentAt = Date.now();
    await viewer.beat(film, positionMs);
    results.latenciesMs.push(Math.round((await seen) - sentAt));
  }
  const slow = results.latenciesMs.filter((latency) => latency >= CARD_WITHIN_MS);
  assert.deepEqual(slow, [], "cards that came too late, in ms");
  await picture(page, "cards-by-themselves");
  await viewer.stopAll(films);
}

async function runGraphiql(viewer) {
  const page = await openWindow();
  await page.goto(`${url}/graphql`);
  const tabs = page.locator(".graphiql-tab");
  await page.locator(".graphiql-query-editor .view-line").first().waitFor();
  results.graphiql = [];
  for (let index = 0; index < (await tabs.count()); index += 1) {
    const name = (await tabs.nth(index).innerText()).trim();
    await tabs.nth(index).click();
    await page.waitForTimeout(TAB_SETTLES_MS);
    await page.locator(".graphiql-execute-button").click();
    if (name === "ContinueWatching") await beatUntil(page, viewer, /"cursor"/);
    await page.waitForFunction(() => document.querySelector(".graphiql-response").innerText.includes('"data"'));
    const answer = await page.locator(".graphiql-response").innerText();
    assert.doesNotMatch(answer, /"errors"|Problem"/, name);
    if (name === "ContinueWatching") await page.locator(".graphiql-execute-button").click(); // it would run for ever
    results.graphiql.push(name);
  }
  await tabs.first().click();
  await picture(page, "graphiql");
}

/** Heartbeats, as another device would send them, until the answer pane shows `expected`. */
async function beatUntil(page, viewer, expected) {
  const [film] = await viewer.startAll();
  for (let second = 1; second < 10; second += 1) {
    await viewer.beat(film, 6000 + second * 1000);
    await page.waitForTimeout(500);
    if (expected.test(await page.locator(".graphiql-response").innerText())) break;
  }
  await viewer.stopAll([film]);
}

try {
  await main();
} catch (error) {
  results.failed = { step, error: String(error.message ?? error) };
  process.stderr.write(`${step}: ${error.stack ?? error}\n`);
  const pages = browser?.contexts().flatMap((context) => context.pages()) ?? [];
  for (const page of pages) await picture(page, "at-failure").catch(() => {});
  process.exitCode = 1;
} finally {
  await browser?.close();
  process.stdout.write(`${JSON.stringify(results)}\n`);
}
