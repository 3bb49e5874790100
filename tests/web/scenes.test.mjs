// What is shown: scenes, the fields of the state that follow from the main one, and what happens to them with time.
import assert from "node:assert/strict";
import { test } from "node:test";
import { createHistory } from "../../static/js/core/history.js";
import { createStore } from "../../static/js/core/store.js";
import { Problem } from "../../static/js/api/client.js";
import { formatEdits, parseEdits } from "../../static/js/model/edits.js";
import { isWhole, NO_SCENES, sceneOf, unedited, withShared } from "../../static/js/model/scene.js";
import { chooseModel, choosePicture, setTransform, toggleLock } from "../../static/js/state/actions.js";
import { follow } from "../../static/js/state/follow.js";
import { derived, initialState } from "../../static/js/state/initial.js";
import { createRuns } from "../../static/js/state/runs.js";
import { unchanged } from "../../static/js/state/transform-text.js";
import { minimal, randomRun, tinyVgg } from "./support/models.mjs";
import { oneLayer, settled } from "./support/page.mjs";

const LEARNED = new Map([["relu", {}]]);

/** A page whose server lets parameters and runs wait as long as a test wants. */
function page() {
  /** @type {Record<string, ((value: void) => void)[]>} */
  const waiting = { parameters: [], runs: [] };
  const hold = { parameters: false, runs: false };
  const when = (what) => (hold[what] ? new Promise((resolve) => waiting[what].push(resolve)) : Promise.resolve());
  const run = (of, input = { shape: [1, 2, 2], data: Float32Array.of(0, 0.25, 0.5, 1) }) => ({
    model: "m",
    of,
    input,
    activations: new Map(),
    scores: [],
  });
  const api = {
    model: async (id) => oneLayer(id),
    samples: async () => ({ samples: [{ id: "a" }, { id: "b" }] }),
    parameters: () => when("parameters").then(() => LEARNED),
    sampleRun: (model, id) => when("runs").then(() => run(`${model} ${id}`)),
    runInput: (model, input, signal, edits) =>
      when("runs").then(() => {
        if (edits?.includes("relu[9]=0")) throw new Problem({ code: "unknown_unit", status: 422 });
        return run(edits ? `edited ${edits.join(" ")}` : "changed", input);
      }),
  };
  const store = createStore({ ...initialState(), modelId: "m", ownReady: true }, derived);
  follow({ store, api, runs: createRuns(api) });
  const release = async (what) => {
    hold[what] = false;
    for (const go of waiting[what].splice(0)) go();
    await settled();
  };
  return { store, hold, release };
}

test("the top of the state says what the main scene has, and nobody can say otherwise", () => {
  const store = createStore(initialState(), derived);
  assert.deepEqual([store.state.model, store.state.parameters, store.state.run], [null, null, null]);
  const model = minimal();
  const run = randomRun(model, 1);
  store.update({ scenes: { ...NO_SCENES, main: { ...sceneOf(model), run } } });
  assert.equal(store.state.model, model);
  assert.equal(store.state.run, run);
  store.update({ run: null });
  assert.equal(store.state.run, run);
});

test("a scene is whole once there are a run and what the model has learned", () => {
  const scene = sceneOf(minimal());
  assert.equal(isWhole(null), false);
  assert.equal(isWhole(scene), false);
  assert.equal(isWhole({ ...scene, run: randomRun(scene.model, 1) }), false);
  assert.equal(isWhole({ ...scene, run: randomRun(scene.model, 1), parameters: new Map() }), true);
});

test("what a model has learned belongs to all scenes of that model and to no other", () => {
  const [model, other] = [minimal(), tinyVgg()];
  const parameters = new Map();
  const scenes = { main: sceneOf(model), original: sceneOf(other) };
  const found = withShared(scenes, model, { parameters });
  assert.equal(found.main.parameters, parameters);
  assert.equal(found.original, scenes.original);
  assert.equal(scenes.main.parameters, null, "a scene is never changed");
});

