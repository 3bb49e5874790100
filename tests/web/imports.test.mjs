// The page's imports go one way (docs/architecture.md); held here file by file.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { importsIn } from "./support/imports.mjs";

const ROOT = resolve(fileURLToPath(import.meta.url), "../../../static/js");

const BASE = ["core", "model", "draw", "formula", "api", "state"];
/** What a folder's modules may import from at once, besides their own folder: folders one by one, as each has a rule
 * of its own. Type imports in comments are free. */
const ALLOWED = {
  core: [],
  model: [],
  compute: ["model"],
  draw: [],
  formula: ["core", "model"],
  api: ["core", "model"],
  state: ["core", "model", "api", "compute"],
  elements: ["core", "model", "draw", "api", "state"],
  "elements/network": ["core", "model", "draw", "state", "elements"],
  "elements/inspector": ["core", "model", "draw", "state", "elements", "elements/network"],
  "elements/chrome": ["core", "model", "state", "elements"],
  "features/views": [...BASE, "elements", "elements/inspector"],
  "features/export": ["core", "model", "draw", "state", "elements", "elements/chrome"],
  "features/pictures": ["core", "model", "draw", "api", "state", "elements"],
  "features/own": ["core", "model", "api", "state", "elements"],
  "features/learn": [...BASE, "elements"],
  "features/tour": [...BASE, "elements", "elements/chrome"],
  "features/why": [...BASE, "elements"],
  "features/change": ["core", "model", "compute", "api", "state", "elements", "elements/chrome"],
  "features/compare": ["core", "model", "compute", "api", "state", "elements"],
  "features/present": ["core", "model", "api", "state", "elements", "elements/chrome"],
  "features/embed": [
    "core",
    "model",
    "api",
    "state",
    "elements",
    "elements/network",
    "elements/chrome",
    "features/learn",
  ],
};
/** What may be opened later from where: a dynamic import names one of these, or a folder that is allowed at once. */
const LATER = {
  state: ["model"],
  "elements/network": ["elements/inspector"],
  "elements/chrome": [
    "features/views",
    "features/export",
    "features/pictures",
    "features/own",
    "features/tour",
    "features/change",
  ],
  "features/views": ["features/export"],
  "features/embed": ["features/views"],
};
const PURE = ["core", "model", "compute", "draw", "formula", "state"];
/** Each module costs a request: past this many the page would open late (see `make bench BENCH=page`). */
const MOST_EAGER = 40;

