// What does the browser load beside web/*.js? Packages from npm, bundled so that every byte comes from us, and the
// ids of the documents that the page sends.
import { build } from "esbuild";
import { createHash } from "node:crypto";
import { cp, mkdir, rm, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

const APP = "web"; // as which the house counts what the page sends
const BUILD_LETTERS = 12; // of a hash over all its documents: it changes when one of them does
const root = fileURLToPath(new URL("..", import.meta.url));
const shared = {
  absWorkingDir: root,
  bundle: true,
  format: "esm",
  target: "es2022",
  minify: true,
  legalComments: "linked", // the licences of what we ship stay beside it
  loader: { ".ttf": "file", ".woff2": "file" },
  define: { "process.env.NODE_ENV": '"production"' },
  logLevel: "warning",
};

await rm(`${root}/web/dist`, { recursive: true, force: true });
await mkdir(`${root}/web/dist`);

// What the page sends: for the house to trust, and for the page itself to ask for by its id.
const sha256 = (text) => createHash("sha256").update(text).digest("hex");
const texts = Object.values(await import("./operations.js"));
const documents = Object.fromEntries(texts.map((text) => [sha256(text), text]));
const number = sha256(Object.keys(documents).sort().join()).slice(0, BUILD_LETTERS);
const ids = texts.map((text) => [text, sha256(text)]);
await writeFile(`${root}/web/dist/documents.json`, JSON.stringify({ app: APP, build: number, documents }));
await writeFile(
  `${root}/web/dist/documents.js`,
  `export const APP = "${APP}";
export const BUILD = "${number}";
export const IDS = new Map(${JSON.stringify(ids)});
`,
);

await build({
  ...shared,
  outdir: "web/dist",
  entryPoints: {
    "graphql-ws": "graphql-ws/client",
    "shaka-player": "shaka-player/dist/shaka-player.compiled-es2021.js",
    uqr: "uqr", // the modules of a QR code, without a picture format of its own
  },
});
await build({
  ...shared,
  outdir: "web/dist/graphiql",
  splitting: true, // its editor's languages load when they are used
  entryPoints: {
    graphiql: "web/graphiql.js",
    "editor.worker": "monaco-editor/esm/vs/editor/editor.worker.js",
    "graphql.worker": "monaco-graphql/esm/graphql.worker.js",
    "json.worker": "monaco-editor/esm/vs/language/json/json.worker.js",
  },
});
for (const script of ["latin", "latin-ext"]) {
  const font = `figtree-${script}-wght-normal.woff2`;
  await cp(`${root}/node_modules/@fontsource-variable/figtree/files/${font}`, `${root}/web/dist/${font}`);
}
