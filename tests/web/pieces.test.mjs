// Of a large run what opening a unit needs is asked for while one rests on it: once, and not for who moves on.
import assert from "node:assert/strict";
import { test } from "node:test";
import { createStore } from "../../static/js/core/store.js";
import { createModel } from "../../static/js/model/kinds.js";
import { openView, setHover } from "../../static/js/state/actions.js";
import { derived, initialState } from "../../static/js/state/initial.js";
import { followPieces, MOST_AHEAD, needsAhead } from "../../static/js/state/pieces.js";
import { learnedOf, SLICED, weighs } from "../../static/js/model/learned.js";
import { numberOf, rowOf } from "../../static/js/model/trace.js";

const conv = (name, input, parameter_count) => ({
  name,
  kind: "conv2d",
  inputs: [input],
  input_shape: [2, 4, 4],
  output_shape: [2, 4, 4],
  filters: 2,
  kernel: [3, 3],
  padding: [1, 1],
  stride: [1, 1],
  parameters: { weight: [2, 2, 3, 3], bias: [2] },
  parameter_count,
  receptive_field: null,
});
const relu = (name, input) => ({ ...conv(name, input, 0), kind: "relu", parameters: {} });
const MODEL = createModel({
  id: "m",
  digest: "d",
  in_pieces: true,
  title: { en: "M" },
  input: { shape: [2, 4, 4], channels: ["a", "b"], range: [0, 1] },
  classes: [],
  parameter_count: 0,
  layers: [
    conv("first", "input", 38),
    relu("relu1", "first"),
    conv("second", "relu1", 38),
    relu("relu2", "second"),
    conv("heavy", "relu2", SLICED / 2),
    { ...relu("wide", "heavy"), output_shape: [2, 1, MOST_AHEAD / 8 + 1] },
  ],
  training: null,
  samples_default: null,
});
const tensor = () => ({ shape: [2, 4, 4], data: new Float32Array(32) });
const settled = async () => {
  for (let turns = 0; turns < 5; turns++) await new Promise((resolve) => setImmediate(resolve));
};

/** A page that shows a large run; what it asks for is held back until it is answered. */
async function page(t) {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const asked = [];
  const ask = (kind, answer) => (names, signal) =>
    new Promise((resolve, reject) => {
      const one = { kind, names, aborted: false };
      signal.addEventListener("abort", () => {
        one.aborted = true;
        reject(signal.reason);
      });
      one.answer = () => resolve(new Map(names.map((name) => [name, answer()])));
      asked.push(one);
    });
  const run = () => ({
    activations: new Map(),
    overview: new Map(MODEL.layers.map(({ name }) => [name, { thumbnails: [] }])),
    ask: { values: ask("values", tensor), overview: async () => new Map() },
  });
  const parameters = new Map();
  const scene = (of) => ({ model: MODEL, parameters, edits: [], picture: null, run: of });
  const store = createStore({ ...initialState(), scenes: { main: scene(run()), original: null } }, derived);
  const learned = ask("parameters", () => ({ weight: tensor() }));
  const parametersOf = async (_model, names, signal, unit) => {
    const found = await learned(unit === undefined ? names : names.map((name) => `${name}[${unit}]`), signal);
    return new Map([...found.values()].map((tensors, index) => [names[index], tensors]));
  };
  t.after(followPieces({ store, api: { parameters: parametersOf } }));
  await settled();
  return {
    store,
    asked,
    another: () => store.update({ scenes: { main: scene(run()), original: null } }),
    after: async (milliseconds) => {
      await settled();
      t.mock.timers.tick(milliseconds);
      await settled();
    },
    said: () => asked.map(({ kind, names, aborted }) => `${aborted ? "off " : ""}${kind} ${names.join()}`),
  };
}

