// Which screen is on? Routes by the address's fragment, so that Back, reload and a bookmark all work.
import { account, devices, password } from "./account.js";
import { codeSignIn } from "./codesignin.js";
import { element } from "./dom.js";
import { details } from "./details.js";
import { arrowOf, focusOn, isBack, keepsArrow, moveFocus } from "./focus.js";
import { home } from "./home.js";
import { link } from "./link.js";
import { confirm, forgot, reset } from "./mailed.js";
import { myData, receipt } from "./mydata.js";
import { Notice } from "./notice.js";
import { player } from "./player.js";
import { profileEditor } from "./profileeditor.js";
import { manage, profiles } from "./profiles.js";
import { register } from "./register.js";
import { Session } from "./session.js";
import { signIn } from "./signin.js";
import { skeleton } from "./skeletons.js";

const SKELETON_AFTER_MS = 120; // a screen that comes sooner needs none
const ADDRESSED = { confirm, reset, receipt }; // whoever was given the address may, signed in or not
const ENTRANCE = { "sign-in": signIn, code: codeSignIn, register, forgot }; // while nobody is signed in
const HOUSEHOLD = { manage, profile: profileEditor, account, devices, password, data: myData, link }; // to whom the account is open
const WATCHING = { "": home, title: details, play: player };
const ROUTES = { ...ADDRESSED, ...ENTRANCE, ...HOUSEHOLD, ...WATCHING, profiles };

const stage = document.querySelector("#stage");
const session = new Session(localStorage, sessionStorage);
const remembered = new Map(); // route -> data-key of what was focused when it was left
let warm = null; // a screen that waits off stage for the viewer to come back: {route, watching, screen}
let screen = null; // what is on: {element, focus, title?, onKey?, onBack?, leave?, comeBack?, close?}
let sheet = null; // the question that lies over the screen, and has the keys until it is answered
let shownRoute = null;
let restored = false;

const app = {
  session,
  focusOn,
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
  /** Somebody has signed in: on to `next`, a route in parts, or to who is watching. */
  enter: (next) => app.replace(next.join("/") || "profiles"),
  /** Lays a Sheet over the screen until it is answered; the answer, null when it was given up. */
  async ask(asked) {
    const [before, under] = [document.activeElement, screen.element];
    sheet = asked;
    under.inert = true;
    stage.append(asked.element);
    asked.focus.focus();
    const answer = await asked.answered;
    sheet = null;
    asked.element.remove();
    under.inert = false;
    before.focus({ preventScroll: true });
    return answer;
  },
};

const currentRoute = () => location.hash.replace(/^#\/?/, "");
const watching = () => JSON.stringify(session.viewer?.profile); // also its name and face, which stand on the screen
const depth = () => history.state?.depth ?? 0; // how far Back can go without leaving the app

/** Where `route` leads for whoever is here. */
function allowed(route) {
  const [name, ...rest] = route.split("/");
  const { viewer } = session;
  if (name in ADDRESSED) return route;
  if (!viewer) return name in ENTRANCE ? route : name in HOUSEHOLD ? `sign-in/${route}` : "sign-in";
  if (name in ENTRANCE) return allowed(rest.join("/"));
  const isOpen = name in HOUSEHOLD ? !viewer.profile?.kids : viewer.profile;
  return isOpen ? route : "profiles";
}

let showing = 0;
async function show() {
  const turn = ++showing;
  rememberFocus();
  const wanted = restored ? allowed(currentRoute()) : currentRoute();
  const waiting = setTimeout(() => {
    if (turn === showing && !(screen instanceof Notice)) put(skeleton(wanted.split("/")[0]));
  }, SKELETON_AFTER_MS);
  let made;
  try {
    made = await make();
  } catch (error) {
    made = error;
  }
  clearTimeout(waiting);
  if (turn !== showing) return made.close?.(); // the viewer has gone elsewhere meanwhile
  if (!(made instanceof Error)) return put(made, currentRoute());
  if (screen instanceof Notice) return screen.failed(made);
  put(new Notice(made, { retry: show, back: depth() > 0 ? app.back : null }));
}

async function make() {
  if (!restored) await session.restore();
  restored = true;
  const route = allowed(currentRoute());
  if (route !== currentRoute()) history.replaceState(history.state, "", `#/${route}`);
  if (warm && warm.watching !== watching()) cool();
  if (warm?.route === route) return warm.screen;
  const [name, ...rest] = route.split("/");
  return (ROUTES[name] ?? home)(app, ...rest);
}

/** Puts a screen on the stage; the focus goes where it was when `route` was left. */
function put(made, route = null) {
  sheet?.answer(null);
  const isBackAgain = made === warm?.screen;
  if (isBackAgain) warm = null;
  if (screen !== made) leave();
  screen = made;
  shownRoute = route;
  stage.replaceChildren(made.element);
  document.title = made.title ? `${made.title} · Marquee` : "Marquee";
  if (isBackAgain) made.comeBack();
  const key = !isBackAgain && remembered.get(route);
  focusOn((key && made.element.querySelector(`[data-key="${CSS.escape(key)}"]`)) || made.focus, { calmly: false });
}

function leave() {
  if (!screen?.staysWarm || !session.viewer?.profile) return screen?.close?.();
  cool();
  screen.leave();
  warm = { route: shownRoute, watching: watching(), screen };
}

function cool() {
  warm?.screen.close();
  warm = null;
}

function rememberFocus() {
  const key = document.activeElement?.closest("[data-key]")?.dataset.key;
  if (shownRoute !== null && key) remembered.set(shownRoute, key);
}

addEventListener("keydown", (event) => {
  if (!screen || event.defaultPrevented) return;
  if ((sheet ?? screen).onKey?.(event)) return event.preventDefault();
  if (isBack(event)) {
    event.preventDefault();
    if (sheet) return sheet.answer(null);
    return screen.onBack ? screen.onBack() : app.back();
  }
  const direction = arrowOf(event);
  if (!direction || keepsArrow(event, direction)) return;
  event.preventDefault();
  moveFocus(sheet?.element ?? stage, direction);
});

addEventListener("popstate", () => show());
addEventListener("resize", () => {
  if (stage.contains(document.activeElement) && document.activeElement.closest("[data-line]")) focusOn(document.activeElement, { calmly: false });
});
session.addEventListener("signedout", () => {
  if (!restored) return; // the first screen is still on its way, and will be the one to sign in on
  remembered.clear();
  cool();
  if (!(currentRoute().split("/")[0] in ADDRESSED)) app.replace("sign-in");
});
session.addEventListener("profilechanged", () => location.reload());

if (isSecureContext) show();
else {
  const words = "Open Marquee by https or on localhost: elsewhere a browser plays no protected film.";
  stage.replaceChildren(element("main", { className: "notice", role: "alert" }, element("p", { className: "words" }, words)));
}
