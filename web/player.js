// How is one film watched, from pressing play to leaving? The player screen.
import { Controls } from "./controls.js";
import { element, icon } from "./dom.js";
import { moveFocus } from "./focus.js";
import { Playback } from "./playback.js";
import { openStream } from "./stream.js";
import { episodeMark, headline, inWords } from "./words.js";

const SKIP_S = 10; // one press of left or right
const LAND_AFTER_MS = 350; // presses closer than this make one seek
const SAY_AFTER_MS = 4000; // a pause of the network this short needs no words
const LEAVE_WITHIN_MS = 700; // the next screen knows the new place when it is told in time, but waits no longer

export async function player(app, playableId, from) {
  const startMs = from === "from-start" ? 0 : undefined;
  const playback = await Playback.start(app.session, { playableId, protocol: chosenProtocol(), startMs });
  const screen = new PlayerScreen(app, playback);
  screen.open();
  return screen;
}

/** DASH, unless the address says `?protocol=hls`. */
const chosenProtocol = () => (new URLSearchParams(location.search).get("protocol") === "hls" ? "HLS" : "DASH");

class PlayerScreen {
  #app;
  #playback;
  #stream = null;
  #video;
  #controls;
  #words; // why nothing moves, when that takes long
  #wordsTimer;
  #sheet = null; // what lies over the film: a failure, or what plays next
  #aim = null; // where a seek under way would land, in seconds
  #landing;
  #leaving = false;
  #closed = false;

