// Runs of a changed input that are made in the page or in a worker, and what the server says of them afterwards.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Problem } from "../../static/js/api/client.js";
import { createBeside } from "../../static/js/compute/beside.js";
import { apart, placeOf, runOf } from "../../static/js/compute/here.js";
import { createStore } from "../../static/js/core/store.js";
import { parseEdits } from "../../static/js/model/edits.js";
import { createModel } from "../../static/js/model/kinds.js";
import { explain } from "../../static/js/model/explain.js";
import { evaluate } from "../../static/js/model/operations.js";
import { modelEdits, unitEdits } from "../../static/js/model/scene.js";
import { choosePicture, setTransform, toggleUnit } from "../../static/js/state/actions.js";
import { editedNumbers, editedScene, followComputed, runHere } from "../../static/js/state/computed.js";
import { follow } from "../../static/js/state/follow.js";
import { derived, initialState } from "../../static/js/state/initial.js";
import { createRuns } from "../../static/js/state/runs.js";
import { colourRanges, noteOf } from "../../static/js/state/selectors.js";
import { unchanged } from "../../static/js/state/transform-text.js";
import { recorded } from "./support/fixtures.mjs";
import { tinyVgg } from "./support/models.mjs";
import { oneLayer, settled } from "./support/page.mjs";

const NOTE = { out_of_distribution: { value: 1 } };
const pause = (time) => new Promise((resolve) => setTimeout(resolve, time));

/** A page with a model that the page can run, and a server that says so when it is asked. */
function page(answer = (input) => ({ shape: input.shape, data: input.data.map((value) => value * 1.25) })) {
  const asked = [];
  const runOf = (input, source) => ({
    model: "m",
    input,
    activations: new Map([["relu", answer(input)]]),
    scores: [],
    note: source,
  });
  const api = {
    model: async () => oneLayer("m"),
    samples: async () => ({ samples: [{ id: "a" }] }),
    parameters: async () => new Map(),
    sampleRun: async () => runOf({ shape: [1, 2, 2], data: Float32Array.of(0, 0.25, 0.5, 1) }, null),
    runInput: async (_model, input) => (asked.push(input), runOf(input, NOTE)),
  };
  const store = createStore({ ...initialState(), modelId: "m", ownReady: true }, derived);
  const runs = createRuns(api);
  follow({ store, api, runs });
  return { store, asked, api, runs };
}

test("a changed input is run in the page, and the server is not asked while it changes", async () => {
  const { store, asked } = page();
  await settled();
  assert.equal(store.state.run.source, undefined);
  for (let pixels = 1; pixels < 4; pixels++) {
    setTransform(store, { ...unchanged(), flip: 1, shift_y: pixels / 4 });
    await settled();
    const { run } = store.state;
    assert.equal(run.source, "page");
    assert.deepEqual([...run.activations.get("relu").data], [...run.input.data]);
    assert.equal(store.state.compared, null);
  }
  assert.equal(asked.length, 0);
  assert.equal(store.state.working, false);
  setTransform(store, null);
  await settled();
  assert.equal(store.state.run.source, undefined);
});

test("once the page rests the server's run is compared, and what is drawn stays", async () => {
  const { store, asked, runs } = page();
  const stop = followComputed({ store, runs, rest: 5 });
  await settled();
  setTransform(store, { ...unchanged(), flip: 1 });
  await settled();
  const { run } = store.state;
  assert.equal(noteOf(store.state), null);
  await pause(300);
  assert.deepEqual(asked, [run.input]);
  assert.equal(store.state.run, run);
  const { compared } = store.state;
  assert.deepEqual([compared.run, compared.layer, compared.difference, compared.share], [run, "relu", 0.25, 0.2]);
  assert.equal(noteOf(store.state), NOTE, "the note that only the server makes");
  setTransform(store, { ...unchanged(), shift_x: 1 });
  await settled();
  assert.equal(noteOf(store.state), null, "it is about another run");
  stop();
});

test("without a server a run in the page stands for itself", async () => {
  const { store, api, runs } = page();
  const stop = followComputed({ store, runs, rest: 5 });
  await settled();
  api.runInput = () => Promise.reject(new Problem({ code: "server_unreachable" }));
  setTransform(store, { ...unchanged(), flip: 1 });
  await settled();
  await pause(300);
  assert.equal(store.state.run.source, "page");
  assert.deepEqual([store.state.compared, store.state.problem, store.state.offline], [null, null, false]);
  stop();
});

