// What the state asks for is loaded and run; late and failed answers spoil nothing.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Problem } from "../../static/js/api/client.js";
import { createStore } from "../../static/js/core/store.js";
import { chooseModel, choosePicture, retry, setTransform } from "../../static/js/state/actions.js";
import { follow } from "../../static/js/state/follow.js";
import { derived, initialState } from "../../static/js/state/initial.js";
import { createRuns, KEPT } from "../../static/js/state/runs.js";
import { unchanged } from "../../static/js/state/transform-text.js";
import { oneLayer, settled } from "./support/page.mjs";

/** Of a kind that the page cannot compute: every run is the server's. */
const DESCRIPTION = oneLayer("m", "mystery");
const SAMPLES = ["a", "b", "c"].map((id) => ({
  id,
  digest: `digest-${id}`,
  role: "clear",
  title: {},
  caption: {},
  class: null,
  url: "",
  thumbnail: "",
}));
const runOf = (name) => ({
  model: "m",
  input: { shape: [1, 2, 2], data: new Float32Array(4) },
  activations: new Map(),
  scores: [],
  preparation: null,
  note: null,
  name,
});

/** A server of which each run can be held back or refused. */
function fakeServer() {
  const asked = [];
  const waiting = new Map();
  const api = {
    asked,
    down: false,
    model: async (id) => {
      if (api.down) throw new Problem({ code: "server_unreachable" });
      if (id !== "m") throw new Problem({ code: "unknown_model", status: 404, params: { model: id } });
      return DESCRIPTION;
    },
    parameters: async () => new Map(),
    samples: async () => ({ samples: SAMPLES }),
    sampleRun: (model, id) => {
      asked.push(id);
      if (api.down) return Promise.reject(new Problem({ code: "server_unreachable" }));
      return new Promise((resolve, reject) => {
        waiting.set(id, { resolve: () => resolve(runOf(id)), reject });
        if (!api.held) resolve(runOf(id));
      });
    },
    runPicture: async (model, blob) => {
      if (blob.bad) throw new Problem({ code: "picture_damaged", status: 415, params: { format: "PNG" } });
      return runOf("own");
    },
    held: false,
    release: (id) => waiting.get(id).resolve(),
  };
  return api;
}

function page(patch = {}) {
  const api = fakeServer();
  const store = createStore({ ...initialState(), modelId: "m", ownReady: true, ...patch }, derived);
  follow({ store, api, runs: createRuns(api) });
  return { api, store };
}

test("the default picture of the default model is run", async () => {
  const { store } = page();
  await settled();
  assert.equal(store.state.run.name, "a");
  assert.equal(store.state.network, "ready");
  assert.deepEqual(store.state.scenes.main.picture, { source: "sample", id: "a" });
});

test("a late answer never replaces a newer one", async () => {
  const { api, store } = page();
  await settled();
  api.held = true;
  choosePicture(store, { source: "sample", id: "b" });
  await settled();
  choosePicture(store, { source: "sample", id: "c" });
  await settled();
  api.release("c");
  await settled();
  api.release("b");
  await settled();
  assert.equal(store.state.run.name, "c");
});

test("a run is asked for once", async () => {
  const { api, store } = page();
  await settled();
  for (const id of ["b", "a", "b"]) {
    choosePicture(store, { source: "sample", id });
    await settled();
  }
  assert.deepEqual(api.asked, ["a", "b"]);
});

test("a server that is gone keeps what is drawn, and cached pictures go on working", async () => {
  const { api, store } = page();
  await settled();
  choosePicture(store, { source: "sample", id: "b" });
  await settled();
  api.down = true;
  choosePicture(store, { source: "sample", id: "c" });
  await settled();
  assert.equal(store.state.offline, true);
  assert.equal(store.state.run.name, "b");
  choosePicture(store, { source: "sample", id: "a" });
  await settled();
  assert.equal(store.state.run.name, "a");
  choosePicture(store, { source: "sample", id: "c" });
  await settled();
  api.down = false;
  retry(store);
  await settled();
  assert.equal(store.state.run.name, "c");
  assert.equal(store.state.offline, false);
});

