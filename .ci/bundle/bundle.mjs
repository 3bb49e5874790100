// @ts-check
/**
 * What a page loads first, and the bundle of an installation; both are esbuild's.
 *
 *   node .ci/bundle/bundle.mjs               writes static/preloads.json for the plain modules of a checkout
 *   node .ci/bundle/bundle.mjs --check       exits with 1 where that file is not current
 *   node .ci/bundle/bundle.mjs --out FOLDER  writes js/ and preloads.json of a bundle into FOLDER; the wheel has these
 *
 * preloads.json has for each entry the files that it imports, directly or not: {entry: [file, …]}. The server makes
 * `modulepreload` links of them, so that a browser need not find them out import by import.
 */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { readdirSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import esbuild from "esbuild";

const STATIC = fileURLToPath(new URL("../../static/", import.meta.url));
const LIST = path.join(STATIC, "preloads.json");

/** What the server names: the scripts of its pages, and the parts that it knows will be asked for next. */
const ENTRIES = [
  "js/main.js",
  "js/deferred.js",
  "js/elements/chrome/address-bar.js",
  "js/elements/chrome/frame.js",
  "js/elements/made-pictures.js",
  "js/elements/inspector/pointing.js",
  "js/model/kinds.js",
  "js/state/follow.js",
  "js/state/pieces.js",
  // A worker's script is asked for by its address, which the module that starts it knows from its own.
  "js/compute/worker.js",
  "js/state/computed.js",
  ...["views", "tour", "present", "learn", "why"].map((name) => `js/features/${name}/index.js`),
  ...["network", "view", "widget", "builder"].map((name) => `js/features/embed/${name}.js`),
  ...scripts("js/features/learn/widgets"),
];

/** @param {string} folder */
function scripts(folder) {
  const names = readdirSync(path.join(STATIC, folder)).sort();
  return names.filter((name) => name.endsWith(".js")).map((name) => `${folder}/${name}`);
}

/**
 * The files behind each entry, in the order in which they are met.
 * @param {Record<string, string[]>} imports file → the files that it imports at once
 */
function preloads(imports) {
  /** @type {Record<string, string[]>} */
  const found = {};
  for (const entry of ENTRIES) {
    const files = [entry];
    for (const file of files) for (const next of imports[file] ?? []) if (!files.includes(next)) files.push(next);
    found[entry] = files;
  }
  return JSON.stringify(found, null, 1) + "\n";
}

/** @param {Record<string, { imports: { path: string, kind: string, external?: boolean }[] }>} files */
function eager(files) {
  return Object.fromEntries(
    Object.entries(files).map(([file, { imports }]) => [
      file,
      imports.filter(({ kind }) => kind === "import-statement").map(({ path: name }) => name),
    ]),
  );
}

/** @type {import("esbuild").BuildOptions} */
const OPTIONS = {
  absWorkingDir: STATIC,
  entryPoints: ENTRIES,
  bundle: true,
  splitting: true,
  format: "esm",
  target: "es2022",
  charset: "utf8",
  outbase: ".",
  outdir: ".",
  entryNames: "[dir]/[name]",
  chunkNames: "js/parts/[name]-[hash]",
  minify: true,
  legalComments: "none",
  metafile: true,
  write: false,
  logLevel: "warning",
};

const [mode, folder] = process.argv.slice(2);
const { metafile, outputFiles } = await esbuild.build(OPTIONS);
if (!metafile || !outputFiles) throw new Error("esbuild gave nothing");
if (mode === "--out") {
  for (const file of outputFiles) {
    const target = path.join(folder, path.relative(STATIC, file.path));
    await mkdir(path.dirname(target), { recursive: true });
    await writeFile(target, file.contents);
  }
  await writeFile(path.join(folder, "preloads.json"), preloads(eager(metafile.outputs)));
} else {
  const list = preloads(eager(metafile.inputs));
  if (mode !== "--check") await writeFile(LIST, list);
  else if ((await readFile(LIST, "utf8").catch(() => "")) !== list) {
    process.stderr.write("static/preloads.json is not current: node .ci/bundle/bundle.mjs\n");
    process.exitCode = 1;
  }
}