test("resting on a unit asks for all that opening it needs, and the click asks for nothing more", async (t) => {
  const { store, asked, after, said } = await page(t);
  setHover(store, { layer: "second", unit: 1 });
  await after(90);
  assert.deepEqual(said(), []);
  await after(10);
  const wanted = ["values second,relu1", "parameters second"];
  assert.deepEqual(said(), wanted);
  openView(store, { layer: "second", unit: 1 });
  await after(1000);
  assert.deepEqual(said(), wanted, "on its way");
  asked.forEach(({ answer }) => answer());
  await settled();
  assert.deepEqual([...store.state.run.activations.keys()], ["second", "relu1"]);
  assert.deepEqual([...store.state.parameters.keys()], ["second"]);
  assert.equal(store.state.arrived, 2);
  store.update({ view: null, hover: { layer: "second", unit: 0 } });
  await after(1000);
  assert.deepEqual(said(), wanted, "there");
});

test("what is on its way is called off when one moves on, and asked for anew when one comes back", async (t) => {
  const { store, after, said } = await page(t);
  setHover(store, { layer: "second", unit: 1 });
  await after(100);
  setHover(store, { layer: "first", unit: 0 });
  await after(0);
  assert.deepEqual(said(), ["off values second,relu1", "off parameters second"]);
  setHover(store, { layer: "second", unit: 1 });
  await after(100);
  assert.deepEqual(said().slice(2), ["values second,relu1", "parameters second"]);
});

test("another picture's run needs its own values; learned numbers on their way serve it, too", async (t) => {
  const { store, another, after, asked, said } = await page(t);
  setHover(store, { layer: "second", unit: 1 });
  await after(100);
  another();
  await after(100);
  assert.deepEqual(said(), ["off values second,relu1", "parameters second", "values second,relu1"]);
  asked.slice(1).forEach(({ answer }) => answer());
  await settled();
  assert.deepEqual([...store.state.run.activations.keys()], ["second", "relu1"]);
  assert.deepEqual([...store.state.parameters.keys()], ["second"]);
});

test("what would be too much to fetch before anybody has opened it waits for the click", async (t) => {
  assert.deepEqual(needsAhead(MODEL, "wide", 0), { tensors: ["wide"], parameters: [] });
  const { store, asked, after, said } = await page(t);
  setHover(store, { layer: "wide", unit: 0 });
  await after(100);
  assert.deepEqual(said(), ["values wide"]);
  asked[0].answer();
  await settled();
  openView(store, { layer: "wide", unit: 0 });
  await after(0);
  assert.deepEqual(said().slice(1), ["values heavy"]);
});

test("of a heavy layer each unit's own learned numbers are asked for, unless all are there", async (t) => {
  assert.equal(weighs(MODEL, "heavy"), 2 * SLICED);
  assert.equal(weighs(MODEL, "heavy[1]"), SLICED);
  const { store, asked, after, said } = await page(t);
  setHover(store, { layer: "heavy", unit: 1 });
  await after(100);
  assert.deepEqual(said(), ["values heavy,relu2", "parameters heavy[1]"]);
  // On to its neighbour: the layer's values are still wanted, the unit's numbers are not.
  setHover(store, { layer: "heavy", unit: 0 });
  await after(100);
  assert.deepEqual(said(), ["values heavy,relu2", "off parameters heavy[1]", "parameters heavy[0]"]);
  asked.forEach(({ answer }) => answer());
  await settled();
  const { parameters } = store.state;
  assert.deepEqual([...parameters.keys()], ["heavy[0]"]);
  assert.equal(learnedOf(parameters, "heavy", 1), null);
  assert.equal(learnedOf(parameters, "heavy", 0), parameters.get("heavy[0]"));
  parameters.set("heavy", { weight: tensor() });
  openView(store, { layer: "heavy", unit: 1 });
  await after(1000);
  assert.equal(asked.length, 3, "there, with the whole layer");
});

test("a unit's row is the same in its layer's tensor and in a slice of it", () => {
  const data = Float32Array.from({ length: 24 }, (_, i) => i);
  const slice = { shape: [2, 3, 2], data: data.subarray(12), first: 2 };
  for (const unit of [2, 3]) assert.deepEqual([...rowOf(slice, unit)], [...rowOf({ shape: [4, 3, 2], data }, unit)]);
  assert.equal(numberOf({ shape: [1], data: data.subarray(5, 6), first: 5 }, 5), 5);
  for (const unit of [1, 4]) assert.throws(() => rowOf(slice, unit), RangeError);
});
