// What a control does is a command (docs/architecture.md): `does(name, value)` is the one way to hear what controls
// say. Modules that hear it by themselves are named here, with the reason; they change nothing of the page's state.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { Linter } from "eslint";
import { importsIn } from "./support/imports.mjs";

const ROOT = new URL("../../static/js/", import.meta.url);
const SAID = "click|dblclick|change|input|submit";
const OUTSIDE = [
  { selector: `Property[key.name=/^on(${SAID})$/]`, message: "a handler" },
  {
    selector: `CallExpression:matches([callee.name="addEventListener"], [callee.property.name=/^(addEventListener|listen)$/]) > Literal[value=/^(${SAID})$/]`,
    message: "a listener",
  },
];

const POINTED = "something is pointed at; what that opens, it opens through `perform` or a view's `Actions`";
const LEARN = "the numbers of a playground and the answer to a question are its own, and are gone with it";
const FORM = "something is being typed or set; the command follows once that is done";
/** @type {Record<string, string>} a module, or a folder with its slash → why */
const EXCEPTIONS = {
  "elements/chrome/dialog.js": "a click beside a dialog closes it, as Esc does",
  "elements/inspector/map.js": POINTED,
  "elements/network/input.js": POINTED,
  "elements/theme.js": "the device changes its colours; no control",
  "features/change/": "what is typed, dragged or sorted; what it changes is the command `edit`, with what it is about",
  "features/embed/builder.js": "a page of its own, whose one form makes a snippet: it has no network and no table",
  "features/embed/start.js": "a link to a chapter leads out of the frame",
  "features/learn/": LEARN,
  "features/own/lineup.js": FORM,
  "features/own/questions.js": FORM,
  "features/pictures/crop.js": FORM,
  "features/tour/ask.js": LEARN,
  "features/views/network-sidebar.js": POINTED,
  "features/views/neuron.js": POINTED,
  "features/views/numbers.js": POINTED,
  "features/views/parts/heat.js": POINTED,
  "features/views/parts/operands.js": "more of a list that is shown already",
  "features/views/parts/vector.js": POINTED,
  "features/views/parts/wiring.js": POINTED,
  "features/why/figure.js": POINTED,
};
/** Of what changes the state, these say only what is looked at, or end what no longer exists. */
const LOOKING = ["setHover", "select", "leave", "pointAt", "closeView"];
/** What changes the state here is no control: the device's colours, the chapter in the address. */
const FOLLOWING = ["elements/theme.js", "features/learn/shell.js"];

const linter = new Linter();
const OPTIONS = {
  linterOptions: { reportUnusedDisableDirectives: "off" },
  languageOptions: { ecmaVersion: 2025, sourceType: "module" },
  rules: { "no-restricted-syntax": ["error", ...OUTSIDE] },
};
const outside = (text) => linter.verify(text, [OPTIONS]).map(({ line, message }) => `${line}: ${message}`);
const files = readdirSync(ROOT, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".js"));
const source = (name) => readFileSync(new URL(name, ROOT), "utf8");
const exceptionOf = (name) =>
  Object.keys(EXCEPTIONS).find((one) => name === one || (one.endsWith("/") && name.startsWith(one)));

test("a handler outside the table of commands is found, however it is written", () => {
  const found = (text) => outside(text).length;
  assert.equal(found('h("button", { type: "button", onclick: () => closePanel(store) });'), 1);
  assert.equal(found('h("select", { onchange() { setScale(store, "unit"); } });'), 1);
  assert.equal(found('button.addEventListener("click", open);'), 1);
  assert.equal(found('this.listen(this.article, "click", (event) => this.go(event));'), 1);
  assert.equal(found('addEventListener("submit", send);'), 1);
  assert.equal(found('h("button", { ...does("close-panel") }); root.addEventListener("toggle", build);'), 0);
});

test("controls do what the table of commands says, but for those that are named with a reason", () => {
  const hearing = files.filter((name) => outside(source(name)).length > 0);
  assert.deepEqual(
    hearing.filter((name) => !exceptionOf(name)).flatMap((name) => outside(source(name)).map((at) => `${name}:${at}`)),
    [],
    'make it a row (this.commands([...])) and its control h("button", { ...does(name, value) }), or name it here',
  );
  assert.deepEqual(
    Object.keys(EXCEPTIONS).filter((one) => !hearing.some((name) => exceptionOf(name) === one)),
    [],
    "an exception that is no longer needed",
  );
});

test("what is no command changes nothing of the page's state", async () => {
  /** @type {string[]} */
  const changes = [];
  for (const part of ["actions", "view", "present", "why", "compare"])
    for (const [name, value] of Object.entries(await import(new URL(`state/${part}.js`, ROOT))))
      if (typeof value === "function" && /^(?:async )?(?:function \w+)?\(store\b/.test(String(value)))
        changes.push(name);
  assert.ok(changes.includes("openView") && changes.includes("toggleWhy") && changes.length > 20, changes.join());
  const wrong = files
    .filter((name) => exceptionOf(name) && outside(source(name)).length > 0)
    .filter((name) => !name.startsWith("features/embed/")) // the frame's own start
    .flatMap((name) => {
      const imported = importsIn(source(name)).now.flatMap(({ from, names }) => (/\bstate\//.test(from) ? names : []));
      return [
        ...imported.filter((one) => changes.includes(one) && !LOOKING.includes(one)).map((one) => `${name}: ${one}`),
        ...(/\bstore\.update\(/.test(source(name)) && !FOLLOWING.includes(name) ? [`${name}: store.update`] : []),
      ];
    });
  assert.deepEqual(wrong, []);
});