test("the server runs what is too large, what the page does not know, and what overflows", () => {
  const { model, parameters, run } = recorded("minimal").scene;
  assert.equal(placeOf(model), "page");
  assert.equal(placeOf({ ...model, in_pieces: true }), "server");
  assert.equal(placeOf(createModel(oneLayer("m", "mystery"))), "server");
  const wide = tinyVgg();
  const large = { ...wide, layers: wide.layers.map((layer) => ({ ...layer, filters: 10, kernel: [12, 12] })) };
  assert.equal(placeOf(large), "worker");
  const huge = { shape: run.input.shape, data: run.input.data.map(() => 3e38) };
  assert.equal(runHere(model, parameters, huge), null);
});

test("two runs are apart by their largest difference, against what the layer's largest value is", () => {
  const { model, parameters, run } = recorded("deep").scene;
  const mine = runOf(model, parameters, run.input);
  const found = apart(mine, run);
  assert.ok(found.share <= 1e-5 && model.layer(found.layer), JSON.stringify(found));
  assert.deepEqual(apart(run, run).difference, 0);
  const other = { ...run, activations: new Map(run.activations) };
  const [[name, { shape, data }]] = run.activations;
  const changed = data.slice();
  changed[3] += 1;
  other.activations.set(name, { shape, data: changed });
  const { layer, difference } = apart(other, run);
  assert.equal(layer, name);
  assert.ok(Math.abs(difference - 1) < 1e-5);
});

/** A thread that does what worker.js does, with what can be sent. */
function thread(log) {
  const listeners = new Map();
  let held = null;
  return {
    addEventListener: (name, listener) => void listeners.set(name, listener),
    terminate: () => log.push("stopped"),
    fail: () => listeners.get("error")({ message: "gone" }),
    postMessage(message) {
      const { model, parameters, input } = structuredClone(message);
      log.push(model ? "model" : "input");
      if (model) held = { model: createModel(model), parameters };
      const run = runOf(held.model, held.parameters, input);
      setTimeout(() => listeners.get("message")({ data: structuredClone(run) }));
    },
  };
}

test("a worker is sent a model once, answers in order, and is started again after it has failed", async () => {
  const log = [];
  const threads = [];
  const beside = createBeside(() => (threads.push(thread(log)), threads.at(-1)));
  const { model, parameters, run } = recorded("deep").scene;
  const other = { shape: run.input.shape, data: run.input.data.map((value) => value / 2) };
  const [first, second] = await Promise.all([
    beside.run(model, parameters, run.input),
    beside.run(model, parameters, other),
  ]);
  assert.deepEqual(log, ["model", "input"]);
  assert.ok(apart(first, run).share <= 1e-5);
  assert.deepEqual(second.activations, runOf(model, parameters, other).activations);
  assert.deepEqual(first.scores.length, run.scores.length);
  const lost = beside.run(model, parameters, other);
  threads[0].fail();
  await assert.rejects(lost, /the worker has failed: gone/);
  await beside.run(model, parameters, other);
  assert.equal(threads.length, 2);
  assert.equal(log.at(-1), "model");
  beside.stop();
  assert.equal(log.at(-1), "stopped");
});