const files = readdirSync(ROOT, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".js"));
const source = (name) => readFileSync(join(ROOT, name), "utf8");
const withoutComments = (text) => text.replace(/\/\*[\s\S]*?\*\//g, "").replace(/(^|\s)\/\/.*$/gm, "$1");
const imports = new Map(files.map((name) => [name, importsIn(source(name))]));
/** The modules that a module imports, by their names here. @param {string} name @param {"now" | "later"} when */
const importsOf = (name, when) =>
  (imports.get(name) ?? { now: [], later: [] })[when].map((one) =>
    relative(ROOT, resolve(ROOT, dirname(name), typeof one === "string" ? one : one.from)),
  );
/** `features/views/parts/heat.js` belongs to `features/views`, `model/kinds/conv2d.js` to `model`; what starts the
 * page lies in no folder and may import everything. */
const folderOf = (name) => {
  const folders = name.split("/").slice(0, -1);
  return folders.slice(0, ["elements", "features"].includes(folders[0]) ? 2 : 1).join("/");
};

test("imports are found however they are written, and not in comments and strings", () => {
  const { now, later } = importsIn(`
    import "./a.js"; import b, { c as d,
      e } from "./b.js";
    export * from "./f.js"; export { g } from './g.js'; export const h = 1;
    // import "./no.js"
    const text = 'import "./neither.js"'; /** @type {import("./type.js").Type} */ let i;
    const open = async () => (await import("./j.js")).open(text, i);
  `);
  assert.deepEqual(
    now.map(({ from }) => from),
    ["./a.js", "./b.js", "./f.js", "./g.js"],
  );
  assert.deepEqual(now[1].names, ["c", "e"]);
  assert.deepEqual(later, ["./j.js"]);
});

test("imports go one way, from folder to folder", () => {
  const wrong = [];
  for (const name of files) {
    const folder = folderOf(name);
    if (!folder) continue;
    assert.ok(Object.hasOwn(ALLOWED, folder), `${name}: folder ${folder} has no rule here`);
    const refused = (target, also) => ![folder, ...ALLOWED[folder], ...also].includes(folderOf(target));
    for (const target of importsOf(name, "now")) if (refused(target, [])) wrong.push(`${name} imports ${target}`);
    for (const target of importsOf(name, "later"))
      if (refused(target, LATER[folder] ?? [])) wrong.push(`${name} imports ${target} later`);
  }
  assert.deepEqual(wrong, []);
});

test("every rule is about a folder that exists, and no slice may import another without need", () => {
  const folders = new Set(files.map(folderOf));
  assert.deepEqual(
    [...Object.keys(ALLOWED), ...Object.keys(LATER)].filter((folder) => !folders.has(folder)),
    [],
  );
  const used = new Set(
    files.flatMap((name) =>
      [...importsOf(name, "now"), ...importsOf(name, "later")].map((to) => `${folderOf(name)} → ${folderOf(to)}`),
    ),
  );
  const idle = [ALLOWED, LATER]
    .flatMap((rules) => Object.entries(rules))
    .flatMap(([folder, targets]) => targets.filter((to) => to.includes("/")).map((to) => `${folder} → ${to}`))
    .filter((rule) => !used.has(rule));
  assert.deepEqual(idle, []);
});

test("every import leads to a module that exists", () => {
  const missing = files.flatMap((name) =>
    [...importsOf(name, "now"), ...importsOf(name, "later")]
      .filter((target) => !files.includes(target))
      .map((target) => `${name} → ${target}`),
  );
  assert.deepEqual(missing, []);
});

test("what computes and draws never touches the document", () => {
  const touching = files.filter(
    (name) =>
      PURE.includes(folderOf(name)) &&
      /(?<![.\w])(?:document|localStorage|HTMLElement)\s*[.[(]/.test(withoutComments(source(name))),
  );
  assert.deepEqual(touching, []);
});

test("only the API's folder fetches", () => {
  const fetching = files.filter(
    (name) =>
      folderOf(name) !== "api" && name !== "main.js" && /(?<![\w.#])fetch\(/.test(withoutComments(source(name))),
  );
  assert.deepEqual(fetching, []);
});

test(`the page starts with at most ${MOST_EAGER} modules, none of them of a part that is opened later`, () => {
  const eager = new Set(["main.js"]);
  for (const name of eager) for (const target of importsOf(name, "now")) eager.add(target);
  assert.ok(eager.size <= MOST_EAGER, `${eager.size} modules: ${[...eager].join(", ")}`);
  assert.deepEqual(
    [...eager].filter((name) => /^(?:features|formula|compute)\//.test(name)),
    [],
  );
});

test("an embed starts with what it shows and no more", () => {
  const graph = (start) => {
    const found = new Set([start]);
    for (const name of found) for (const target of importsOf(name, "now")) found.add(target);
    return [...found];
  };
  const frame = /^(?:elements\/chrome\/(?:header|panel|address-bar)|features\/pictures\/strip|deferred)\.js$/;
  // The network brings the map and what its address says; a playground half of that.
  for (const [start, most] of Object.entries({
    "features/embed/widget.js": 30,
    "features/embed/view.js": 58,
    "features/embed/network.js": 74,
  })) {
    const eager = graph(start);
    assert.ok(eager.length <= most, `${start}: ${eager.length} modules: ${eager.join(", ")}`);
    assert.deepEqual(
      eager.filter(
        (name) =>
          frame.test(name) ||
          /^(?:formula|features\/(?:tour|present|views|pictures|export|learn\/widgets))\//.test(name),
      ),
      [],
      start,
    );
  }
});

test("modules carry type checks", () => {
  assert.deepEqual(
    files.filter((name) => !source(name).startsWith("// @ts-check")),
    [],
  );
});
