// Which screen is on? Routes by the address's fragment, so that Back, reload and a bookmark all work.
import { element } from "./dom.js";
import { details } from "./details.js";
import { arrowOf, focusOn, isBack, keepsArrow, moveFocus } from "./focus.js";
import { home } from "./home.js";
import { player } from "./player.js";
import { profiles } from "./profiles.js";
import { Session } from "./session.js";
import { signIn } from "./signin.js";
import { inWords } from "./words.js";

const SPINNER_AFTER_MS = 400; // a screen that comes sooner needs no spinner
const ROUTES = { "": home, title: details, play: player, profiles, "sign-in": signIn };

const stage = document.querySelector("#stage");
const session = new Session(localStorage);
const remembered = new Map(); // route -> data-key of what was focused when it was left
let screen = null; // what is on: {element, focus?, onKey?, onBack?, close?}
let shownRoute = null;

const app = {
  session,
  go(route) {
    history.pushState({ depth: depth() + 1 }, "", `#/${route}`);
    return show();
  },
  /** Puts another screen in the place of this one, which Back will not return to. */
  replace(route) {
    history.replaceState(history.state, "", `#/${route}`);
    return show();
  },
  back() {
    if (depth() > 0) history.back();
    else app.replace("");
  },
  /** Shows the same screen anew. */
  again: () => show(),
};

const currentRoute = () => location.hash.replace(/^#\/?/, "");
const depth = () => history.state?.depth ?? 0; // how far Back can go without leaving the app

function allowed(route) {
  if (!session.viewer) return "sign-in";
  if (!session.viewer.profile && route !== "profiles") return "profiles";
  return route === "sign-in" ? "" : route;
}

let showing = 0;
async function show() {
  const turn = ++showing;
  const route = allowed(currentRoute());
  if (route !== currentRoute()) history.replaceState(history.state, "", `#/${route}`);
  rememberFocus();
  const spinner = setTimeout(() => stage.classList.add("waiting"), SPINNER_AFTER_MS);
  const [name, ...rest] = route.split("/");
  const made = await (ROUTES[name] ?? home)(app, ...rest).catch((error) => failure(error));
  clearTimeout(spinner);
  if (turn !== showing) return made.close?.(); // the viewer has gone elsewhere meanwhile
  stage.classList.remove("waiting");
  screen?.close?.();
  screen = made;
  shownRoute = route;
  stage.replaceChildren(made.element);
  const key = remembered.get(route);
  focusOn((key && made.element.querySelector(`[data-key="${CSS.escape(key)}"]`)) || made.focus);
}

function rememberFocus() {
  const key = document.activeElement?.closest("[data-key]")?.dataset.key;
  if (shownRoute !== null && key) remembered.set(shownRoute, key);
}

function failure(error, retry = app.again) {
  const again = element("button", { className: "action primary", onclick: retry }, "Try again");
  const back = element("button", { className: "action", onclick: app.back }, "Back");
  const actions = element("div", { className: "actions" }, again, back);
  const words = element("p", {}, inWords(error));
  return { element: element("main", { className: "notice", role: "alert" }, words, actions), focus: again };
}

addEventListener("keydown", (event) => {
  if (!screen || event.defaultPrevented) return;
  if (screen.onKey?.(event)) return event.preventDefault();
  if (isBack(event)) {
    event.preventDefault();
    return screen.onBack ? screen.onBack() : app.back();
  }
  const direction = arrowOf(event);
  if (!direction || keepsArrow(event, direction)) return;
  event.preventDefault();
  moveFocus(stage, direction);
});

addEventListener("popstate", () => show());
session.addEventListener("signedout", () => {
  remembered.clear();
  show();
});
session.addEventListener("profilechanged", () => location.reload());

async function start() {
  if (!isSecureContext) {
    const words = "Open Marquee by https or on localhost: elsewhere a browser plays no protected film.";
    return stage.replaceChildren(element("main", { className: "notice", role: "alert" }, element("p", {}, words)));
  }
  try {
    await session.restore();
  } catch (error) {
    if (error.name === "Unreachable") {
      screen = failure(error, start);
      stage.replaceChildren(screen.element);
      return screen.focus.focus();
    }
  }
  await show();
}

start();
