// Legend, range and paint agree: one source, whatever is switched in whatever order.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { createStore } from "../../static/js/core/store.js";
import {
  ACTIVATIONS,
  GREY,
  inkOn,
  LOGITS,
  paintDiverging,
  paintSequential,
  partsOf,
  turnColours,
  WEIGHTS,
  ZERO,
} from "../../static/js/draw/colour.js";
import { columnsOf } from "../../static/js/model/columns.js";
import { limitOf, rangesOf } from "../../static/js/model/ranges.js";
import { sceneOf } from "../../static/js/model/scene.js";
import { magnitudeQuantile } from "../../static/js/model/statistics.js";
import { setScale, toggleLock } from "../../static/js/state/actions.js";
import { colourRanges } from "../../static/js/state/selectors.js";
import { derived, initialState } from "../../static/js/state/initial.js";
import { describe, minimal, random, randomModel, randomRun, tinyVgg } from "./support/models.mjs";

const model = tinyVgg();
const small = () =>
  describe(
    "small",
    [3, 12, 12],
    [
      { name: "a", kind: "conv2d", filters: 4, kernel: [3, 3] },
      { name: "b", kind: "relu" },
      { name: "p", kind: "max_pool2d", window: [2, 2], stride: [2, 2] },
      { name: "c", kind: "conv2d", filters: 3, kernel: [2, 2] },
    ],
  );
const run = randomRun(model, 7);

test("the quantile of magnitudes is the nearest rank of a plain sort", () => {
  for (let seed = 1; seed <= 40; seed++) {
    const { whole, normal, next } = random(seed);
    const arrays = Array.from({ length: whole(1, 3) }, () =>
      Float32Array.from({ length: whole(1, 500) }, () => (next() < 0.2 ? 0 : normal() * 10 ** whole(-20, 20))),
    );
    const quantile = next();
    const sorted = arrays
      .flatMap((array) => [...array])
      .map(Math.abs)
      .sort((a, b) => a - b);
    assert.equal(magnitudeQuantile(arrays, quantile), sorted[Math.max(0, Math.ceil(quantile * sorted.length) - 1)]);
  }
});

test("a few outliers do not leave a map pale, and a map with few values that are not 0 still has a range", () => {
  const values = Float32Array.from({ length: 1000 }, (_, index) => (index === 0 ? 1000 : 1));
  assert.equal(limitOf([values]), 1);
  assert.equal(limitOf([Float32Array.from({ length: 1000 }, (_, index) => (index === 0 ? 3 : 0))]), 3);
  assert.equal(limitOf([new Float32Array(10)]), 0);
});

test("at level layer a convolution shares its range with the activation and pooling after it", () => {
  const { groups, limit } = rangesOf(model, run, "layer");
  assert.deepEqual(
    groups.map(({ columns }) => columns),
    [
      ["conv_1_1", "relu_1_1"],
      ["conv_1_2", "relu_1_2", "max_pool_1"],
      ["conv_2_1", "relu_2_1"],
      ["conv_2_2", "relu_2_2", "max_pool_2"],
    ],
  );
  assert.equal(limit("conv_1_2", 0), limit("max_pool_1", 9));
});

test("at level module and network all layers of a group share one range", () => {
  assert.deepEqual(
    rangesOf(model, run, "module").groups.map(({ columns }) => columns.length),
    [5, 5],
  );
  assert.deepEqual(
    rangesOf(model, run, "network").groups.map(({ columns }) => columns.length),
    [10],
  );
});

test("at level unit each map has its own range", () => {
  const { groups, limit } = rangesOf(model, run, "unit");
  assert.deepEqual(
    groups.map((group) => group.limit),
    [null],
  );
  const tensor = run.activations.get("conv_2_1");
  for (let unit = 0; unit < 10; unit++)
    assert.equal(limit("conv_2_1", unit), limitOf([tensor.data.subarray(unit * 784, (unit + 1) * 784)]));
});

test("every coloured column of any model belongs to exactly one range, at every level", () => {
  for (let seed = 1; seed <= 8; seed++) {
    const odd = randomModel(seed);
    const coloured = columnsOf(odd)
      .filter(({ group }) => group >= 0)
      .map(({ name }) => name);
    for (const scale of ["unit", "layer", "module", "network"])
      assert.deepEqual(
        rangesOf(odd, randomRun(odd, seed), scale).groups.flatMap(({ columns }) => columns),
        coloured,
        `seed ${seed}, ${scale}`,
      );
  }
});

test("whatever is switched in whatever order, the ranges are those of the state and of nothing before it", () => {
  const models = [small(), minimal()];
  const runs = models.map((one) => [1, 2, 3].map((seed) => randomRun(one, seed, seed)));
  for (let seed = 1; seed <= 8; seed++) {
    const { pick, whole } = random(seed);
    const shows = (model, run) => ({ scenes: { main: { ...sceneOf(model), run }, original: null } });
    const store = createStore({ ...initialState(), ...shows(models[0], runs[0][0]) }, derived);
    let locked = null;
    for (let step = 0; step < 25; step++) {
      const which = models.indexOf(store.state.model);
      const act = whole(0, 3);
      if (act === 0) setScale(store, pick(["unit", "layer", "module", "network"]));
      else if (act === 1) store.update(shows(models[which], pick(runs[which])));
      else if (act === 2) {
        toggleLock(store);
        locked = store.state.lock ? store.state.run : null;
      } else {
        const next = pick([0, 1]);
        store.update(shows(models[next], pick(runs[next])));
      }
      const { state } = store;
      const source = locked && locked.model === state.model.id ? locked : state.run;
      const expected = rangesOf(state.model, source, state.scale);
      const shown = colourRanges(state, state.scenes.main);
      assert.deepEqual(shown.groups, expected.groups, `seed ${seed}, step ${step}`);
      for (const { name, group, units } of columnsOf(state.model))
        if (group >= 0)
          for (let unit = 0; unit < units; unit++) assert.equal(shown.limit(name, unit), expected.limit(name, unit));
    }
  }
});

