// The tour: its steps in any model, where its words stand, what is asked, and what the browser remembers.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { createTranslator, signed } from "../../static/js/core/i18n.js";
import { initialState } from "../../static/js/state/initial.js";
import { FIELDS } from "../../static/js/state/address.js";
import { exists } from "../../static/js/state/view.js";
import { createTourMemory } from "../../static/js/features/tour/memory.js";
import { beside, isDeed, isRead, isSeen, stepAt, stepsFor } from "../../static/js/features/tour/course.js";
import { leastAt, liveliest } from "../../static/js/features/tour/landmarks.js";
import { networkTour } from "../../static/js/features/tour/network.js";
import { around, isSheet, overlap, placeBeside } from "../../static/js/features/tour/place.js";
import { predict } from "../../static/js/features/tour/predict.js";
import { STEPS } from "../../static/js/features/tour/steps.js";
import { RECORDED, recorded } from "./support/fixtures.mjs";
import { describe, minimal, random, tinyVgg } from "./support/models.mjs";

const ids = (steps) => steps.map(({ id }) => id);
const sceneOf = (id, state = {}) => {
  const { scene } = recorded(id);
  return {
    ...scene,
    state: { ...initialState(), model: scene.model, run: scene.run, parameters: scene.parameters, ...state },
  };
};

test("a model gets the steps that it has a layer for", () => {
  assert.deepEqual(ids(stepsFor(STEPS, tinyVgg())), [
    "picture",
    "pixels",
    "hover",
    "open",
    "kernel",
    "slide",
    "activation",
    "pooling",
    "score",
    "softmax",
    "trail",
    "pixel",
    "end",
  ]);
  assert.deepEqual(ids(stepsFor(STEPS, minimal())), [
    "picture",
    "pixels",
    "hover",
    "open",
    "kernel",
    "slide",
    "score",
    "trail",
    "pixel",
    "end",
  ]);
  const maps = describe("maps", [5, 6, 6], [{ name: "only", kind: "relu" }], []);
  assert.deepEqual(ids(stepsFor(STEPS, maps)), ["pixels", "activation", "end"]);
});

test("every step has its words in both languages, with all that they mention", () => {
  for (const language of ["en", "zh-Hans"]) {
    const words = Object.assign(
      {},
      ...["common", "network", "tour", "views"].map((area) =>
        JSON.parse(readFileSync(new URL(`../../static/i18n/${language}/${area}.json`, import.meta.url), "utf8")),
      ),
    );
    const tour = networkTour(createTranslator(language, words));
    for (const id of RECORDED) {
      const scene = sceneOf(id);
      for (const step of stepsFor(STEPS, scene.model)) {
        const { text, todo } = tour.words(step, scene);
        const question = tour.question(step, scene);
        const said = [
          tour.name(step).text,
          text.text,
          todo ?? "",
          ...(question
            ? [question.ask.text, question.reveal, ...question.choices.flatMap((choice) => [choice.text, choice.said])]
            : []),
        ];
        for (const line of said)
          assert.doesNotMatch(line, /[{}]|tour\.|views\.|undefined|NaN/, `${language} ${id} ${step.id}`);
        assert.equal(isRead(step), todo === null, `${step.id}: what can be done is said, and only that`);
      }
    }
  }
});

test("a step that the model has not leads to the next one that it has", () => {
  const there = stepsFor(STEPS, minimal());
  assert.equal(stepAt(STEPS, there, "activation").id, "score");
  assert.equal(stepAt(STEPS, there, "nonsense").id, "picture");
  assert.equal(stepAt(STEPS, there, null).id, "picture");
  assert.equal(stepAt(STEPS, [], "score"), null);
  assert.equal(beside(there, there[0], -1), null);
  assert.equal(beside(there, there[0], 1).id, "pixels");
  assert.equal(beside(there, there.at(-1), 1), null);
});

test("each step brings its subject about, from the map and from any other step's view", () => {
  for (const id of RECORDED) {
    const { model } = sceneOf(id);
    const steps = stepsFor(STEPS, model);
    const ends = steps.map((step) => step.prepare(sceneOf(id))?.view ?? null);
    for (const view of [null, ...ends])
      for (const step of steps) {
        const scene = sceneOf(id, { view, panel: "transform" });
        const after = { ...scene.state, ...step.prepare(scene) };
        assert.deepEqual(
          { ...after, ...step.prepare({ ...scene, state: after }) },
          after,
          `${step.id}: once it is there, nothing is left to change`,
        );
        assert.ok(after.panel === null, `${step.id}: no panel lies over it`);
        if (after.view) assert.ok(exists(model, after.view), `${step.id}: it is a place of this model`);
      }
  }
});

