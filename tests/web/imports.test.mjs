// The page's imports go one way (docs/architecture.md); held here file by file.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const ROOT = resolve(fileURLToPath(import.meta.url), "../../../static/js");

/** What a folder's modules may import from, besides their own folder. Type imports in comments are free. */
const ALLOWED = {
  core: [],
  model: [],
  draw: [],
  formula: ["core", "model"],
  api: ["core"],
  state: ["core", "model", "api"],
  elements: ["core", "model", "draw", "formula", "api", "state"],
  learn: ["core", "model", "draw", "formula", "api", "state", "elements"],
  tour: ["core", "model", "formula", "api", "state", "elements"],
  present: ["core", "model", "api", "state", "elements"],
  embed: ["core", "model", "draw", "api", "state", "elements", "learn"],
};
const PURE = ["core", "model", "draw", "formula", "state"];
/** Each module costs a request: past this many the page would open late (see `make bench BENCH=page`). */
const MOST_EAGER = 30;

const files = readdirSync(ROOT, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".js"));
const source = (name) => readFileSync(join(ROOT, name), "utf8");
const withoutComments = (text) => text.replace(/\/\*[\s\S]*?\*\//g, "").replace(/(^|\s)\/\/.*$/gm, "$1");
const importsOf = (name, pattern) =>
  [...withoutComments(source(name)).matchAll(pattern)].map((match) =>
    relative(ROOT, resolve(ROOT, dirname(name), match[1])),
  );
const STATIC = /(?:^|\n)\s*(?:import|export)\s(?:[^;'"]*?\sfrom\s*)?["'](\.[^"']+)["']/g;
const DYNAMIC = /import\(\s*["'](\.[^"']+)["']\s*\)/g;
const folderOf = (name) => (name.includes("/") ? name.split("/")[0] : "");

test("imports go one way, from folder to folder", () => {
  const wrong = [];
  for (const name of files) {
    const folder = folderOf(name);
    if (!folder) continue;
    assert.ok(ALLOWED[folder], `${name}: folder ${folder} has no rule here`);
    const lazy = importsOf(name, DYNAMIC).filter(
      (target) => !["elements", "learn", "tour", "present"].includes(folderOf(target)) || folder !== "elements",
    );
    for (const target of [...importsOf(name, STATIC), ...lazy]) {
      if (folderOf(target) !== folder && !ALLOWED[folder].includes(folderOf(target)))
        wrong.push(`${name} imports ${target}`);
    }
  }
  assert.deepEqual(wrong, []);
});

test("every import leads to a module that exists", () => {
  const missing = files.flatMap((name) =>
    [...importsOf(name, STATIC), ...importsOf(name, DYNAMIC)]
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
  for (const name of eager) for (const target of importsOf(name, STATIC)) eager.add(target);
  assert.ok(eager.size <= MOST_EAGER, `${eager.size} modules: ${[...eager].join(", ")}`);
  assert.deepEqual(
    [...eager].filter((name) => /^(?:learn|tour|present|formula|elements\/(?:views|pictures|dialogs))\//.test(name)),
    [],
  );
});

test("an embed starts with what it shows and no more", () => {
  const graph = (start) => {
    const found = new Set([start]);
    for (const name of found) for (const target of importsOf(name, STATIC)) found.add(target);
    return [...found];
  };
  const frame = /^elements\/(?:header|strip|panel|rest|address-bar)\.js$/;
  // The network brings the map and what its address says; a playground half of that.
  for (const [start, most] of Object.entries({ "embed/widget.js": 24, "embed/view.js": 40, "embed/network.js": 40 })) {
    const eager = graph(start);
    assert.ok(eager.length <= most, `${start}: ${eager.length} modules: ${eager.join(", ")}`);
    assert.deepEqual(
      eager.filter(
        (name) =>
          frame.test(name) ||
          /^(?:tour|present|formula|learn\/widgets|elements\/(?:views|pictures|dialogs))\//.test(name),
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
