// Does a film play on while the web server is killed under it?
//
//   node tests/web/restart.mjs URL EMAIL PASSWORD TITLE_ID WEB_PID
//
// Watches, kills the process, watches on. Ends with one JSON object on stdout.
import assert from "node:assert/strict";
import { chromium } from "playwright-core";

const [url, email, password, titleId, webPid] = process.argv.slice(2);
const SEEN_BEFORE_S = 3; // it plays, and its first buffer is full
const SEEN_AFTER_S = 15; // further than what was buffered when the server died
const PATIENT_MS = 60_000; // with a busy machine, not with the house

const results = { started: [], beats: [], alerts: [], pageErrors: [] };
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--autoplay-policy=no-user-gesture-required"],
});

async function watch() {
  const page = await browser.newPage({ viewport: { width: 640, height: 360 } });
  page.setDefaultTimeout(PATIENT_MS);
  page.on("pageerror", (error) => results.pageErrors.push(String(error)));
  page.on("response", (response) => note(response).catch(() => {}));
  await signIn(page);
  await page.goto(`${url}/#/play/${titleId}/from-start`);
  await playedTo(page, SEEN_BEFORE_S);

  process.kill(Number(webPid), "SIGKILL");
  results.killedAtS = await position(page);
  await page.keyboard.press("Enter"); // a pause, to be told to a server that is not there
  await page.keyboard.press("Enter");
  await playedTo(page, results.killedAtS + SEEN_AFTER_S);
  await page.keyboard.press("Enter"); // told at once to the one that is there again
  await page.waitForFunction(() => document.querySelector("video").paused);
  results.pausedAtS = await position(page);
  await beatAt(results.pausedAtS);
  results.alerts = await page.locator("[role=alert]:visible").allInnerTexts();
}

async function signIn(page) {
  await page.goto(url);
  await page.locator(".entrance input[type=email]:focus").waitFor();
  await page.keyboard.type(email);
  await page.keyboard.press("ArrowDown");
  await page.keyboard.type(password);
  await page.keyboard.press("Enter");
  await page.locator(".face:focus").waitFor();
  await page.keyboard.press("Enter");
  await page.locator(".card:focus").waitFor();
}

/** Remembers which sessions were opened, and which heartbeats were answered. */
async function note(response) {
  if (!response.url().endsWith("/graphql")) return;
  const asked = response.request().postDataJSON();
  const { data } = await response.json();
  if (data?.startPlayback?.session) results.started.push(data.startPlayback.session.id);
  if (data?.heartbeat?.nextInSeconds) results.beats.push({ at: Date.now(), ...asked.variables.input });
}

const position = (page) => page.evaluate(() => document.querySelector("video").currentTime);

const playedTo = (page, seconds) => page.waitForFunction((to) => document.querySelector("video")?.currentTime > to, seconds);

async function beatAt(seconds) {
  const deadline = Date.now() + PATIENT_MS;
  while (!results.beats.some((beat) => Math.abs(beat.positionMs / 1000 - seconds) < 1)) {
    assert.ok(Date.now() < deadline, "no heartbeat after the restart");
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

try {
  await watch();
} catch (error) {
  results.failed = String(error.stack ?? error);
  process.exitCode = 1;
} finally {
  await browser.close();
  process.stdout.write(`${JSON.stringify(results)}\n`);
}
