// When does a screen that shows a code ask whether it was approved? Never sooner than the house said (RFC 8628, 3.5).
import { pauseMs } from "./patience.js";

const SLOWER_BY_S = 5; // what a screen adds for good when it is told to slow down (RFC 8628, 3.5)
const CODES_AT_MOST = 6; // about an hour: nobody is in front of this screen

/** Nobody took any of the codes. */
export class NobodyCame extends Error {
  name = "NobodyCame";
}

/**
 * Shows one code after the other until one is approved, and returns what `poll(deviceCode)` answers then.
 *
 * `start()` asks for a code, `show(code)` gets it, `wait(milliseconds)` passes the time and rejects when the viewer
 * has left. Throws what `poll` refuses with for good (DENIED), and NobodyCame after an hour of codes.
 */
export async function awaitApproval({ start, poll, show, wait }) {
  for (let codes = 0; codes < CODES_AT_MOST; codes += 1) {
    const code = await patiently(start, wait);
    show(code);
    const answer = await approvalOf(code, poll, wait);
    if (answer) return answer;
  }
  throw new NobodyCame();
}

/** What `poll` answers once the code is approved; null when its time has run out. */
async function approvalOf({ deviceCode, intervalSeconds }, poll, wait) {
  let pauseS = intervalSeconds;
  for (let failures = 0; ; ) {
    await wait(Math.max(pauseS * 1000, failures && pauseMs(failures)));
    try {
      return await poll(deviceCode);
    } catch (error) {
      failures = error.isTemporary ? failures + 1 : 0;
      if (error.code === "SLOW_DOWN") pauseS = Math.max(pauseS + SLOWER_BY_S, error.retryAfterSeconds ?? 0);
      else if (["EXPIRED", "NOT_FOUND"].includes(error.code)) return null;
      else if (error.code !== "PENDING" && !error.isTemporary) throw error;
    }
  }
}

/** Does `action` again while what keeps it from succeeding will pass. */
async function patiently(action, wait) {
  for (let failures = 1; ; failures += 1) {
    try {
      return await action();
    } catch (error) {
      if (!error.isTemporary) throw error;
      await wait(pauseMs(failures, { retryAfterSeconds: error.retryAfterSeconds }));
    }
  }
}