test("a page that starts without a server says so and recovers on retry", async () => {
  const { api, store } = page();
  api.down = true;
  await settled();
  assert.equal(store.state.network, "error");
  assert.equal(store.state.offline, true);
  api.down = false;
  retry(store);
  await settled();
  assert.equal(store.state.network, "ready");
});

/** A page with two models, the second without a gallery; its pictures come when they are released. */
function twoModels(modelId) {
  const api = fakeServer();
  let release = () => {};
  const pictures = async () => ({
    picturesFor: ({ id }) =>
      new Promise(
        (resolve) => (release = () => resolve([{ ...SAMPLES[0], id: `made-${id}`, blob: {}, role: "made" }])),
      ),
  });
  const model = async (id) => (id === "n" ? { ...oneLayer("n"), samples_default: null } : DESCRIPTION);
  const samples = async (id) => ({
    samples: id === "n" ? [{ ...SAMPLES[1], id: "lesson.b", role: "lesson" }] : SAMPLES,
  });
  const store = createStore({ ...initialState(), modelId, ownReady: true }, derived);
  follow({ store, api: { ...api, model, samples }, runs: createRuns({ ...api, model, samples }), pictures });
  return { api, store, release: () => release() };
}

test("a model without a gallery is shown with pictures that are made for it, and with those of lessons", async () => {
  const { store, release } = twoModels("n");
  await settled();
  release();
  await settled();
  assert.deepEqual(
    store.state.samples.map(({ id }) => id),
    ["made-n", "lesson.b"],
  );
  assert.deepEqual(store.state.scenes.main.picture, { source: "sample", id: "made-n" });
  assert.equal(store.state.run.name, "own"); // run by its bytes: the server does not know it
});

test("a model that is left before it is there does not come back", async () => {
  // Left for one that has to be loaded, and for one that is drawn already.
  for (const first of ["n", "m"]) {
    const { store, release } = twoModels(first);
    await settled();
    if (first === "m") chooseModel(store, "n");
    await settled();
    chooseModel(store, "m");
    await settled();
    release();
    await settled();
    const { model, modelId, picture, network, working, samples } = store.state;
    assert.deepEqual([model.id, modelId, network, working], ["m", "m", "ready", false], first);
    assert.deepEqual(picture, { source: "sample", id: "a" }, first);
    assert.equal(samples.length, SAMPLES.length, first);
  }
});

test("a refused picture is told of, and the one before is shown again", async () => {
  const bad = { digest: "f".repeat(64), name: "bad.png", blob: { bad: true }, thumbnail: "", crop: null };
  const { store } = page({ ownPictures: [bad] });
  await settled();
  choosePicture(store, { source: "own", id: bad.digest });
  await settled();
  assert.equal(store.state.problems[0].problem.code, "picture_damaged");
  assert.equal(store.state.problems[0].name, "bad.png");
  assert.deepEqual(store.state.picture, { source: "sample", id: "a" });
  assert.equal(store.state.run.name, "a");
});

test("a link to someone's own picture explains itself and shows the default", async () => {
  const { store } = page({ picture: { source: "own", id: "0".repeat(64) } });
  await settled();
  assert.equal(store.state.problems[0].problem.code, "own_picture_absent");
  assert.equal(store.state.run.name, "a");
});

test("a link to a picture that the gallery has no longer explains itself", async () => {
  const { store } = page({ picture: { source: "sample", id: "zebra" } });
  await settled();
  assert.deepEqual(store.state.problems[0].problem.params, { sample: "zebra" });
  assert.equal(store.state.run.name, "a");
});

test("an unknown model is said, and nothing pretends to be drawn", async () => {
  const { store } = page({ modelId: "nothing" });
  await settled();
  assert.equal(store.state.problem.code, "unknown_model");
  assert.equal(store.state.network, "error");
});