test("a picture makes a scene without edits; a transform makes one with an edit, beside the original", async () => {
  const { store } = page();
  await settled();
  const plain = store.state.scenes.main;
  assert.deepEqual([plain.picture, plain.edits, plain.run.of], [{ source: "sample", id: "a" }, [], "m a"]);
  assert.equal(store.state.scenes.original, null);
  assert.equal(unedited(store.state.scenes), plain);

  const transform = { ...unchanged(), flip: 1 };
  setTransform(store, transform);
  await settled();
  const { main, original } = store.state.scenes;
  assert.deepEqual(main.edits, [{ target: "input", transform }]);
  assert.deepEqual([...main.run.input.data], [0.25, 0, 1, 0.5]);
  assert.equal(original.run, plain.run);
  assert.deepEqual(original.edits, []);
  assert.equal(main.picture, original.picture);
  assert.equal(unedited(store.state.scenes), original);
  assert.equal(main.parameters, LEARNED);
  assert.equal(original.parameters, LEARNED);

  setTransform(store, null);
  await settled();
  assert.equal(store.state.scenes.original, null);
  assert.equal(store.state.run, plain.run);
});

test("edits make a scene of the changed network, and without them the very run from before is there again", async () => {
  const { store } = page();
  await settled();
  const plain = store.state.scenes.main;
  const history = createHistory(store);
  const edit = (text) =>
    history.record({ name: text, words: text }, ["edits"], () => store.update({ edits: parseEdits(text) }));
  edit("relu:tanh;relu[0]*2");
  await settled();
  const { main, original } = store.state.scenes;
  assert.equal(formatEdits(main.edits), "relu:tanh;relu[0]*2");
  assert.equal(main.run.source, "page");
  assert.deepEqual(
    [...main.run.activations.get("relu").data],
    [0, 0.25, 0.5, 1].map((value) => Math.fround(2 * Math.fround(Math.tanh(value)))),
  );
  assert.deepEqual([main.model.layer("relu").kind, original.model.layer("relu").kind], ["tanh", "relu"]);
  edit("relu:tanh;relu[0]*3");
  await settled();
  assert.equal(store.state.model, main.model, "the same model for the same kinds");
  history.undo();
  history.undo();
  await settled();
  assert.equal(store.state.run, plain.run);
  assert.equal(store.state.scenes.original, null);
  history.redo();
  await settled();
  assert.deepEqual(store.state.run.activations, main.run.activations);
});

test("what an edit takes from the gallery, and what does not fit, is for the server", async () => {
  const { store } = page();
  await settled();
  store.update({ edits: parseEdits("relu[0]=mean") });
  await settled();
  assert.equal(store.state.run.of, "edited relu[0]=mean");
  assert.equal(store.state.scenes.original.run.of, "m a");
  store.update({ edits: parseEdits("relu[9]=0") });
  await settled();
  assert.deepEqual(
    store.state.problems.map(({ problem }) => problem.code),
    ["unknown_unit"],
  );
  assert.equal(formatEdits(store.state.edits), "relu[0]=mean", "what is drawn stays");
  assert.equal(store.state.run.of, "edited relu[0]=mean");
  chooseModel(store, "n");
  await settled();
  assert.deepEqual([store.state.edits.length, store.state.run.of], [0, "n a"], "another model is not changed");
});

test("what the model has learned reaches every scene, whichever came first", async () => {
  const { store, hold, release } = page();
  hold.parameters = true;
  await settled();
  assert.equal(isWhole(store.state.scenes.main), false);
  setTransform(store, { ...unchanged(), flip: 1 });
  await settled();
  await release("parameters");
  assert.ok(isWhole(store.state.scenes.main) && isWhole(store.state.scenes.original));
  choosePicture(store, { source: "sample", id: "b" });
  await settled();
  assert.equal(store.state.run.of, "m b");
  assert.equal(store.state.parameters, LEARNED);
});

test("a run of a model that was left meanwhile is never shown with the next one", async () => {
  const { store, hold, release } = page();
  await settled();
  hold.runs = true;
  choosePicture(store, { source: "sample", id: "b" });
  await settled();
  chooseModel(store, "n");
  await settled();
  await release("runs");
  assert.equal(store.state.model.id, "n");
  assert.equal(store.state.run.of, "n a");
});

test("a lock keeps the scene that was drawn, and undoing restores that one", async () => {
  const { store } = page();
  await settled();
  const first = store.state.scenes.main;
  const history = createHistory(store);
  toggleLock(store);
  choosePicture(store, { source: "sample", id: "b" });
  await settled();
  assert.equal(store.state.lock, first);
  history.record({ name: "lock-scale", words: "" }, ["lock"], () => toggleLock(store));
  assert.equal(store.state.lock, null);
  history.undo();
  assert.equal(store.state.lock, first);
  assert.equal(store.state.run.of, "m b", "what is drawn stays");
  chooseModel(store, "n");
  assert.equal(store.state.lock, null);
});