test("of many classes the one that leads is brought to where it is shown", () => {
  const step = STEPS.find(({ id }) => id === "score");
  const many = describe(
    "many",
    [1, 2, 2],
    [
      { name: "flat", kind: "flatten" },
      { name: "out", kind: "dense", units: 40 },
    ],
  );
  assert.deepEqual(step.prepare({ ...sceneOf("deep"), model: many }), { order: "score" });
  assert.equal(step.prepare({ ...sceneOf("deep", { order: "score" }), model: many }), null);
  assert.equal(step.prepare(sceneOf("deep")), null);
});

test("looking at a map of the first convolution counts, looking at another layer does not", () => {
  const step = STEPS.find(({ id }) => id === "hover");
  const scene = sceneOf("deep");
  const entered = scene.state;
  const seen = (patch) => isSeen(step, { ...scene, state: { ...entered, ...patch } }, entered);
  assert.equal(seen({ hover: { layer: "c1", unit: 2 } }), true);
  assert.equal(seen({ selection: { layer: "c1", unit: 0 } }), true);
  assert.equal(seen({ hover: { layer: "c2", unit: 2 } }), false);
  assert.equal(seen({}), false);
});

test("a deed counts only where the step asks for it, and for keys only the right ones", () => {
  const step = STEPS.find(({ id }) => id === "slide");
  const within = (wanted) => (selector) => selector === wanted;
  const [buttons, maps] = step.deeds.map(({ within: selector }) => selector);
  assert.equal(isDeed(step, { type: "click", matches: within(buttons) }), true);
  assert.equal(isDeed(step, { type: "keydown", key: "ArrowLeft", matches: within(maps) }), true);
  assert.equal(isDeed(step, { type: "keydown", key: "a", matches: within(maps) }), false);
  assert.equal(isDeed(step, { type: "click", matches: () => false }), false);
  assert.equal(
    isDeed(
      STEPS.find(({ id }) => id === "end"),
      { type: "click", matches: () => true },
    ),
    false,
  );
});

test("what is asked is this run's own, and one answer is right", () => {
  const { model, run } = sceneOf("deep");
  for (let unit = 0; unit < 6; unit++) {
    const asked = predict(model, run, unit);
    if (!asked) continue;
    const [row, column] = asked.from.at;
    const shape = run.activations.get("c1").shape;
    const index = (unit * shape[1] + row) * shape[2] + column;
    assert.equal(asked.x, run.activations.get("c1").data[index]);
    assert.equal(asked.y, run.activations.get("leaky1").data[index]);
    assert.deepEqual(
      asked.choices.filter(({ id }) => id === "right").map(({ value }) => value),
      [asked.y],
    );
    assert.equal(
      new Set(asked.choices.map(({ value }) => signed(value + 0))).size,
      asked.choices.length,
      "no two look alike",
    );
    assert.deepEqual(
      asked.choices.map(({ value }) => value),
      asked.choices.map(({ value }) => value).sort((a, b) => a - b),
    );
  }
  assert.equal(predict(minimal(), run), null);
});

test("the liveliest unit holds the value of largest size, the least value is found in its map", () => {
  const tensor = { shape: [3, 2, 2], data: Float32Array.of(0, 1, 2, 3, -9, 1, 0, 2, 5, 5, 5, 4) };
  assert.equal(liveliest(tensor), 1);
  assert.deepEqual(leastAt(tensor, 1), [0, 0]);
  assert.deepEqual(leastAt(tensor, 2), [1, 1]);
});