test("no ranges are given before there is a run, and a lock of another model's scene holds nothing", () => {
  const state = initialState();
  assert.equal(colourRanges(state, null), null);
  assert.equal(colourRanges(state, sceneOf(model)), null);
  const other = { ...sceneOf(minimal()), run: randomRun(minimal(), 1) };
  const own = { ...sceneOf(model), run: randomRun(model, 2) };
  assert.deepEqual(
    colourRanges({ ...state, lock: other }, own).groups,
    colourRanges(state, own).groups,
    "ranges of the scene itself",
  );
});

const bytes = (pixel) => [...new Uint8Array(Uint32Array.of(pixel).buffer)];

test("0 is painted exactly white, negative values red, positive ones blue, those beyond in the end colour", () => {
  const out = new Uint32Array(7);
  paintDiverging(out, 0, Float32Array.of(0, -1, 1, -9, 9, -0.5, 0.5), 1, ACTIVATIONS);
  const [zero, minus, plus, below, above, red, blue] = [...out].map(bytes);
  assert.deepEqual(zero, [255, 255, 255, 255]);
  assert.deepEqual(below, minus);
  assert.deepEqual(above, plus);
  assert.ok(red[0] > red[2] + 80, "negative is red");
  assert.ok(blue[2] > blue[0] + 80, "positive is blue");
});

test("on a dark page 0 is the page's ground, values glow the more the larger they are, every colour has a readable ink", () => {
  const tokens = readFileSync(new URL("../../static/css/tokens.css", import.meta.url), "utf8");
  const [, ground] = /--ground: light-dark\(#\w+, #(\w+)\)/.exec(tokens);
  assert.deepEqual(
    ZERO.dark,
    ground.match(/../g).map((part) => parseInt(part, 16)),
  );
  const linear = (byte) => (byte <= 10 ? byte / 3294.6 : ((byte / 255 + 0.055) / 1.055) ** 2.4);
  const luminance = ([red, green, blue]) => 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
  const contrast = (a, b) => (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  for (const dark of [false, true]) {
    turnColours(dark);
    for (const scale of [ACTIVATIONS, WEIGHTS, LOGITS]) {
      assert.deepEqual(partsOf(scale.css(0)), [...ZERO[dark ? "dark" : "light"]]);
      for (const side of scale === LOGITS ? [1] : [-1, 1]) {
        const steps = Array.from({ length: 101 }, (_, step) => partsOf(scale.css((side * step) / 100)));
        const lights = steps.map(luminance);
        lights.slice(1).forEach((light, step) => {
          const grows = dark ? light - lights[step] : lights[step] - light;
          assert.ok(grows >= -0.004, `${dark} ${side} ${step}: ${lights[step]} → ${light}`);
        });
        assert.ok(contrast(lights[100], lights[0]) >= 3, "the end stands out from 0 (WCAG 1.4.11)");
        for (const colour of steps)
          assert.ok(contrast(luminance(colour), inkOn(colour) === "#fff" ? 1 : 0) >= 4.5, colour.join());
      }
    }
  }
  turnColours(false);
});

test("what is all 0 is painted white", () => {
  const out = new Uint32Array(3);
  paintDiverging(out, 0, new Float32Array(3), 0, ACTIVATIONS);
  assert.deepEqual([...out].map(bytes), Array(3).fill([255, 255, 255, 255]));
});

test("a legend's colours are those of the paint", () => {
  const values = Float32Array.from({ length: 255 }, (_, index) => (index - 127) / 127);
  const out = new Uint32Array(255);
  for (const scale of [ACTIVATIONS, WEIGHTS]) {
    paintDiverging(out, 0, values, 1, scale);
    out.forEach((pixel, index) => assert.equal(scale.css(values[index]), `rgb(${bytes(pixel).slice(0, 3).join(" ")})`));
  }
});

test("both arms of the diverging scales darken steadily, so that they read without hue", () => {
  const light = (css) => {
    const [r, g, b] = css.match(/\d+/g).map((part) => (part / 255) ** 2.2);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  for (const { css } of [ACTIVATIONS, WEIGHTS])
    for (const sign of [-1, 1])
      for (let share = 0.05; share <= 1; share += 0.05)
        assert.ok(light(css(sign * share)) < light(css(sign * (share - 0.05))) + 1e-9, `${sign * share}`);
});

test("an input channel spans its range from black to full", () => {
  const out = new Uint32Array(3);
  paintSequential(out, 0, Float32Array.of(0, 0.5, 1), 0, 1, GREY);
  assert.deepEqual(
    [...out].map((pixel) => bytes(pixel)[0]),
    [0, 128, 255],
  );
});