test("a unit that is switched off: what comes after is run anew, what stands before keeps the server's values", async () => {
  const { model, parameters, run } = recorded("deep").scene;
  const description = { ...model, output: { ending: model.ending, added: model.added }, samples_default: "a" };
  const api = {
    model: async () => description,
    samples: async () => ({ samples: [{ id: "a" }, { id: "b" }] }),
    parameters: async () => parameters,
    sampleRun: async () => run,
    runInput: () => assert.fail("the server knows nothing of edits here"),
  };
  const store = createStore({ ...initialState(), modelId: model.id, ownReady: true }, derived);
  follow({ store, api, runs: createRuns(api) });
  await settled();
  const place = { layer: "c3", unit: 2 };
  toggleUnit(store, place);
  await settled();
  const { main, original } = store.state.scenes;
  assert.equal(original.run, run);
  assert.deepEqual(unitEdits(main, "c3", 2), modelEdits(main));
  assert.deepEqual([main.run.source, main.model, main.parameters], ["page", original.model, parameters]);
  const before = model.layers.slice(0, model.layer("c3").index).map(({ name }) => name);
  for (const name of before) assert.equal(main.run.activations.get(name), run.activations.get(name), name);
  const { shape, data } = main.run.activations.get("c3");
  const places = shape[1] * shape[2];
  assert.ok(data.subarray(2 * places, 3 * places).every((value) => value === 0));
  assert.notDeepEqual(main.run.scores, run.scores);
  // The calculation is that of the layer's own value, in whose place 0 stands.
  const own = explain(main, { layer: "c3", at: [2, 1, 1] });
  assert.equal(own.value, explain(original, { layer: "c3", at: [2, 1, 1] }).value);
  assert.ok(Math.abs(evaluate(own.trace) - own.value) < 1e-5 && own.value !== 0);
  assert.equal(main.run.own.get("c3"), run.activations.get("c3"));
  // Colours stay those of the network as it was learned; another picture is run with the edit, too.
  assert.equal(colourRanges(store.state, main), colourRanges(store.state, original));
  choosePicture(store, { source: "sample", id: "b" });
  await settled();
  assert.deepEqual(modelEdits(store.state.scenes.main), store.state.edits);
  setTransform(store, { ...unchanged(), flip: 1 });
  await settled();
  assert.deepEqual(
    store.state.scenes.main.edits.map(({ target }) => target),
    ["input", "unit"],
  );
  setTransform(store, null);
  toggleUnit(store, place);
  await settled();
  assert.deepEqual([store.state.edits, store.state.scenes.original, store.state.run], [[], null, run]);
});

test("another kind and another number in the model make a scene of the model that has them", async () => {
  const { model, parameters, run } = recorded("deep").scene;
  const scene = { model, parameters, edits: [], picture: null, run };
  const found = await editedScene(scene, [
    { target: "operator", layer: "relu1", kind: "tanh", values: {} },
    { target: "parameter", layer: "scores", parameter: "bias", at: [1], change: "set", value: 3 },
  ]);
  assert.equal(found.model.layer("relu1").record.kind, "tanh");
  assert.equal(found.model.ending, model.ending);
  assert.equal(found.parameters.get("scores").bias.data[1], 3);
  assert.notEqual(parameters.get("scores").bias.data[1], 3);
  assert.equal(found.run.activations.get("norm1"), run.activations.get("norm1"));
  const at = [1, 2, 3];
  const { value, trace } = explain(found, { layer: "relu1", at });
  assert.ok(Math.abs(evaluate(trace) - value) < 1e-6, "and explains itself");
  // What overflows, and what the page does not know, the server is asked for, which says where.
  const most = { target: "parameter", layer: "scores", parameter: "weight", at: [], change: "scale", factor: 1e38 };
  assert.equal(await editedScene(scene, [most, most]), null);
  const large = { ...scene, model: { ...model, in_pieces: true } };
  const off = { target: "unit", layer: "c1", unit: 2, change: "set", value: 0 };
  assert.equal(await editedScene(large, [off]), null);
});

test("learned numbers that come in pieces are edited as they come, a unit's rows among them", () => {
  const model = tinyVgg();
  const ramp = (units) => ({ shape: [units, 2], data: Float32Array.from({ length: 2 * units }, (_, index) => index) });
  const pieces = new Map([
    ["conv_1_1", { weight: ramp(10) }],
    ["conv_1_2[3]", { weight: ramp(1) }],
    ["conv_1_2[4]", { weight: ramp(1) }],
  ]);
  const edits = parseEdits("conv_1_1.weight[1,0]=9;conv_1_2.weight[3,1]=7;conv_1_2[4]=0");
  const found = editedNumbers(model, pieces, edits);
  assert.deepEqual([...found.get("conv_1_1").weight.data.slice(0, 4)], [0, 1, 9, 3]);
  assert.deepEqual([...found.get("conv_1_2[3]").weight.data], [0, 7]);
  assert.equal(found.get("conv_1_2[4]"), pieces.get("conv_1_2[4]"));
  assert.deepEqual([...pieces.get("conv_1_2[3]").weight.data], [0, 1], "what was learned is never changed");
});