  constructor(app, playback) {
    this.#app = app;
    this.#playback = playback;
    this.#video = element("video", { autoplay: true, playsInline: true, "aria-label": playback.started.session.playable.name });
    const next = playback.started.nextUp;
    this.#controls = new Controls(this.#video, playback.started.session.playable, {
      toggle: () => this.#toggle(),
      aimAt: (seconds) => this.#aimAt(seconds),
      land: () => this.#land(),
      leave: () => this.onBack(),
      restart: () => this.#restart(),
      next: next && (() => app.replace(`play/${next.id}`)),
    });
    this.#words = element("p", { className: "patience", role: "alert" });
    const busy = element("div", { className: "busy", "aria-hidden": "true" });
    this.element = element("main", { className: "player" }, this.#video, busy, this.#words, this.#controls.element);
    this.title = playback.started.session.playable.name;
    this.focus = this.#controls.slider;
    this.#listen();
  }

  #listen() {
    const on = (names, action) => names.split(" ").forEach((name) => this.#video.addEventListener(name, action));
    on("timeupdate durationchange play pause seeked", () => this.#controls.paint(this.#aim));
    on("pause seeked", () => this.#playback.beat());
    on("waiting seeking", () => this.#wait());
    on("playing canplay seeked timeupdate", () => this.#goOn());
    on("pause", () => this.#controls.wake());
    on("ended", () => this.#finish());
    this.#video.addEventListener("click", () => this.#toggle());
    this.element.addEventListener("pointermove", () => this.#controls.wake());
    addEventListener("pagehide", this.#leavePage);
  }

  async open() {
    const { manifest, drm, resume } = this.#playback.started;
    this.#wait();
    this.#controls.wake();
    try {
      const stream = await openStream(this.#video, {
        manifest,
        drm,
        startMs: resume.positionMs,
        onFailure: (failure) => this.#fail(failure),
        onRetry: (words) => this.#wait(words),
      });
      if (this.#closed) return await stream.destroy();
      this.#stream = stream;
      this.#playback.keep(() => this.#sample(), (refusal) => this.#fail(refusal));
      await this.#play();
      this.#playback.beat();
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Nothing moves: that is shown at once, and said when it takes long. */
  #wait(words = "The film is slow to arrive. It goes on by itself.") {
    if (this.#sheet) return;
    if (this.#stream && this.#video.readyState >= HTMLMediaElement.HAVE_FUTURE_DATA && !this.#video.seeking) return; // the buffer carries on
    this.element.classList.add("is-busy");
    this.#wordsTimer ??= setTimeout(() => { this.#words.textContent = words; }, SAY_AFTER_MS);
  }

  #goOn() {
    if (this.#video.readyState < HTMLMediaElement.HAVE_FUTURE_DATA) return;
    this.element.classList.remove("is-busy");
    clearTimeout(this.#wordsTimer);
    this.#wordsTimer = undefined;
    this.#words.textContent = "";
  }

  /** Plays, where the browser lets us: after a reload it wants a key press first. */
  async #play() {
    try {
      await this.#video.play();
    } catch (error) {
      if (!["NotAllowedError", "AbortError"].includes(error.name)) throw error; // aborted: paused again at once
      this.#controls.paint(this.#aim);
    }
  }

  async onBack() {
    if (this.#leaving) return;
    this.#leaving = true;
    const told = this.#playback.stop(this.#positionMs());
    this.#video.pause();
    await Promise.race([told, new Promise((resolve) => setTimeout(resolve, LEAVE_WITHIN_MS))]);
    if (!this.#closed) this.#app.back();
  }

  close() {
    this.#closed = true;
    clearTimeout(this.#landing);
    clearTimeout(this.#wordsTimer);
    removeEventListener("pagehide", this.#leavePage);
    this.#playback.stop(this.#positionMs());
    this.#stream?.destroy();
  }

  #leavePage = (event) => {
    this.#playback.stop(this.#positionMs());
    if (event.persisted) addEventListener("pageshow", () => location.reload(), { once: true });
  };

  /** Before the film is there, the place it was going to start at: stopping then must not rewind it. */
  #positionMs() {
    const { resume } = this.#playback.started;
    return this.#stream ? Math.round(this.#video.currentTime * 1000) : resume.positionMs;
  }

  #sample() {
    const { buffered, currentTime } = this.#video;
    const ahead = buffered.length ? buffered.end(buffered.length - 1) - currentTime : 0;
    const stats = this.#stream.getStats();
    return {
      positionMs: this.#positionMs(),
      state: this.#state(),
      bufferMs: Math.max(0, Math.round(ahead * 1000)),
      throughputKbps: Math.round(stats.estimatedBandwidth / 1000),
      renditionKbps: Math.round(stats.streamBandwidth / 1000),
      droppedFrames: this.#video.getVideoPlaybackQuality().droppedVideoFrames,
    };
  }

  #state() {
    if (document.hidden) return "BACKGROUND";
    if (this.#aim !== null || this.#video.seeking) return "SEEKING";
    if (this.#video.paused) return "PAUSED";
    return this.#video.readyState < HTMLMediaElement.HAVE_FUTURE_DATA ? "BUFFERING" : "PLAYING";
  }

  onKey(event) {
    if (this.#sheet) return false;
    const wasAway = this.#controls.away;
    this.#controls.wake();
    const onButton = event.target.closest("button") && !wasAway;
    const action = onButton ? this.#buttonKeys[event.key] : this.#keys[event.key];
    action?.();
    return Boolean(action);
  }

  #keys = {
    Enter: () => this.#toggle(),
    " ": () => this.#toggle(),
    MediaPlayPause: () => this.#toggle(),
    ArrowLeft: () => this.#skip(-SKIP_S),
    ArrowRight: () => this.#skip(SKIP_S),
    ArrowUp: () => moveFocus(this.#controls.element, "up"),
    ArrowDown: () => this.#controls.toggle.focus({ preventScroll: true }),
  };

  #buttonKeys = {
    MediaPlayPause: () => this.#toggle(),
    ArrowLeft: () => moveFocus(this.#controls.element, "left"),
    ArrowRight: () => moveFocus(this.#controls.element, "right"),
    ArrowUp: this.#keys.ArrowUp,
    ArrowDown: () => moveFocus(this.#controls.element, "down"),
  };

  #toggle() {
    this.#controls.wake();
    if (this.#video.paused) this.#play().catch((error) => this.#fail(error));
    else this.#video.pause();
  }

  #restart() {
    this.#aimAt(0);
    this.#land();
    this.#controls.slider.focus({ preventScroll: true });
  }

  #skip(seconds) {
    this.#aimAt((this.#aim ?? this.#video.currentTime) + seconds);
    this.#landing = setTimeout(() => this.#land(), LAND_AFTER_MS);
  }

  #aimAt(seconds) {
    clearTimeout(this.#landing);
    this.#aim = Math.min(Math.max(0, seconds), this.#video.duration || 0);
    this.#controls.wake();
    this.#controls.paint(this.#aim);
  }

  #land() {
    clearTimeout(this.#landing);
    if (this.#aim === null) return;
    this.#video.currentTime = this.#aim;
    this.#aim = null;
    this.#controls.paint(null);
  }

  #finish() {
    const next = this.#playback.started.nextUp;
    if (!next) return this.onBack();
    this.#playback.stop(this.#positionMs());
    const play = this.#button("Play next episode", "next", () => this.#app.replace(`play/${next.id}`));
    this.#cover("next", "Next episode", `${episodeMark(next)} · ${next.name}`, play);
  }

  #fail(error) {
    if (this.#closed) return;
    this.#playback.stop(this.#positionMs());
    this.#video.pause();
    const again = this.#button("Try again", "play", () => this.#app.again());
    this.#cover("failure", headline(error), inWords(error), again);
  }

  #button = (label, image, onclick) =>
    element("button", { className: "action primary", onclick }, icon(image), element("span", {}, label));

  #cover(kind, name, words, action) {
    this.#sheet?.remove();
    clearTimeout(this.#wordsTimer);
    this.#words.textContent = "";
    const back = element("button", { className: "action", onclick: () => this.onBack() }, "Back");
    const text = element("div", { role: kind === "failure" ? "alert" : undefined }, element("h1", {}, name), element("p", { className: "words" }, words));
    this.#sheet = element("div", { className: `sheet ${kind}` }, text, element("div", { className: "actions" }, action, back));
    this.element.classList.remove("is-busy");
    this.#controls.element.hidden = true;
    this.element.append(this.#sheet);
    action.focus();
  }
}
