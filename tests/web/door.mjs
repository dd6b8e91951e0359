// Can a household move in by itself, from the first account to a child that cannot get out?
//
//   node tests/web/door.mjs URL OUT_DIR
//
// Drives Chromium through a running house that needs no films: a television by its keys, a phone by taps. Takes a
// picture of every screen into OUT_DIR, tells its steps on stderr and ends with one JSON object on stdout. Exit code 1:
// `failed` says at which step.
import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import readQr from "jsqr";
import { chromium } from "playwright-core";

const [url, outDir] = process.argv.slice(2);
const TV = { viewport: { width: 1280, height: 720 } };
const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };
const ADA = { name: "Ada", email: `ada-${Date.now()}@marquee.example`, password: "a long engagement" };
const NEXT_PASSWORD = "another long engagement";
const PIN = "2718";
const SETTLES_MS = 400; // screens fade in
const ENDED_WITHIN_MS = 10_000; // an open screen hears of it within five seconds; the rest is room

const results = { url, steps: [], pageErrors: [] };
let browser;
let step = "start";

async function main() {
  await mkdir(outDir, { recursive: true });
  browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"] });
  const first = await open(TV);
  const second = await open(TV);
  const phone = await open(PHONE);

  await tell("register by keys, and sign in", () => register(first));
  await tell("a child's profile with a PIN", () => makeChild(first));
  await tell("the child stays where it is", () => staysInside(first));
  await tell("with the PIN somebody gets out", () => getsOut(first));
  await tell("a television shows a code, and a camera reads it", () => showCode(second));
  await tell("the phone signs in first, and says no", () => deny(phone, second));
  await tell("the phone says yes", () => approve(phone, second));
  await tell("the television is removed, and is out at once", () => removeDevice(first, second));
  await tell("a wrong password changes nothing", () => refusePassword(first));
  await tell("another password, and the phone is out", () => changePassword(first, phone));
  await tell("a copy of everything is made, and can be fetched", () => copyEverything(first));
  await tell("signing out ends the session in the house too", () => signOut(first));
  await tell("the account is erased, and leaves a receipt", () => eraseEverything(phone));
  assert.deepEqual(results.pageErrors, [], "a page threw an error");
}

async function tell(name, action) {
  step = name;
  await action();
  results.steps.push(name);
  process.stderr.write(`${name}\n`);
}

async function open(options) {
  const page = await (await browser.newContext({ ...options, screen: options.viewport })).newPage();
  page.setDefaultTimeout(15_000);
  page.on("pageerror", (error) => results.pageErrors.push(String(error)));
  return page;
}

const picture = async (page, name) => {
  await page.waitForTimeout(SETTLES_MS);
  await page.screenshot({ path: join(outDir, `${String(results.steps.length + 1).padStart(2, "0")}-${name}.png`) });
};
const press = async (page, ...keys) => {
  for (const key of keys) await page.keyboard.press(key);
};
const keyed = (key) => `[data-key="${key}"]`;
const focused = (page, selector) => page.locator(`${selector}:focus`).waitFor();
const heading = (page, words) => page.locator("h1", { hasText: words }).waitFor();
const storedToken = (page) => page.evaluate(() => localStorage.getItem("marquee.refreshToken"));

/** Opens a route as a bookmark would. */
async function visit(page, route) {
  await page.goto("about:blank");
  await page.goto(`${url}/#/${route}`);
}

/** Presses `arrow` until what `selector` matches has the focus. */
async function moveTo(page, arrow, selector) {
  for (let presses = 0; presses < 40; presses += 1) {
    if (await page.evaluate((wanted) => document.activeElement.matches(wanted), selector)) return;
    await press(page, arrow);
  }
  assert.fail(`no ${selector} within reach of ${arrow}`);
}

async function typePin(page, pin) {
  await focused(page, ".pin-key");
  await page.keyboard.type(pin);
  await focused(page, ".pin-key.done");
  await press(page, "Enter");
}

async function fillIn(page, ...texts) {
  for (const [index, text] of texts.entries()) {
    if (index) await press(page, "ArrowDown");
    await page.keyboard.type(text);
  }
  await press(page, "Enter");
}

async function register(page) {
  await page.goto(url);
  await focused(page, "input[type=email]");
  await moveTo(page, "ArrowDown", keyed("code"));
  await moveTo(page, "ArrowRight", keyed("register"));
  await press(page, "Enter");
  await focused(page, "input[name=profileName]");
  await fillIn(page, ADA.name, ADA.email, ADA.password);
  await heading(page, "Almost there");
  await picture(page, "registered");
  await press(page, "Enter");
  await focused(page, ".face");
  await picture(page, "profiles");
}