test("a model that cannot be loaded leaves the one that is drawn", async () => {
  const { api, store } = page();
  await settled();
  choosePicture(store, { source: "sample", id: "b" });
  await settled();
  chooseModel(store, "nothing");
  await settled();
  assert.equal(store.state.problems[0].problem.code, "unknown_model");
  assert.equal(store.state.modelId, "m");
  assert.equal(store.state.run.name, "b");
  assert.deepEqual(store.state.picture, { source: "sample", id: "b" });
  api.down = true;
  chooseModel(store, "m2");
  await settled();
  assert.equal(store.state.offline, true);
  assert.equal(store.state.run.name, "b");
});

const shifted = (pixels) => ({ ...unchanged(), shift_x: pixels });

test("while a slider is dragged the step on its way is drawn, then the newest; others are left out", async () => {
  const { api, store } = page();
  const steps = [];
  api.runInput = (model, input, signal) =>
    new Promise((resolve) => steps.push({ signal, done: () => resolve(runOf(`step ${steps.length}`)) }));
  await settled();
  for (let pixels = 1; pixels <= 5; pixels++) {
    setTransform(store, shifted(pixels));
    await settled();
  }
  assert.equal(steps.length, 1, "one at a time");
  steps[0].done();
  await settled();
  assert.equal(store.state.run.name, "step 1");
  assert.equal(steps[0].signal.aborted, false);
  assert.equal(steps.length, 2, "and then the newest");
  steps[1].done();
  await settled();
  assert.equal(store.state.run.name, "step 2");
  assert.equal(steps.length, 2);
  assert.equal(store.state.working, false);
});

test("a changed input keeps to the model's own range", async () => {
  let sent = null;
  const api = {
    ...fakeServer(),
    model: async () => ({ ...DESCRIPTION, input: { ...DESCRIPTION.input, range: [-1, 1] } }),
    sampleRun: async () => ({ ...runOf("a"), input: { shape: [1, 2, 2], data: Float32Array.of(-1, -0.5, 0, 1) } }),
    runInput: async (model, input) => ((sent = input.data), runOf("changed")),
  };
  const store = createStore({ ...initialState(), modelId: "m", ownReady: true }, derived);
  follow({ store, api, runs: createRuns(api) });
  await settled();
  setTransform(store, { ...unchanged(), flip: 1 });
  await settled();
  assert.deepEqual([...sent], [-0.5, -1, 1, 0]);
});

test("another picture, or the unchanged one, does not wait for a changed one", async () => {
  const { api, store } = page();
  const steps = [];
  api.runInput = (model, input, signal) =>
    new Promise((resolve) => steps.push({ signal, done: () => resolve(runOf("changed")) }));
  await settled();
  for (const leave of [() => setTransform(store, null), () => choosePicture(store, { source: "sample", id: "b" })]) {
    setTransform(store, shifted(3));
    await settled();
    leave();
    await settled();
    assert.equal(steps.at(-1).signal.aborted, true);
    const { name } = store.state.run;
    steps.at(-1).done();
    await settled();
    assert.equal(store.state.run.name, name);
    assert.equal(store.state.scenes.original, null);
  }
  assert.equal(store.state.run.name, "b");
  setTransform(store, shifted(4));
  await settled();
  steps.at(-1).done();
  await settled();
  assert.equal(store.state.run.name, "changed");
});

test("only so many runs are kept", async () => {
  const api = fakeServer();
  const runs = createRuns(api);
  const ask = (id) => runs.run({ model: DESCRIPTION, ref: { source: "sample", id }, sample: undefined });
  for (let index = 0; index <= KEPT; index++) await ask(String(index));
  await ask("0");
  assert.equal(api.asked.filter((id) => id === "0").length, 2);
  await ask(String(KEPT));
  assert.equal(api.asked.filter((id) => id === String(KEPT)).length, 1);
});
