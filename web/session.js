// Who is signed in on this device? Keeps the access token in memory and the refresh token where a reload finds it.
import { REFRESH, SELECT_PROFILE, SIGN_IN } from "./operations.js";
import { post, Refusal } from "./transport.js";

const REFRESH_TOKEN = "marquee.refreshToken";
const INSTALLATION = "marquee.installationId";
const LOCK = "marquee.session"; // refresh tokens rotate: two windows must never spend the same one

export class Session extends EventTarget {
  accessToken = null;
  viewer = null;

  #storage;

  /** `storage` outlives a reload: localStorage makes one session of all windows, sessionStorage one of each. */
  constructor(storage) {
    super();
    this.#storage = storage;
    addEventListener("storage", (event) => {
      if (event.storageArea === storage && event.key === REFRESH_TOKEN && event.newValue === null) this.#forget();
    });
  }

  async signIn(email, password) {
    const { signIn } = await post(SIGN_IN, { input: { email, password, device: thisDevice(this.#storage) } });
    this.#accept(signIn);
  }

  /** Picks up the session a reload left behind; false when there is none. */
  async restore() {
    if (!this.#storage.getItem(REFRESH_TOKEN)) return false;
    await this.refresh(this.accessToken);
    return this.viewer !== null;
  }

  selectProfile(profileId) {
    return navigator.locks.request(LOCK, async () => {
      const { selectProfile } = await post(SELECT_PROFILE, { profileId }, { token: this.accessToken });
      this.#accept(selectProfile);
    });
  }

  /** Replaces `spent`, the access token that was refused; does nothing when somebody already did. */
  refresh(spent) {
    return navigator.locks.request(LOCK, async () => {
      if (this.accessToken !== spent) return;
      const refreshToken = this.#storage.getItem(REFRESH_TOKEN); // read inside the lock: another window may have rotated it
      if (!refreshToken) return this.#forget();
      const before = this.viewer?.profile?.id;
      try {
        this.#accept((await post(REFRESH, { refreshToken })).refreshToken);
      } catch (error) {
        if (error instanceof Refusal) this.signOut();
        throw error;
      }
      const other = before && before !== this.viewer.profile?.id; // chosen in another window of this browser
      if (other) this.dispatchEvent(new Event("profilechanged"));
    });
  }

  /** Signs this browser out; its other windows notice by the storage event. */
  signOut() {
    this.#storage.removeItem(REFRESH_TOKEN);
    this.#forget();
  }

  /** `post` as the signed-in viewer, renewing the access token once when it has run out. */
  async request(document, variables, options = {}) {
    const token = this.accessToken;
    try {
      return await post(document, variables, { ...options, token });
    } catch (error) {
      if (!(error instanceof Refusal && error.wantsFreshToken)) throw error;
      await this.refresh(token);
      return post(document, variables, { ...options, token: this.accessToken });
    }
  }

  #accept({ accessToken, refreshToken, viewer }) {
    this.accessToken = accessToken;
    this.viewer = viewer;
    if (refreshToken) this.#storage.setItem(REFRESH_TOKEN, refreshToken);
  }

  #forget() {
    this.accessToken = null;
    this.viewer = null;
    this.dispatchEvent(new Event("signedout"));
  }
}

function thisDevice(storage) {
  const installationId = storage.getItem(INSTALLATION) ?? crypto.randomUUID();
  storage.setItem(INSTALLATION, installationId);
  return { installationId, kind: "TV", name: "Web TV", appVersion: "0.1.0" };
}
