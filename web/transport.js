// How does one GraphQL operation reach the server, and in which two ways can it fail?

/** The server answered, and the answer is no. `code` is a ProblemCode; `message` is meant for the viewer. */
export class Refusal extends Error {
  name = "Refusal";
  constructor({ code, message }) {
    super(message);
    this.code = code;
  }

  /** True when a new access token may turn the answer around. */
  get wantsFreshToken() {
    return ["TOKEN_EXPIRED", "TOKEN_INVALID", "UNAUTHENTICATED"].includes(this.code);
  }
}

/** No usable answer: the network, or a server that is down. */
export class Unreachable extends Error {
  name = "Unreachable";
}

/**
 * The operation's data. A field that failed alone is null in it; a mutation answered by a Problem, and an
 * operation without any data, are thrown as Refusal. `keepalive` lets the request outlive the page.
 */
export async function post(document, variables = {}, { token, keepalive = false } = {}) {
  const headers = { "Content-Type": "application/json", Accept: "application/graphql-response+json, application/json" };
  if (token) headers.Authorization = `Bearer ${token}`;
  const body = JSON.stringify({ query: document, variables });
  const answer = await fetch("/graphql", { method: "POST", headers, body, keepalive })
    .then((response) => response.json())
    .catch((error) => {
      throw new Unreachable(error.message);
    });
  return accepted(answer);
}

function accepted({ data, errors = [] }) {
  const refusals = errors.map((error) => new Refusal({ code: error.extensions?.code, message: error.message }));
  const roots = Object.values(data ?? {}).filter((root) => root !== null);
  const problem = roots.find((root) => root.code && root.message);
  if (problem) throw new Refusal(problem);
  const tokenRefusal = refusals.find((refusal) => refusal.wantsFreshToken);
  if (tokenRefusal || (refusals.length && !roots.length)) throw tokenRefusal ?? refusals[0];
  return data;
}
