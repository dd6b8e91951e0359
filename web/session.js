// Who is signed in on this device? The refresh token outlives the window; the access token outlives a reload.
import { describe } from "./device.js";
import * as operations from "./operations.js";
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
    const { signIn } = await post(operations.SIGN_IN, { input: { email, password, device: this.#device() } });
    this.#accept(signIn);
  }

  /** Opens an account. Answers what the house says to that, which is the same for every address. */
  async register(email, password, profileName) {
    try {
      const { register } = await post(operations.REGISTER, { input: { email, password, profileName, device: this.#device() } });
      this.#accept(register);
    } catch (error) {
      if (error.code !== "PENDING") throw error;
      return error.message;
    }
  }

  /** Opens the account whose address was waiting for `token`, which came by mail, with the password it was asked with. */
  async confirm(token, password) {
    const { confirmRegistration } = await post(operations.CONFIRM_REGISTRATION, { token, password, device: this.#device() });
    this.#accept(confirmRegistration);
  }

  /** A code for this screen, to be approved on another: `{deviceCode, userCode, intervalSeconds, …}`. */
  startByCode = async () => (await post(operations.START_DEVICE_SIGN_IN, { input: this.#device() })).startDeviceSignIn;

  /** Signs in once the code is approved; until then a Refusal says why not. */
  byCode = async (deviceCode) => {
    const { pollDeviceSignIn } = await post(operations.POLL_DEVICE_SIGN_IN, { deviceCode });
    this.#accept(pollDeviceSignIn);
    return this.viewer;
  };

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

  /** `pin`, where one is asked. Resolves to the viewer. */
  selectProfile(profileId, pin) {
    return navigator.locks.request(LOCK, async () => {
      const { selectProfile } = await this.request(operations.SELECT_PROFILE, { profileId, pin }, { renew: () => this.#renew() });
      this.#accept(selectProfile);
      return this.viewer;
    });
  }

  /** Reads the household anew; what it was before stays while the house cannot say. */
  async look() {
    try {
      const { viewer } = await this.request(operations.VIEWER);
      if (viewer) this.#keep(this.accessToken, viewer);
    } catch (error) {
      if (!error.isTemporary) throw error;
    }
    return this.viewer;
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
      this.#accept((await post(operations.REFRESH, { refreshToken })).refreshToken);
    } catch (error) {
      if (error.wantsFreshToken) this.forget();
      throw error;
    }
  }

  /** Ends the session in the house and here. Where the house cannot be reached, here alone: nobody has its token then. */
  async signOut() {
    try {
      await this.request(operations.SIGN_OUT);
    } catch (error) {
      if (!error.isTemporary && !error.wantsFreshToken) throw error;
    }
    this.forget();
  }

  /** Drops the session of this browser; its other windows notice by the storage event. */
  forget() {
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
    this.#keep(accessToken, viewer);
    if (refreshToken) this.#storage.setItem(REFRESH_TOKEN, refreshToken);
  }

  #keep(accessToken, viewer) {
    this.accessToken = accessToken;
    this.viewer = viewer;
    this.#window.setItem(SIGNED_IN, JSON.stringify({ accessToken, viewer }));
  }

  #device() {
    const installationId = this.#storage.getItem(INSTALLATION) ?? crypto.randomUUID();
    this.#storage.setItem(INSTALLATION, installationId);
    return { installationId, ...describe(navigator.userAgent), appVersion: "0.1.0" };
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
