// What does a viewer's other device do? It has no screen: it plays, as far as the API can tell.
import assert from "node:assert/strict";
import { HEARTBEAT, HOME, SELECT_PROFILE, SIGN_IN, START_DEVICE_SIGN_IN, START_PLAYBACK, STOP_PLAYBACK } from "../../web/operations.js";

export class Viewer {
  #house;

  constructor({ url, email, password }) {
    this.#house = { url, email, password };
  }

  /** Signs in and takes the household's first profile. */
  async enter() {
    const { email, password } = this.#house;
    const device = { installationId: crypto.randomUUID(), kind: "OTHER", name: "Journey", appVersion: "1" };
    const { signIn: account } = await this.#ask(SIGN_IN, { input: { email, password, device } });
    this.token = account.accessToken;
    const profileId = account.viewer.account.profiles[0].id;
    const { selectProfile } = await this.#ask(SELECT_PROFILE, { profileId });
    this.token = selectProfile.accessToken;
  }

  /** The code that a television in the living room shows, waiting to be let in. */
  async waitingCode() {
    const device = { installationId: crypto.randomUUID(), kind: "TV", name: "Living room", appVersion: "0.1.0" };
    const { startDeviceSignIn } = await this.#ask(START_DEVICE_SIGN_IN, { input: device });
    return startDeviceSignIn.userCode;
  }

  /** Every title of the home page; one that stands in two rows comes twice. */
  async titles() {
    const { page } = await this.#ask(HOME, {});
    return page.rows.edges.flatMap(({ node }) => node.items.edges.map((edge) => edge.node.title));
  }

  /** Presses play on every film of the home page, without playing any. */
  async startAll() {
    const titles = await this.titles();
    const films = new Map(titles.filter((title) => title.__typename === "Movie").map((title) => [title.id, title]));
    return Promise.all([...films.values()].map((film) => this.#start(film)));
  }

  async #start({ id, runtimeMs }) {
    const capabilities = { codecs: ["avc1.640028", "mp4a.40.2"], maxHeight: 720, drm: ["CLEARKEY"], protocols: ["DASH"] };
    const input = { playableId: id, capabilities, idempotencyKey: crypto.randomUUID() };
    const { startPlayback } = await this.#ask(START_PLAYBACK, { input });
    return { titleId: id, runtimeMs, sessionId: startPlayback.session.id, sequence: 0 };
  }

  async beat(film, positionMs) {
    film.sequence += 1;
    film.positionMs = positionMs;
    const input = { sessionId: film.sessionId, sequence: film.sequence, positionMs, state: "PLAYING" };
    const { heartbeat } = await this.#ask(HEARTBEAT, { input });
    assert.equal(heartbeat.__typename, "HeartbeatAccepted", JSON.stringify(heartbeat));
  }

  stopAll(films) {
    const stop = ({ sessionId, positionMs = 0 }) => this.#ask(STOP_PLAYBACK, { sessionId, positionMs });
    return Promise.all(films.map(stop));
  }

  async #ask(query, variables) {
    const headers = { "Content-Type": "application/json", ...(this.token && { Authorization: `Bearer ${this.token}` }) };
    const response = await fetch(`${this.#house.url}/graphql`, { method: "POST", headers, body: JSON.stringify({ query, variables }) });
    const { data, errors } = await response.json();
    assert.equal(errors, undefined, JSON.stringify(errors));
    return data;
  }
}
