// What is this title, and which button plays it? The page of a film or a series.
import { element, icon, picture } from "./dom.js";
import { masthead } from "./masthead.js";
import { DETAILS } from "./operations.js";
import { resumeWords } from "./shelves.js";
import { facts, paintBackdrop } from "./spotlight.js";
import { Refusal } from "./transport.js";
import { runtime, titleFacts } from "./words.js";

export async function details(app, id) {
  const { node: title } = await app.session.request(DETAILS, { id });
  if (!title?.name) throw new Refusal({ code: "NOT_FOUND", message: "This title is not here any more." });
  const backdrop = element("div", { className: "backdrop tall", "aria-hidden": "true" });
  paintBackdrop(backdrop, title.artwork);
  const actions = actionsOf(app, title);
  const about = element(
    "section",
    { className: "about" },
    element("h1", {}, title.name),
    facts(title.media ? [...titleFacts(title), `${title.media.maxHeight}p`] : titleFacts(title)),
    element("p", { className: "story" }, title.story),
    element("div", { className: "actions" }, ...actions),
  );
  const seasons = title.seasons?.length ? [seasonsOf(app, title)] : [];
  const main = element("main", { className: "details", data: { titleId: title.id } }, backdrop, masthead(app), about, ...seasons);
  return { element: main, focus: actions[0] ?? main.querySelector("button") };
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

function seasonsOf(app, { seasons, nextUp }) {
  const list = element("div", { className: "cards episodes", role: "list" });
  const tabs = seasons.map((season) => {
    const show = () => choose(season);
    return element("button", { className: "tab", role: "tab", data: { key: season.id }, onfocus: show, onclick: show }, season.name);
  });
  let chosen = null;
  function choose(season) {
    if (season === chosen) return;
    chosen = season;
    tabs.forEach((tab, index) => tab.setAttribute("aria-selected", seasons[index] === season));
    const episodes = (season.episodes?.edges ?? []).map(({ node }) => node);
    list.replaceChildren(...episodes.map((episode) => element("div", { role: "listitem" }, episodeCard(app, episode))));
  }
  choose(seasons.find((season) => season.id === nextUp?.season.id) ?? seasons[0]);
  const tablist = element("div", { className: "tabs", role: "tablist", "aria-label": "Seasons" }, ...tabs);
  return element("section", { className: "seasons", "aria-label": "Episodes" }, tablist, list);
}

function episodeCard(app, episode) {
  const { watchState } = episode;
  const still = picture(episode.still, "art");
  if (watchState?.status === "FINISHED") still.append(element("span", { className: "seen" }, icon("check")));
  return element(
    "button",
    {
      className: "card",
      data: { key: episode.id, playableId: episode.id },
      "aria-label": `Episode ${episode.number}, ${episode.name}`,
      onclick: () => app.go(`play/${episode.id}`),
    },
    still,
    element("span", { className: "card-name" }, `${episode.number}. ${episode.name}`),
    element("span", { className: "card-note" }, (watchState && resumeWords(watchState)) || runtime(episode.runtimeMs)),
    element("span", { className: "card-story" }, episode.synopsis),
    watchState?.status === "IN_PROGRESS" ? progressOf(watchState.progress) : null,
  );
}