async function makeChild(page) {
  await moveTo(page, "ArrowRight", keyed("new"));
  await press(page, "Enter");
  await focused(page, "input[name=name]");
  await page.keyboard.type("Byron");
  await moveTo(page, "ArrowDown", ".choice-of-faces .chip");
  await press(page, "ArrowRight", "Enter");
  await moveTo(page, "ArrowDown", ".toggle");
  await press(page, "Enter");
  assert.equal(await page.locator(".chip", { hasText: "Age 16" }).count(), 0, "a child may see what is for grown-ups");
  await moveTo(page, "ArrowDown", keyed("set-pin"));
  await press(page, "Enter");
  await typePin(page, PIN);
  await typePin(page, "1111");
  await page.locator(".over .form-message:not(:empty)").waitFor();
  await typePin(page, PIN);
  await focused(page, keyed("set-pin"));
  await picture(page, "new-profile");
  await moveTo(page, "ArrowDown", keyed("save"));
  await press(page, "Enter");
  await page.locator(".face", { hasText: "Byron" }).waitFor();
}

async function staysInside(page) {
  await moveTo(page, "ArrowLeft", ".face:first-child");
  await moveTo(page, "ArrowRight", ".face:nth-child(2)");
  await press(page, "Enter");
  await page.locator(".home").waitFor();
  for (const route of ["account", "devices", "data", "manage", "profile", "link/BCDF-GHJK"]) {
    await visit(page, route);
    await heading(page, "Who is watching?");
  }
  assert.equal(await page.locator(".ways").count(), 0, "a child is offered the account");
  await focused(page, ".face");
  await moveTo(page, "ArrowLeft", ".face:first-child");
  await press(page, "Enter");
  await typePin(page, "1111");
  await page.locator(".form-message", { hasText: "4 more tries" }).waitFor();
  await picture(page, "wrong-pin");
  await press(page, "Escape");
  await focused(page, ".face");
}

async function getsOut(page) {
  await press(page, "Enter");
  await typePin(page, PIN);
  await page.locator(".home").waitFor();
  await page.locator(".who", { hasText: ADA.name }).waitFor();
}

async function showCode(page) {
  await page.goto(url);
  await focused(page, "input[type=email]");
  await moveTo(page, "ArrowDown", keyed("code"));
  await press(page, "Enter");
  await readCode(page);
  await picture(page, "code");
}

/** What a camera in front of the screen reads. */
async function readCode(page) {
  const svg = page.locator("svg.qr");
  await svg.waitFor();
  await page.waitForTimeout(SETTLES_MS);
  const png = (await svg.screenshot()).toString("base64");
  const { data, width, height } = await page.evaluate(pixelsOf, png);
  const read = readQr(Uint8ClampedArray.from(data), width, height, { inversionAttempts: "dontInvert" })?.data;
  const shown = await page.locator(".user-code").innerText();
  assert.equal(read, `${url}/link?code=${shown}`);
  return read;
}

async function pixelsOf(png) {
  const image = new Image();
  image.src = `data:image/png;base64,${png}`;
  await image.decode();
  const canvas = Object.assign(document.createElement("canvas"), { width: image.width, height: image.height });
  const context = canvas.getContext("2d");
  context.drawImage(image, 0, 0);
  return { data: [...context.getImageData(0, 0, image.width, image.height).data], width: image.width, height: image.height };
}

async function deny(phone, tv) {
  await phone.goto(await readCode(tv));
  await focused(phone, "input[type=email]");
  await phone.locator("input[type=email]").fill(ADA.email);
  await phone.locator("input[type=password]").fill(ADA.password);
  await phone.locator("button[type=submit]").tap();
  await heading(phone, "Is this your screen?");
  await phone.locator("dd", { hasText: "Chrome on Linux" }).waitFor();
  await picture(phone, "phone-asks");
  await phone.locator("button", { hasText: "Deny" }).tap();
  await heading(phone, "Turned away");
  await said(tv, "The phone said no.");
  await picture(tv, "denied");
}

const said = (page, words) => page.locator(".quiet-line", { hasText: words }).waitFor();

async function approve(phone, tv) {
  await focused(tv, ".steps .primary");
  await press(tv, "Enter");
  await phone.goto(await readCode(tv));
  await heading(phone, "Is this your screen?");
  await phone.locator("button", { hasText: "Approve" }).tap();
  await heading(phone, "Come in");
  await picture(phone, "phone-approved");
  await focused(tv, ".face");
  await press(tv, "Enter");
  await tv.locator(".home").waitFor();
}

