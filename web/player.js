// How is one film watched, from pressing play to leaving? The player screen.
import { Controls } from "./controls.js";
import { element, icon } from "./dom.js";
import { Playback } from "./playback.js";
import { openStream } from "./stream.js";
import { episodeMark, inWords } from "./words.js";

const SKIP_S = 10; // one press of left or right
const LAND_AFTER_MS = 350; // presses closer than this make one seek
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
  #sheet = null; // what lies over the film: a failure, or what plays next
  #aim = null; // where a seek under way would land, in seconds
  #landing;
  #leaving = false;
  #closed = false;

  constructor(app, playback) {
    this.#app = app;
    this.#playback = playback;
    this.#video = element("video", { autoplay: true, playsInline: true, "aria-label": playback.started.session.playable.name });
    this.#controls = new Controls(this.#video, playback.started.session.playable, {
      toggle: () => this.#toggle(),
      aimAt: (seconds) => this.#aimAt(seconds),
      land: () => this.#land(),
      leave: () => this.onBack(),
    });
    const busy = element("div", { className: "busy", role: "status", "aria-label": "Loading" });
    this.element = element("main", { className: "player", tabIndex: -1 }, this.#video, busy, this.#controls.element);
    this.focus = this.element;
    this.#listen();
  }

  #listen() {
    const on = (names, action) => names.split(" ").forEach((name) => this.#video.addEventListener(name, action));
    on("timeupdate durationchange play pause seeked", () => this.#controls.paint(this.#aim));
    on("pause seeked", () => this.#playback.beat());
    on("waiting seeking", () => this.element.classList.add("is-busy"));
    on("playing canplay seeked", () => this.element.classList.remove("is-busy"));
    on("pause", () => this.#controls.wake());
    on("ended", () => this.#finish());
    this.#video.addEventListener("click", () => this.#toggle());
    this.element.addEventListener("pointermove", () => this.#controls.wake());
    addEventListener("pagehide", this.#leavePage);
  }

  async open() {
    const { manifest, drm, resume } = this.#playback.started;
    this.element.classList.add("is-busy");
    this.#controls.wake();
    try {
      const stream = await openStream(this.#video, {
        manifest,
        drm,
        startMs: resume.positionMs,
        onFailure: (failure) => this.#fail(failure),
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
    const onButton = event.target.closest("button") && ["Enter", " "].includes(event.key);
    const action = onButton ? undefined : this.#keys[event.key];
    this.#controls.wake();
    action?.();
    return Boolean(action);
  }

  #keys = {
    Enter: () => this.#toggle(),
    " ": () => this.#toggle(),
    MediaPlayPause: () => this.#toggle(),
    ArrowLeft: () => this.#skip(-SKIP_S),
    ArrowRight: () => this.#skip(SKIP_S),
    ArrowUp: () => {},
    ArrowDown: () => {},
  };

  #toggle() {
    this.#controls.wake();
    if (this.#video.paused) this.#play().catch((error) => this.#fail(error));
    else this.#video.pause();
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
    this.#cover("next", `${episodeMark(next)} · ${next.name}`, play);
  }

  #fail(error) {
    if (this.#closed) return;
    this.#playback.stop(this.#positionMs());
    this.#video.pause();
    const again = this.#button("Try again", "play", () => this.#app.again());
    this.#cover("failure", inWords(error), again);
  }

  #button = (label, image, onclick) =>
    element("button", { className: "action primary", onclick }, icon(image), element("span", {}, label));

  #cover(kind, words, action) {
    this.#sheet?.remove();
    const back = element("button", { className: "action", onclick: () => this.onBack() }, "Back");
    const role = kind === "failure" ? "alert" : "dialog";
    this.#sheet = element("div", { className: `sheet ${kind}`, role }, element("p", {}, words), element("div", { className: "actions" }, action, back));
    this.element.classList.remove("is-busy");
    this.#controls.element.hidden = true;
    this.element.append(this.#sheet);
    action.focus();
  }
}
