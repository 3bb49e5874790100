// A kind of layer is complete: it is drawn, traced, calculated, coded and put into words in both languages.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { setDepth, signed } from "../../static/js/core/i18n.js";
import { formulaOf } from "../../static/js/formula/tree.js";
import { hyperparameters } from "../../static/js/model/hyperparameters.js";
import { createModel, kindOf, kinds } from "../../static/js/model/kinds.js";
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

test("layers are called by kind and place in the graph, whatever their names are", () => {
  const layer = (name, kind, inputs) => ({ name, kind, output_shape: [2, 4, 4], ...(inputs && { inputs }) });
  const places = (layers) => {
    const model = createModel({ input: { shape: [3, 8, 8] }, classes: [], layers });
    return layers.map(({ name }) => model.placeOf(name));
  };
  const chain = ["conv2d", "relu", "conv2d", "relu", "max_pool2d", "conv2d", "relu", "max_pool2d", "flatten", "dense"];
  assert.deepEqual(places(chain.map((kind, index) => layer(`zebra${9 - index}`, kind))), [
    "1a",
    "1a",
    "1b",
    "1b",
    "1",
    "2",
    "2",
    "2",
    "",
    "",
  ]);
  // Two branches, and what joins them: the deeper branch says which module comes after.
  const branches = [
    layer("a", "conv2d"),
    layer("b", "max_pool2d", ["a"]),
    layer("c", "conv2d", ["a"]),
    layer("d", "add", ["b", "c"]),
    layer("e", "conv2d", ["d"]),
  ];
  assert.deepEqual(places(branches), ["1a", "", "1b", "", "2"]);
  const many = Array.from({ length: 28 }, (_, index) => layer(`l${index}`, "conv2d"));
  assert.deepEqual(places(many).slice(-3), ["1z", "1aa", "1ab"]);
  assert.deepEqual(places([layer("x", "dense"), layer("y", "dense")]), ["1a", "1b"]);
});

test("plain numbers have two decimals, and only an exact 0 looks like one", (t) => {
  t.after(() => setDepth("exact"));
  const values = [0, 0.000018, -0.0042, 0.125, -4.416, 12345.6];
  assert.deepEqual(values.map(signed), ["0", "+1.8e-5", "\u22120.0042", "+0.13", "\u22124.42", "+12346"]);
  setDepth("plain");
  assert.deepEqual(values.map(signed), ["0", "+0.00", "\u22120.00", "+0.13", "\u22124.42", "+12346"]);
});