test("words stand inside the window and beside what they speak of wherever there is room", () => {
  const { whole } = random(7);
  for (let round = 0; round < 2000; round++) {
    const window = { width: whole(768, 2000), height: whole(520, 1400) };
    const target = {
      left: whole(-50, window.width),
      top: whole(-50, window.height),
      width: whole(4, window.width),
      height: whole(4, window.height),
    };
    const size = { width: 368, height: whole(180, 420) };
    const place = placeBeside(
      target,
      size,
      window,
      round % 2
        ? { left: whole(0, window.width), top: whole(0, window.height), width: whole(4, 900), height: whole(4, 900) }
        : null,
    );
    const box = { left: place.left, top: place.top, ...size };
    assert.ok(
      box.left >= 12 &&
        box.left + size.width <= window.width - 11 &&
        box.top >= 12 &&
        box.top + size.height <= window.height - 11,
      "inside",
    );
    if (place.beside) assert.equal(overlap(box, target), 0, "beside is not over");
    const room =
      [target.left - 40, window.width - target.left - target.width - 40].some((free) => free >= size.width + 12) ||
      [target.top - 40, window.height - target.top - target.height - 40].some((free) => free >= size.height + 12);
    if (room) assert.ok(place.beside, `there was room: ${JSON.stringify({ window, target, size })}`);
  }
});

test("words never lie over what has the focus where another place is left", () => {
  const { whole } = random(11);
  const window = { width: 1440, height: 900 };
  const size = { width: 368, height: 300 };
  for (let round = 0; round < 2000; round++) {
    const target =
      round % 4 ? { left: whole(0, 1200), top: whole(0, 700), width: whole(4, 400), height: whole(4, 300) } : null;
    const focus = { left: whole(0, 1380), top: whole(0, 840), width: whole(24, 120), height: whole(24, 120) };
    const { left, top } = placeBeside(target, size, window, null, focus);
    assert.equal(overlap({ left, top, ...size }, focus), 0, JSON.stringify({ target, focus, left, top }));
  }
});

test("narrow and low windows have a sheet", () => {
  assert.ok(isSheet({ width: 390, height: 844 }) && isSheet({ width: 844, height: 390 }));
  assert.ok(!isSheet({ width: 1024, height: 768 }));
  assert.equal(around([]), null);
  assert.deepEqual(
    around([
      { left: 1, top: 2, width: 3, height: 4 },
      { left: 0, top: 5, width: 1, height: 9 },
    ]),
    { left: 0, top: 2, width: 4, height: 12 },
  );
});

const shelf = (text = null) => {
  const kept = new Map(text === null ? [] : [["cnn-loupe-tour", text]]);
  return { getItem: (key) => kept.get(key) ?? null, setItem: (key, value) => void kept.set(key, value), kept };
};

test("a browser remembers the offer, the step, and what was done, until the tour is finished", () => {
  const storage = shelf();
  const memory = createTourMemory(storage);
  assert.deepEqual([memory.offered, memory.at("network"), [...memory.done("network")]], [false, null, []]);
  memory.reach("network", "open");
  memory.complete("network", "hover");
  memory.complete("network", "hover");
  const later = createTourMemory(storage);
  assert.deepEqual([later.offered, later.at("network"), [...later.done("network")]], [true, "open", ["hover"]]);
  assert.equal(later.at("other"), null);
  later.forget("network");
  assert.deepEqual([createTourMemory(storage).at("network"), createTourMemory(storage).offered], [null, true]);
});

test("what the offer leaves behind is read as an offer", () => {
  assert.equal(createTourMemory(shelf('{"offered":true}')).offered, true);
});

test("a storage that is full, forbidden or spoilt stops nothing", () => {
  for (const text of ["", "nonsense", "[]", "7", '{"at": 3, "done": {"network": "x"}}', '{"at": {"network": 4}}']) {
    const memory = createTourMemory(shelf(text));
    assert.deepEqual([memory.offered, memory.at("network"), [...memory.done("network")]], [false, null, []], text);
  }
  const full = createTourMemory({
    getItem: () => null,
    setItem: () => {
      throw new Error("full");
    },
  });
  full.reach("network", "open");
  assert.equal(full.at("network"), "open");
  const none = createTourMemory(null);
  none.complete("network", "open");
  assert.ok(none.done("network").has("open"));
});

test("the address carries the tour and its step, and refuses what is none", () => {
  const field = FIELDS.find(({ parameter }) => parameter === "tour");
  for (const [text, tour] of [
    ["network:open", { id: "network", step: "open" }],
    ["edges", { id: "edges", step: "" }],
    ["my-lesson:12", { id: "my-lesson", step: "12" }],
  ]) {
    assert.deepEqual(field.parse(text), { tour });
    assert.equal(field.format({ ...initialState(), tour }), text);
  }
  for (const text of ["", ":open", "A", "a b", "a:", "a:b:c", `a${"b".repeat(40)}`, "<b>"])
    assert.equal(field.parse(text), null, text);
  assert.equal(field.format(initialState()), null);
});
