// Who is signed in on this device? The refresh token outlives the window; the access token outlives a reload.
import { REFRESH, SELECT_PROFILE, SIGN_IN } from "./operations.js";
import { post } from "./transport.js";

const REFRESH_TOKEN = "marquee.refreshToken";
const INSTALLATION = "marquee.installationId";
const SIGNED_IN = "marquee.signedIn"; // the last answer, for a reload while nobody hands out new tokens
const LOCK = "marquee.session"; // refresh tokens rotate: two windows must never spend the same one

export class Session extends EventTarget {
  accessToken = null;
  viewer = null;

  #storage;
  #window;

  /**
   * `storage` outlives a reload: localStorage makes one session of all windows, sessionStorage one of each.
   * `ofWindow` keeps the short-lived access token of this window alone.
   */
  constructor(storage, ofWindow) {
    super();
    this.#storage = storage;
    this.#window = ofWindow;
    addEventListener("storage", (event) => {
      if (event.storageArea === storage && event.key === REFRESH_TOKEN && event.newValue === null) this.#forget();
    });
  }

  async signIn(email, password) {
    const { signIn } = await post(SIGN_IN, { input: { email, password, device: thisDevice(this.#storage) } });
    this.#accept(signIn);
  }

  /**
   * Picks up the session a reload left behind; false when there is none. While the house hands out no tokens
   * the last one goes on, and reads what the house remembers; without one, raises what keeps the house from it.
   */
  async restore() {
    if (!this.#storage.getItem(REFRESH_TOKEN)) return false;
    try {
      await this.refresh(this.accessToken);
    } catch (error) {
      if (error.isTemporary && !this.#pickUp()) throw error;
    }
    return this.viewer !== null;
  }

  selectProfile(profileId) {
    return navigator.locks.request(LOCK, async () => {
      const { selectProfile } = await this.request(SELECT_PROFILE, { profileId }, { renew: () => this.#renew() });
      this.#accept(selectProfile);
    });
  }

  /** Replaces `spent`, the access token that was refused; does nothing when somebody already did. */
  refresh(spent) {
    return navigator.locks.request(LOCK, async () => {
      if (this.accessToken !== spent) return;
      const before = this.viewer?.profile?.id;
      await this.#renew();
      const other = before && before !== this.viewer?.profile?.id; // chosen in another window of this browser
      if (other) this.dispatchEvent(new Event("profilechanged"));
    });
  }

  /** Only a refusal of the token itself signs out: a house that is busy or broken says nothing about the viewer. */
  async #renew() {
    const refreshToken = this.#storage.getItem(REFRESH_TOKEN); // read inside the lock: another window may have rotated it
    if (!refreshToken) return this.#forget();
    try {
      this.#accept((await post(REFRESH, { refreshToken })).refreshToken);
    } catch (error) {
      if (error.wantsFreshToken) this.signOut();
      throw error;
    }
  }

  /** Signs this browser out; its other windows notice by the storage event. */
  signOut() {
    this.#storage.removeItem(REFRESH_TOKEN);
    this.#forget();
  }

  /** `post` as the signed-in viewer, renewing the access token once when it has run out. */
  async request(document, variables, { renew, ...options } = {}) {
    const token = this.accessToken;
    try {
      return await post(document, variables, { ...options, token });
    } catch (error) {
      if (!error.wantsFreshToken) throw error;
      await (renew?.() ?? this.refresh(token));
      return post(document, variables, { ...options, token: this.accessToken });
    }
  }

  #accept({ accessToken, refreshToken, viewer }) {
    this.accessToken = accessToken;
    this.viewer = viewer;
    this.#window.setItem(SIGNED_IN, JSON.stringify({ accessToken, viewer }));
    if (refreshToken) this.#storage.setItem(REFRESH_TOKEN, refreshToken);
  }

  #pickUp() {
    const kept = JSON.parse(this.#window.getItem(SIGNED_IN));
    if (!kept) return false;
    this.accessToken = kept.accessToken;
    this.viewer = kept.viewer;
    return true;
  }

  #forget() {
    this.accessToken = null;
    this.viewer = null;
    this.#window.removeItem(SIGNED_IN);
    this.dispatchEvent(new Event("signedout"));
  }
}

function thisDevice(storage) {
  const installationId = storage.getItem(INSTALLATION) ?? crypto.randomUUID();
  storage.setItem(INSTALLATION, installationId);
  return { installationId, kind: "TV", name: "Web TV", appVersion: "0.1.0" };
}
