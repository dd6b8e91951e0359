// How does one GraphQL operation reach the server, and in which two ways can it fail?

const ANSWER_WITHIN_MS = 12_000; // twice the house's own longest deadline: after that nobody is there
const TEMPORARY = ["UNAVAILABLE", "OVERLOADED"];
const TOKEN = ["TOKEN_EXPIRED", "TOKEN_INVALID", "UNAUTHENTICATED"];

/** The server answered, and the answer is no. `code` is a ProblemCode; `message` is meant for the viewer. */
export class Refusal extends Error {
  name = "Refusal";
  constructor({ code, message, retryAfterSeconds }) {
    super(message);
    this.code = code;
    this.retryAfterSeconds = retryAfterSeconds ?? undefined;
  }

  /** True when a new access token may turn the answer around. */
  get wantsFreshToken() {
    return TOKEN.includes(this.code);
  }

  /** True when the same question may be answered a little later. */
  get isTemporary() {
    return TEMPORARY.includes(this.code);
  }
}

/** No usable answer: the network, or a server that is down. */
export class Unreachable extends Error {
  name = "Unreachable";
  isTemporary = true;
  constructor(message, { retryAfterSeconds } = {}) {
    super(message);
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/**
 * The operation's data. A field that failed alone is null in it; a mutation answered by a Problem, and an
 * operation without any data, are thrown as Refusal. `keepalive` lets the request outlive the page.
 */
export async function post(document, variables = {}, { token, keepalive = false } = {}) {
  const headers = { "Content-Type": "application/json", Accept: "application/graphql-response+json, application/json" };
  if (token) headers.Authorization = `Bearer ${token}`;
  const body = JSON.stringify({ query: document, variables });
  const signal = AbortSignal.timeout(ANSWER_WITHIN_MS);
  const response = await fetch("/graphql", { method: "POST", headers, body, keepalive, signal }).catch((error) => {
    throw new Unreachable(error.message);
  });
  const answer = await response.json().catch(() => null); // a proxy answers for a server that is gone, in HTML
  if (answer?.data || answer?.errors) return accepted(answer);
  if (answer?.code && answer.message) throw new Refusal({ ...answer, retryAfterSeconds: secondsOf(response) });
  throw new Unreachable(`HTTP ${response.status}`, { retryAfterSeconds: secondsOf(response) });
}

const secondsOf = (response) => Number(response.headers.get("Retry-After")) || undefined;

function accepted({ data, errors = [] }) {
  const refusals = errors.map(({ message, extensions }) => new Refusal({ ...extensions, message }));
  const roots = Object.values(data ?? {}).filter((root) => root !== null);
  const problem = roots.find((root) => root.code && root.message);
  if (problem) throw new Refusal(problem);
  const tokenRefusal = refusals.find((refusal) => refusal.wantsFreshToken);
  if (tokenRefusal || (refusals.length && !roots.length)) throw tokenRefusal ?? refusals[0];
  return data;
}
