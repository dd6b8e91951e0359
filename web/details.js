// What is this title, and which button plays it? The page of a film or a series.
import { element, icon, picture } from "./dom.js";
import { facts, nameOf, paintBackdrop } from "./hero.js";
import { masthead } from "./masthead.js";
import { DETAILS } from "./operations.js";
import { resumeWords } from "./shelves.js";
import { Refusal } from "./transport.js";
import { runtime, titleFacts } from "./words.js";

export async function details(app, id) {
  const { node: title } = await app.session.request(DETAILS, { id });
  if (!title?.name) throw new Refusal({ code: "NOT_FOUND", message: "This title is not here any more." });
  const backdrop = element("div", { className: "backdrop", "aria-hidden": "true" });
  paintBackdrop(backdrop, title.hero ?? title.artwork);
  const actions = actionsOf(app, title);
  const lang = app.session.viewer.profile.uiLocale;
  const about = element(
    "section",
    { className: "about", data: { line: "" }, lang, "aria-label": "About" },
    nameOf(title),
    facts(title.media ? [...titleFacts(title), `${title.media.maxHeight}p`] : titleFacts(title)),
    element("p", { className: "story" }, title.story),
    element("div", { className: "actions" }, ...actions),
    creditsOf(title),
  );
  const seasons = title.seasons?.length ? [seasonsOf(app, title, lang)] : [];
  const main = element("main", { className: "body" }, about, ...seasons);
  const screen = element("div", { className: "details", data: { titleId: title.id } }, backdrop, masthead(app), main);
  return { element: screen, title: title.name, focus: actions[0] ?? main.querySelector("button") ?? screen.querySelector("button") };
}

const ROLES = { DIRECTOR: "Directed by", WRITER: "Written by", COMPOSER: "Music by", CAST: "With" };

const ROLES_OF_SERIES = ["DIRECTOR", "CAST"]; // its episodes need the room

/** Who made it and who is seen in it, a line for each kind of work. */
function creditsOf({ credits, seasons }) {
  const edges = credits?.edges ?? [];
  const shown = seasons?.length ? ROLES_OF_SERIES : Object.keys(ROLES);
  const kinds = shown.filter((role) => edges.some((edge) => edge.role === role));
  if (!kinds.length) return null;
  const lines = kinds.flatMap((kind) => {
    const people = edges.filter(({ role }) => role === kind);
    const names = people.map(({ node, character }) => (character ? `${node.name} as ${character}` : node.name));
    return [element("dt", {}, ROLES[kind]), element("dd", {}, names.join(", "))];
  });
  return element("dl", { className: "credits" }, ...lines);
}

function actionsOf(app, title) {
  const action = title.primaryAction;
  const target = action?.target?.id ?? (title.__typename === "Movie" ? title.id : title.nextUp?.id);
  if (!target) return [];
  const resumes = action?.resumeMs > 0;
  const play = element(
    "button",
    { className: "action primary", data: { key: "play" }, onclick: () => app.go(`play/${target}`) },
    icon("play"),
    element("span", {}, action?.label ?? "Play"),
  );
  if (resumes) play.append(progressOf(action.resumeMs / action.target.runtimeMs));
  const restart = () => app.go(`play/${target}/from-start`);
  const again = element("button", { className: "action", data: { key: "restart" }, onclick: restart }, "From the beginning");
  return resumes ? [play, again] : [play];
}

const progressOf = (done) =>
  element("span", { className: "progress" }, element("span", { style: { "--done": done } }));

function seasonsOf(app, { seasons, nextUp }, lang) {
  const list = element("div", { className: "cards episodes", role: "list", lang });
  const tabs = seasons.map((season) => {
    const show = () => choose(season);
    return element("button", { className: "tab", data: { key: season.id }, onfocus: show, onclick: show }, season.name);
  });
  let chosen = null;
  function choose(season) {
    if (season === chosen) return;
    chosen = season;
    tabs.forEach((tab, index) => tab.setAttribute("aria-pressed", seasons[index] === season));
    const episodes = (season.episodes?.edges ?? []).map(({ node }) => node);
    list.replaceChildren(...episodes.map((episode) => element("div", { role: "listitem" }, episodeCard(app, episode))));
  }
  choose(seasons.find((season) => season.id === nextUp?.season.id) ?? seasons[0]);
  const group = element("div", { className: "tabs", role: "group", "aria-label": "Seasons" }, ...tabs);
  const heading = element("h2", { className: "unseen" }, "Episodes");
  return element("section", { className: "seasons", data: { line: "" }, "aria-label": "Episodes" }, heading, group, list);
}

function episodeCard(app, episode) {
  const { watchState } = episode;
  const still = picture(episode.still, "art", String(episode.number));
  const seen = watchState?.status === "FINISHED";
  if (seen) still.append(element("span", { className: "seen" }, icon("check")));
  return element(
    "button",
    { className: "card", data: { key: episode.id, playableId: episode.id }, onclick: () => app.go(`play/${episode.id}`) },
    still,
    element("span", { className: "card-name" }, `${episode.number}. ${episode.name}`),
    element("span", { className: "card-note" }, (watchState && resumeWords(watchState)) || runtime(episode.runtimeMs)),
    seen ? element("span", { className: "unseen" }, ", watched. ") : null,
    element("span", { className: "card-story" }, episode.synopsis),
    watchState?.status === "IN_PROGRESS" ? progressOf(watchState.progress) : null,
  );
}
