// Presentation mode: its address, the size of its type, its steps, its overlay.
import assert from "node:assert/strict";
import { test } from "node:test";
import { readAddress, writeAddress } from "../../static/js/core/url-state.js";
import { captionOf, captionOfNumber } from "../../static/js/features/present/caption.js";
import { textSize } from "../../static/js/features/present/size.js";
import { beside } from "../../static/js/features/present/steps.js";
import { ADDRESSED, FIELDS, step } from "../../static/js/state/address.js";
import { initialState } from "../../static/js/state/initial.js";
import { CONTROLS, formatPresent, parsePresent, USUAL } from "../../static/js/state/present.js";
import { minimal, tinyVgg } from "./support/models.mjs";

const presenting = (more = {}) => ({ ...initialState(), model: tinyVgg(), present: USUAL, ...more });

test("what is shown is read back as it was written, whatever its order", () => {
  for (let chosen = 0; chosen < 1 << 8; chosen++) {
    const some = CONTROLS.filter((_, index) => chosen & (1 << index % 8));
    assert.deepEqual(parsePresent(formatPresent([...some].reverse())), some);
  }
  assert.equal(formatPresent(USUAL), "1");
  assert.equal(formatPresent([]), "none");
  assert.deepEqual(parsePresent("keys,caption,keys"), ["caption", "keys"]);
});

test("a control that does not exist makes the whole parameter void", () => {
  for (const text of [
    "",
    "0",
    "true",
    "caption,",
    ",caption",
    "caption,everything",
    "Caption",
    "none,caption",
    "1,caption",
    "__proto__",
  ]) {
    assert.equal(parsePresent(text), null, text);
    assert.deepEqual(readAddress(FIELDS, `?present=${text}&details=0`), {
      patch: { details: false },
      ignored: ["present"],
    });
  }
});

test("the address carries it, Back leaves it, and choosing controls is no step", () => {
  const address = (/** @type {string[] | null} */ present) => writeAddress(FIELDS, { ...initialState(), present });
  assert.equal(address(USUAL), "?present=1");
  assert.equal(address(null), "");
  assert.equal(address(["caption", "learn"]), "?present=caption,learn");
  assert.ok(ADDRESSED.includes("present"));
  assert.notEqual(step(presenting()), step(presenting({ present: null })));
  assert.equal(step(presenting()), step(presenting({ present: [] })));
});

test("type is at least 20 of 720 lines high, at any size of projector, and never smaller than usual", () => {
  const smallest = 12;
  for (const height of [720, 800, 1080, 1440, 2160]) {
    const width = (height * 16) / 9;
    assert.ok(Math.abs((smallest * textSize({ width, height }) * 720) / height - 20) < 1e-9, String(height));
  }
  assert.ok(textSize({ width: 390, height: 844 }) > 1);
  // The angle that 20 lines subtend, of letters 0.7 of the type's size, from four times the picture's height.
  const minutes = (Math.atan((0.7 * 20) / 720 / 4) * 180 * 60) / Math.PI;
  assert.ok(minutes > 16 && minutes < 17.5, String(minutes));
});

test("steps go along the map's columns, and in an opened view along all layers", () => {
  const at = (place, more = {}) => presenting({ hover: place, ...more });
  assert.deepEqual(beside(presenting(), "layer", 1), { layer: "input", unit: 0 });
  assert.deepEqual(beside(presenting(), "layer", -1), { layer: "output", unit: 0 });
  assert.deepEqual(beside(presenting(), "neuron", 1), { layer: "conv_1_1", unit: 0 });
  assert.deepEqual(beside(at({ layer: "input", unit: 2 }), "layer", 1), { layer: "conv_1_1", unit: 2 });
  assert.equal(beside(at({ layer: "input", unit: 2 }), "layer", -1), null);
  assert.equal(beside(at({ layer: "output", unit: 2 }), "layer", 1), null);
  assert.deepEqual(beside(at({ layer: "conv_1_1", unit: 7 }), "layer", -1), { layer: "input", unit: 2 });
  assert.equal(beside(at({ layer: "conv_1_1", unit: 9 }), "neuron", 1).unit, 0);
  assert.equal(beside(at({ layer: "conv_1_1", unit: 0 }), "neuron", -1).unit, 9);
  assert.deepEqual(beside(at({ layer: "max_pool_2", unit: 3 }), "layer", 1), { layer: "output", unit: 3 });
  const opened = (view) => presenting({ view });
  assert.deepEqual(beside(opened({ name: "pooling", layer: "max_pool_2", unit: 3, at: [1, 2] }), "layer", 1), {
    layer: "flatten",
    unit: 3,
  });
  assert.deepEqual(beside(opened({ name: "pooling", layer: "max_pool_2", unit: 3, at: [1, 2] }), "neuron", 1), {
    layer: "max_pool_2",
    unit: 4,
    at: [1, 2],
  });
  assert.equal(beside(opened({ name: "softmax", layer: "softmax", unit: 3 }), "layer", 1), null);
});

test("classes that are sorted by score are stepped through as they stand", () => {
  const model = tinyVgg();
  const scores = Array.from({ length: 10 }, (_, index) => ({
    class: index,
    probability: index === 4 ? 0.9 : 0.01 * index,
    logit: index,
  }));
  const state = presenting({
    model,
    order: "score",
    run: { model: model.id, scores },
    hover: { layer: "output", unit: 4 },
  });
  assert.equal(beside(state, "neuron", 1).unit, 9);
  assert.equal(beside({ ...state, order: "class" }, "neuron", 1).unit, 5);
});

test("the caption says what is pointed at, else what the network answers", () => {
  const model = minimal();
  const i18n = { t: (key) => key, label: ({ en }) => en, value: String, percent: (value) => `${100 * value}%` };
  const [first] = model.layers;
  const data = new Float32Array(first.output_shape.reduce((a, b) => a * b));
  data[0] = -2;
  data[data.length / first.output_shape[0] - 1] = 5;
  const scores = model.classes.map((_, index) => ({
    class: index,
    probability: index === 1 ? 0.75 : 0.25,
    logit: index,
  }));
  const state = {
    ...initialState(),
    model,
    run: { model: model.id, scores, activations: new Map([[first.name, { shape: first.output_shape, data }]]) },
  };
  assert.deepEqual(
    captionOf(state, i18n).amounts.map(({ value }) => value),
    [0.75],
  );
  const unit = captionOf({ ...state, hover: { layer: first.name, unit: 0 } }, i18n);
  assert.equal(unit.name, `${first.name}[0]`);
  assert.deepEqual(
    unit.amounts.slice(0, 2).map(({ value }) => value),
    [-2, 5],
  );
  const value = captionOf({ ...state, hover: { layer: first.name, unit: 0, at: [0, 0] } }, i18n);
  assert.deepEqual([value.name, value.amounts[0].value], [`${first.name}[0, 0, 0]`, -2]);
  assert.deepEqual(captionOfNumber({ place: "conv[1,2,3]", value: 0.5 }, i18n).name, "conv[1, 2, 3]");
  assert.equal(captionOf({ ...state, run: null }, i18n), null);
});
