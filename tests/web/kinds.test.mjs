// A kind of layer is complete: it is drawn, traced, calculated, coded and put into words in both languages.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { formulaOf } from "../../static/js/formula/tree.js";
import { hyperparameters } from "../../static/js/model/hyperparameters.js";
import { kindOf, kinds } from "../../static/js/model/kinds.js";
import { operations } from "../../static/js/model/operations.js";
import { cases } from "./support/fixtures.mjs";

const read = (language, area) =>
  JSON.parse(readFileSync(new URL(`../../static/i18n/${language}/${area}.json`, import.meta.url), "utf8"))[area];
const LANGUAGES = ["en", "zh-Hans"];
const recorded = cases();
const traced = recorded.flatMap(({ layer, inputs, parameters, traces }) =>
  traces.map(({ at }) => ({ layer, at, trace: layer.record.tracer.trace(layer, inputs, parameters, at) })),
);
/** The operations that the activation view draws as the graph of a function of one value. */
const functions = new Set(
  traced.filter(({ layer }) => layer.record.view === "activation").map(({ trace }) => trace.operation),
);

/** What a catalogue says, as `{ key: sorted names of its entries }`; every entry must say something. */
function entries(words) {
  for (const [key, entry] of Object.entries(words))
    for (const [name, text] of Object.entries(entry))
      assert.ok(typeof text === "string" && text.trim(), `${key}.${name} says something`);
  return Object.fromEntries(Object.entries(words).map(([key, entry]) => [key, Object.keys(entry).sort()]));
}

for (const language of LANGUAGES) {
  test(`every kind has its name and what it is and does, and nothing else has, in ${language}`, () => {
    const wanted = Object.fromEntries([...kinds(), "unknown"].map((kind) => [kind, ["about", "name", "plain"]]));
    assert.deepEqual(entries(read(language, "kinds")), wanted);
  });

  test(`every operation has a title and its step of a trail, functions their value too, in ${language}`, () => {
    const wanted = Object.fromEntries(
      operations().map((name) => [name, functions.has(name) ? ["live", "step", "title"] : ["step", "title"]]),
    );
    assert.deepEqual(entries(read(language, "operations")), wanted);
  });

  test(`every hyperparameter of a kind has a name in ${language}`, () => {
    const names = read(language, "network").hyperparameter;
    const used = new Set(recorded.flatMap(({ layer }) => hyperparameters(layer).map(({ key }) => key)));
    assert.deepEqual(Object.keys(names).sort(), [...used].sort());
  });

  test(`every constant of a formula has its label in ${language}`, () => {
    const notes = read(language, "views").note;
    const within = (node) =>
      node && typeof node === "object" ? [node, ...Object.values(node).flat().flatMap(within)] : [];
    for (const { layer, at, trace } of traced) {
      const tree = formulaOf({ valueIndex: { layer: layer.name, at }, value: 0, trace, sources: layer.inputs });
      for (const { note } of within(tree)) if (note) assert.ok(notes[note], `${layer.kind}: ${note}`);
    }
  });
}

test("a kind is complete: it can be traced and written as code, and every operation occurs", () => {
  for (const kind of kinds()) {
    const { tracer, code, family } = kindOf(kind);
    assert.ok(tracer && code && family !== "unknown", kind);
  }
  assert.deepEqual([...new Set(traced.map(({ trace }) => trace.operation))].sort(), operations().sort());
});

test("of a kind that nobody knows nothing is claimed", () => {
  const record = kindOf("mystery");
  assert.equal(record.kind, "mystery");
  assert.equal(record.words, "kinds.unknown");
  assert.deepEqual([record.tracer, record.code, record.view, record.window({})], [null, null, null, null]);
});
