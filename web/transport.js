// How does one GraphQL operation reach the server, and in which two ways can it fail?
import { APP, BUILD, IDS } from "./dist/documents.js";

const ANSWER_WITHIN_MS = 12_000; // twice the house's own longest deadline: after that nobody is there
const TEMPORARY = ["UNAVAILABLE", "OVERLOADED"];
const UNKNOWN = "PERSISTED_QUERY_NOT_FOUND"; // a house in development may have been started before we were built
const TOKEN = ["TOKEN_EXPIRED", "TOKEN_INVALID"]; // UNAUTHENTICATED is about a password, which would be tried twice

/** The server answered, and the answer is no. `code` is a ProblemCode; `message` is meant for the viewer. */
export class Refusal extends Error {
  name = "Refusal";
  constructor({ code, message, retryAfterSeconds, attemptsLeft, field }) {
    super(message);
    this.code = code;
    this.retryAfterSeconds = retryAfterSeconds ?? undefined;
    this.attemptsLeft = attemptsLeft;
    this.field = field ?? undefined;
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

/** Who asks: the house counts it, so that it knows which build still needs what. */
export const WHO = { "X-Marquee-App": APP, "X-Marquee-Build": BUILD };

/**
 * The operation's data. A field that failed alone is null in it; a mutation answered by a Problem, and an
 * operation without any data, are thrown as Refusal. `keepalive` lets the request outlive the page.
 */
export async function post(document, variables = {}, options = {}) {
  const documentId = IDS.get(document);
  const answer = await ask(documentId ? { documentId, variables } : { query: document, variables }, options);
  const isUnknown = documentId && answer.errors?.some(({ extensions }) => extensions?.code === UNKNOWN);
  return accepted(isUnknown ? await ask({ query: document, variables }, options) : answer);
}

async function ask(request, { token, keepalive = false }) {
  const accept = "application/graphql-response+json, application/json";
  const headers = { "Content-Type": "application/json", Accept: accept, ...WHO };
  if (token) headers.Authorization = `Bearer ${token}`;
  const body = JSON.stringify(request);
  const signal = AbortSignal.timeout(ANSWER_WITHIN_MS);
  const response = await fetch("/graphql", { method: "POST", headers, body, keepalive, signal }).catch((error) => {
    throw new Unreachable(error.message);
  });
  const answer = await response.json().catch(() => null); // a proxy answers for a server that is gone, in HTML
  if (answer?.data || answer?.errors) return answer;
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
