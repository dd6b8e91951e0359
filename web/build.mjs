// What does the browser load from npm? Bundles those packages into web/dist, so that every byte comes from us.
import { build } from "esbuild";
import { cp, rm, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

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

// The only documents that a house in production answers.
const documents = Object.values(await import("./operations.js"));
await writeFile(`${root}/web/dist/documents.json`, JSON.stringify(documents));