async function removeDevice(page, tv) {
  await visit(page, "account");
  await focused(page, keyed("manage"));
  await picture(page, "account");
  await moveTo(page, "ArrowDown", keyed("devices"));
  await press(page, "Enter");
  await page.locator(".rows .row").nth(2).waitFor();
  await picture(page, "devices");
  const own = await page.evaluate(() => [...document.querySelectorAll(".row")].findIndex((row) => row.innerText.includes("This screen")));
  assert.equal(own, 0, "this screen is not the first of the list");
  await press(page, "ArrowDown", "Enter");
  await page.locator(".over").waitFor();
  await moveTo(page, "ArrowRight", ".danger");
  await press(page, "Enter");
  await page.locator(".rows .row").nth(1).waitFor();
  await page.waitForFunction(() => document.querySelectorAll(".rows .row").length === 2);
  await tv.locator("input[type=email]").waitFor({ timeout: ENDED_WITHIN_MS });
}

async function refusePassword(page) {
  await visit(page, "password");
  await focused(page, "input[name=current]");
  await fillIn(page, "not the password", NEXT_PASSWORD);
  await page.locator(".form-message:not(:empty)").waitFor();
}

async function changePassword(page, phone) {
  await visit(page, "password");
  await focused(page, "input[name=current]");
  await fillIn(page, ADA.password, NEXT_PASSWORD);
  await said(page, "Changed.");
  await picture(page, "password");
  await visit(phone, "account");
  await phone.locator("input[type=email]").fill(ADA.email);
  await phone.locator("input[type=password]").fill(NEXT_PASSWORD);
  await phone.locator("button[type=submit]").tap();
  await heading(phone, "Account");
  await picture(phone, "phone-account");
}

async function signOut(page) {
  const spent = await storedToken(page);
  await visit(page, "account");
  await focused(page, keyed("manage"));
  await moveTo(page, "ArrowDown", keyed("sign-out"));
  await press(page, "Enter");
  await page.locator(".over").waitFor();
  await moveTo(page, "ArrowRight", ".danger");
  await press(page, "Enter");
  await focused(page, "input[type=email]");
  assert.equal(await storedToken(page), null);
  assert.equal(await refusalOf(spent), "TOKEN_INVALID");
}

async function copyEverything(page) {
  await visit(page, "data");
  await focused(page, keyed("export"));
  await press(page, "Enter");
  const link = page.locator(keyed("download"));
  await link.waitFor();
  await picture(page, "copy");
  const file = await (await fetch(await link.getAttribute("href"))).text();
  assert.ok(file.includes(ADA.email), "the copy does not know whose it is");
}

async function eraseEverything(page) {
  await visit(page, "data");
  await page.locator("input[type=password]").fill(NEXT_PASSWORD);
  await page.locator("button[type=submit]").tap();
  await page.locator(".over .danger").tap();
  await heading(page, "Erased");
  await picture(page, "erased");
  const address = await page.locator(keyed("receipt")).getAttribute("href");
  assert.ok([200, 202].includes((await fetch(url + address)).status), "there is no receipt, and none to come");
  assert.equal(await storedToken(page), null);
  await page.goto(url);
  await page.locator("input[type=email]").fill(ADA.email);
  await page.locator("input[type=password]").fill(NEXT_PASSWORD);
  await page.locator("button[type=submit]").tap();
  await page.locator(".form-message:not(:empty)").waitFor();
}

/** What the house says to a refresh token that somebody kept. */
async function refusalOf(refreshToken) {
  const query = "mutation Refresh($refreshToken: String!) { refreshToken(refreshToken: $refreshToken) { ... on Problem { code } } }";
  const response = await fetch(`${url}/graphql`, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ query, variables: { refreshToken } }) });
  return (await response.json()).data.refreshToken.code;
}

try {
  await main();
} catch (error) {
  results.failed = { step, error: String(error.message ?? error) };
  process.stderr.write(`${step}: ${error.stack ?? error}\n`);
  const pages = browser?.contexts().flatMap((context) => context.pages()) ?? [];
  for (const [index, page] of pages.entries()) await picture(page, `at-failure-${index}`).catch(() => {});
  process.exitCode = 1;
} finally {
  await browser?.close();
  process.stdout.write(`${JSON.stringify(results)}\n`);
}
