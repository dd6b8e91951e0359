// How does a screen hear of changes without asking? One subscription that comes back by itself, at the right place.
import { createClient } from "./dist/graphql-ws.js";
import { pauseMs } from "./patience.js";
import { WHO } from "./transport.js";

const FIRST_PAUSE_MS = 500; // a restarted server is usually back within a second
const LONGEST_PAUSE_MS = 15_000; // a viewer who looks up finds the row right again
const PING_EVERY_MS = 10_000; // a television asleep or a dropped Wi-Fi closes no socket: only silence tells
const PONG_WITHIN_MS = 5_000;
const REFUSED = [4401, 4403]; // unauthorised and forbidden, in graphql-transport-ws and in the server's words

/**
 * Follows a subscription of the profile's event log until `close()`.
 *
 * `session` lends the access token and renews it when it is refused. `onEvent` gets each event, in order.
 * `onGap` is called when events may have been missed (no cursor to resume from): read everything again.
 * `onTurn`, where given, is called when the connection is gone, and when it is back: the house may have changed.
 * `opened` resolves when the server listens for the first time.
 */
export class Feed {
  #options;
  #client;
  #cursor = null;
  #closed = false;
  #failures = 0;
  #wake = () => {};

  constructor(options) {
    this.#options = options;
    this.opened = new Promise((resolve) => {
      this.#client = this.#connectTo(resolve);
    });
    globalThis.addEventListener?.("online", this.#retryNow);
    this.#run();
  }

  close() {
    this.#closed = true;
    globalThis.removeEventListener?.("online", this.#retryNow);
    this.#client.dispose();
    this.#wake();
  }

  #retryNow = () => this.#wake();

  #connectTo(onFirst) {
    const { url, session, webSocketImpl } = this.#options;
    let connections = 0;
    let pongTimer;
    const client = createClient({
      url,
      webSocketImpl,
      retryAttempts: 0, // #run retries, because a retry needs the newest cursor
      keepAlive: PING_EVERY_MS,
      connectionParams: () => ({ Authorization: `Bearer ${session.accessToken}`, ...WHO }),
      on: {
        connected: () => {
          this.#failures = 0;
          if (connections > 0 && this.#cursor === null) this.#options.onGap();
          if (connections++ > 0) this.#options.onTurn?.();
          onFirst();
        },
        ping: (received) => {
          if (!received) pongTimer = setTimeout(() => client.terminate(), PONG_WITHIN_MS);
        },
        pong: (received) => {
          if (received) clearTimeout(pongTimer);
        },
        closed: () => {
          clearTimeout(pongTimer);
          if (!this.#closed && connections > 0) this.#options.onTurn?.();
        },
      },
    });
    return client;
  }

  async #run() {
    while (!this.#closed) {
      const token = this.#options.session.accessToken;
      try {
        await this.#listen();
      } catch (reason) {
        await this.#makeAmends(reason, token);
      }
      if (!this.#closed) await this.#pause();
    }
  }

  async #listen() {
    const query = this.#options.document;
    for await (const { data, errors } of this.#client.iterate({ query, variables: { after: this.#cursor } })) {
      if (this.#closed) return; // already on its way when the socket was closed
      if (errors) throw errors;
      const [event] = Object.values(data);
      this.#cursor = event.cursor;
      this.#options.onEvent(event);
    }
  }

  async #makeAmends(reason, token) {
    const codes = Array.isArray(reason) ? reason.map((error) => error.extensions?.code) : [];
    const tokenRefused = codes.some((code) => ["TOKEN_EXPIRED", "TOKEN_INVALID", "UNAUTHENTICATED"].includes(code));
    if (tokenRefused || REFUSED.includes(reason?.code)) {
      await this.#options.session.refresh(token).catch(() => {}); // signed out or offline: the session tells the app
    } else if (codes.length && this.#cursor !== null) {
      this.#cursor = null; // the server no longer knows this place in the log
      this.#options.onGap();
    }
  }

  #pause() {
    this.#failures += 1;
    const pause = pauseMs(this.#failures, { firstMs: FIRST_PAUSE_MS, longestMs: LONGEST_PAUSE_MS });
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, pause);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
