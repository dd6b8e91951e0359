// What does a page ask? The text of a document, also where only its id is sent.
import { readFileSync } from "node:fs";

const { documents } = JSON.parse(readFileSync(new URL("../../web/dist/documents.json", import.meta.url), "utf8"));

/** The document of a request of Playwright's; empty for what asks no GraphQL. */
export function documentOf(request) {
  const asked = request.postDataJSON() ?? {};
  return asked.query ?? documents[asked.documentId] ?? "";
}
