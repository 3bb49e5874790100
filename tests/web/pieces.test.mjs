// Of a large run what opening a unit needs is asked for while one rests on it: once, and not for who moves on.
import assert from "node:assert/strict";
import { test } from "node:test";
import { createStore } from "../../static/js/core/store.js";
import { createModel } from "../../static/js/model/kinds.js";
import { openView, setHover } from "../../static/js/state/actions.js";
import { derived, initialState } from "../../static/js/state/initial.js";
import { followPieces, MOST_AHEAD, needsAhead } from "../../static/js/state/pieces.js";

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
    conv("heavy", "relu2", MOST_AHEAD / 4),
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
  t.after(followPieces({ store, api: { parameters: (_model, names, signal) => learned(names, signal) } }));
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
  assert.deepEqual(needsAhead(MODEL, "heavy"), { tensors: ["heavy"], parameters: [] });
  const { store, asked, after, said } = await page(t);
  setHover(store, { layer: "heavy", unit: 0 });
  await after(100);
  assert.deepEqual(said(), ["values heavy"]);
  asked[0].answer();
  await settled();
  openView(store, { layer: "heavy", unit: 0 });
  await after(0);
  assert.deepEqual(said().slice(1), ["values relu2", "parameters heavy"]);
});
