// What does the viewer see and touch over a film? Title, time, a line to seek on, and a preview of where it leads.
import { element, icon } from "./dom.js";
import { clock, episodeMark } from "./words.js";

const HIDE_AFTER_MS = 3500; // time to read the clock and the title

/** `commands`: `{toggle, aimAt(seconds), land, leave, restart, next?}`; `next` is the Episode that follows, where there is one. */
export class Controls {
  #video;
  #timer;
  #storyboard;
  #runtime;

  constructor(video, playable, commands) {
    this.#video = video;
    this.#storyboard = playable.media?.storyboard;
    this.#runtime = playable.runtimeMs / 1000;
    const line = element("p", {}, [episodeMark(playable), playable.series && playable.name].filter(Boolean).join(" · "));
    const name = element("h1", {}, playable.series?.name ?? playable.name);
    const round = (label, image, onclick) => element("button", { className: "round", "aria-label": label, onclick }, icon(image));
    this.toggle = round("Play", "play", commands.toggle);
    this.time = element("output", { className: "time", "aria-label": "Played" });
    this.left = element("output", { className: "time", "aria-label": "Left" });
    this.preview = element("div", { className: "preview", hidden: true }, element("div", { className: "tile" }), element("output", {}));
    this.slider = element("input", {
      type: "range", min: 0, max: this.#runtime, step: "any", value: 0, "aria-label": "Position",
      oninput: () => commands.aimAt(Number(this.slider.value)),
      onchange: commands.land,
    });
    this.track = element("div", { className: "track" }, this.preview, this.slider);
    const more = [round("From the beginning", "restart", commands.restart)];
    if (commands.next) more.push(round("Next episode", "next", commands.next));
    this.element = element(
      "div",
      { className: "controls" },
      element("header", {}, round("Back", "back", commands.leave), element("div", {}, name, line)),
      element("footer", {}, element("div", { className: "bar" }, this.time, this.track, this.left), element("div", { className: "buttons" }, this.toggle, ...more)),
    );
  }

  /** Shows the controls; they go away by themselves while the film plays. */
  wake() {
    this.element.classList.remove("away");
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#rest(), HIDE_AFTER_MS);
  }

  get away() {
    return this.element.classList.contains("away");
  }

  /** The focus rests on the line: a key pressed while nothing is seen must not press a button unseen. */
  #rest() {
    if (this.#video.paused) return;
    this.element.classList.add("away");
    if (this.element.contains(document.activeElement)) this.slider.focus({ preventScroll: true });
  }

  /** Paints the state of the film; `aim` is where a seek under way would land, in seconds, or null. */
  paint(aim) {
    const { paused, duration, currentTime } = this.#video;
    const whole = duration || this.#runtime;
    const at = aim ?? currentTime;
    this.slider.max = whole;
    this.slider.value = at;
    this.slider.setAttribute("aria-valuetext", `${clock(at)} of ${clock(whole)}`);
    this.track.style.setProperty("--done", at / whole);
    this.time.textContent = clock(at);
    this.left.textContent = `−${clock(whole - at)}`;
    const label = paused ? "Play" : "Pause";
    if (this.toggle.ariaLabel !== label) {
      this.toggle.ariaLabel = label;
      this.toggle.replaceChildren(icon(label.toLowerCase()));
    }
    this.#paintPreview(aim);
  }

  #paintPreview(aim) {
    this.preview.hidden = aim === null;
    if (aim === null) return;
    this.preview.querySelector("output").textContent = clock(aim);
    const tile = this.preview.querySelector(".tile");
    tile.hidden = !this.#storyboard;
    if (!this.#storyboard) return;
    const { spriteUrl, columns, tileWidth, tileHeight, intervalMs } = this.#storyboard;
    const index = Math.floor((aim * 1000) / intervalMs);
    const column = index % columns;
    const row = Math.floor(index / columns);
    const scale = tile.clientWidth / tileWidth;
    tile.style.aspectRatio = `${tileWidth} / ${tileHeight}`;
    tile.style.backgroundImage = `url(${JSON.stringify(spriteUrl)})`;
    tile.style.backgroundSize = `${columns * tileWidth * scale}px auto`;
    tile.style.backgroundPosition = `${-column * tileWidth * scale}px ${-row * tileHeight * scale}px`;
  }
}
