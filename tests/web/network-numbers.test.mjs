// The inspector's numbers: statistics, arithmetic, receptive fields, contributions.
import assert from "node:assert/strict";
import { test } from "node:test";
import { kindOf } from "../../static/js/model/kinds.js";
import { cases } from "./support/fixtures.mjs";
import { parameterArithmetic, sizeArithmetic } from "../../static/js/model/arithmetic.js";
import { productsOf, sumsByOwner } from "../../static/js/model/contributions.js";
import { columnsOf, ownersOf } from "../../static/js/model/columns.js";
import { hyperparameters } from "../../static/js/model/hyperparameters.js";
import { shapeText } from "../../static/js/model/model.js";
import { regionsBehind, visiblePart } from "../../static/js/model/receptive-field.js";
import { condition, deviation, histogram, summarise, unitValues } from "../../static/js/model/statistics.js";
import { describe, random, randomModel, tinyVgg } from "./support/models.mjs";

test("a neuron of conv_1_2 has learned 10·9 + 1 = 91 numbers, its layer 910", () => {
  const model = tinyVgg();
  assert.deepEqual(parameterArithmetic(model.layer("conv_1_2")), {
    factors: [10, 9],
    bias: 1,
    perUnit: 91,
    units: 10,
    total: 910,
  });
  assert.deepEqual(parameterArithmetic(model.layer("output")), {
    factors: [1690],
    bias: 1,
    perUnit: 1691,
    units: 10,
    total: 16910,
  });
  assert.equal(parameterArithmetic(model.layer("relu_1_1")), null);
  assert.equal(model.parameter_count, 19920);
});

test("the arithmetic of sizes gives the shapes that the layers have, axis by axis", () => {
  for (let seed = 1; seed <= 30; seed++) {
    for (const layer of randomModel(seed).layers) {
      for (const { axis, result } of sizeArithmetic(layer)) {
        if (axis !== "width") assert.equal(result, layer.output_shape[1], `${layer.name} ${axis}`);
        if (axis !== "height") assert.equal(result, layer.output_shape[2], `${layer.name} ${axis}`);
      }
    }
  }
});

test("a window that does not divide is said to be rounded down, dilation is written out", () => {
  const model = describe(
    "d",
    [1, 10, 11],
    [{ name: "c", kind: "conv2d", filters: 1, kernel: [3, 3], stride: [2, 2], dilation: [2, 2], padding: [1, 1] }],
  );
  assert.deepEqual(sizeArithmetic(model.layers[0]), [
    { axis: "height", text: "⌊(10 − (2·(3 − 1) + 1) + 2·1) / 2⌋ + 1", result: 4, exact: false },
    { axis: "width", text: "⌊(11 − (2·(3 − 1) + 1) + 2·1) / 2⌋ + 1", result: 5, exact: true },
  ]);
});

/** What a written calculation with + − · and parentheses makes. */
function calculated(text) {
  const tokens = text.match(/\d+|[()·+−]/g);
  const factor = () => {
    const token = tokens.shift();
    if (token !== "(") return Number(token);
    const value = total();
    tokens.shift();
    return value;
  };
  const product = () => {
    let value = factor();
    while (tokens[0] === "·") value *= (tokens.shift(), factor());
    return value;
  };
  const total = () => {
    let value = product();
    while ("+−".includes(tokens[0] ?? " ")) value += tokens.shift() === "+" ? product() : -product();
    return value;
  };
  return total();
}

test("the sizes of a transposed convolution are what is written out", () => {
  const sides = {
    kernel: [3, 4],
    stride: [2, 2],
    padding: [
      [1, 1],
      [0, 2],
    ],
    output_padding: [1, 0],
    dilation: [1, 2],
  };
  const layer = { kind: "conv_transpose2d", input_shape: [2, 5, 6], output_shape: [3, 10, 15], ...sides };
  assert.deepEqual(sizeArithmetic({ ...layer, record: kindOf(layer.kind) }), [
    { axis: "height", text: "(5 − 1)·2 + 3 − 2·1 + 1", result: 10, exact: true },
    { axis: "width", text: "(6 − 1)·2 + (2·(4 − 1) + 1) − 0 − 2", result: 15, exact: true },
  ]);
  for (const recorded of cases().filter(({ kind }) => kind === layer.kind))
    for (const { axis, text } of sizeArithmetic(recorded.layer)) {
      const value = calculated(text);
      for (const [along, size] of [
        ["height", recorded.output.shape[1]],
        ["width", recorded.output.shape[2]],
      ])
        if (axis === along || axis === "both") assert.equal(value, size, `${recorded.name}: ${text}`);
    }
});

test("hyperparameters are listed for any kind, derived fields are not", () => {
  assert.deepEqual(hyperparameters(tinyVgg().layer("conv_1_1")), [
    { key: "filters", text: "10" },
    { key: "kernel", text: "3×3" },
    { key: "stride", text: "1" },
    { key: "padding", text: "0" },
    { key: "dilation", text: "1" },
  ]);
});

test("shapes are written height × width × depth", () => {
  assert.equal(shapeText([10, 62, 60]), "62×60×10");
  assert.equal(shapeText([10]), "10");
});

test("the regions behind a value of Tiny VGG grow 3, 5, 6, 10, 14, 16 pixels", () => {
  const model = tinyVgg();
  const side = (layer) => {
    const { top, bottom } = regionsBehind(model, { layer, unit: 0, at: [4, 4] }).at(-1);
    return bottom - top + 1;
  };
  assert.deepEqual(
    ["conv_1_1", "conv_1_2", "max_pool_1", "conv_2_1", "conv_2_2", "max_pool_2"].map(side),
    [3, 5, 6, 10, 14, 16],
  );
});

/** What a value depends on, found by asking every layer for the cells under its windows. */
function dependencies(model, index, cells) {
  const layer = model.layers[index];
  const window = layer.record.window(layer);
  if (!window) return cells;
  const found = new Set();
  for (const cell of cells) {
    const [row, column] = cell.split(",").map(Number);
    for (let u = 0; u < window.size[0]; u++)
      for (let v = 0; v < window.size[1]; v++) {
        const [i, j] = [
          row * window.stride[0] - window.padding[0] + u * window.dilation[0],
          column * window.stride[1] - window.padding[1] + v * window.dilation[1],
        ];
        if (i >= 0 && j >= 0 && i < layer.input_shape[1] && j < layer.input_shape[2]) found.add(`${i},${j}`);
      }
  }
  return found;
}

test("a region is the bounding box of what a value depends on, for random stacks of windows", () => {
  for (let seed = 1; seed <= 25; seed++) {
    const { whole, pick } = random(seed);
    const layers = [];
    for (let depth = whole(1, 4); depth > 0; depth--)
      layers.push({
        name: `l${depth}`,
        kind: pick(["conv2d", "avg_pool2d"]),
        filters: 2,
        kernel: [whole(1, 3), whole(1, 3)],
        window: [whole(1, 3), whole(1, 3)],
        stride: [whole(1, 2), whole(1, 2)],
        padding: [whole(0, 1), whole(0, 1)],
      });
    for (const layer of layers) if (layer.kind === "conv2d") layer.dilation = [whole(1, 2), whole(1, 2)];
    const model = describe("r", [2, 40, 40], layers);
    const last = model.layers.at(-1);
    const at = [whole(0, last.output_shape[1] - 1), whole(0, last.output_shape[2] - 1)];
    const regions = regionsBehind(model, { layer: last.name, unit: 0, at });
    let cells = new Set([at.join()]);
    for (let index = model.layers.length - 1; index >= 0; index--) {
      cells = dependencies(model, index, cells);
      const part = visiblePart(regions[model.layers.length - 1 - index]);
      if (cells.size === 0) continue; // all of it was padding
      const rows = [...cells].map((cell) => Number(cell.split(",")[0]));
      const columns = [...cells].map((cell) => Number(cell.split(",")[1]));
      assert.ok(part, `seed ${seed}`);
      // With gaps of dilation the box may reach over cells at the border that are not read themselves.
      assert.ok(
        part.top <= Math.min(...rows) &&
          part.bottom >= Math.max(...rows) &&
          part.left <= Math.min(...columns) &&
          part.right >= Math.max(...columns),
        `seed ${seed}, layer ${index}`,
      );
      if (
        layers.every(
          ({ dilation, stride, kernel, window, kind }) =>
            !dilation?.some((one) => one > 1) &&
            (kind === "conv2d" ? kernel : window).every((size, axis) => stride[axis] <= size),
        )
      ) {
        assert.deepEqual(
          part,
          {
            top: Math.min(...rows),
            left: Math.min(...columns),
            bottom: Math.max(...rows),
            right: Math.max(...columns),
          },
          `seed ${seed}, layer ${index}`,
        );
      }
    }
  }
});

test("an element of a flattened vector comes from one value of one map", () => {
  const model = tinyVgg();
  const [region] = regionsBehind(model, { layer: "flatten", unit: 3 * 169 + 2 * 13 + 5 });
  assert.deepEqual([region.layer, region.units, region.top, region.left], ["max_pool_2", { first: 3, count: 1 }, 2, 5]);
});

test("what the maps add to a score, with the bias, is the score", () => {
  const { normal } = random(3);
  const input = Float32Array.from({ length: 5 * 12 }, normal);
  const weight = { shape: [4, 60], data: Float32Array.from({ length: 240 }, normal) };
  const owners = Uint32Array.from({ length: 60 }, (_, index) => Math.floor(index / 12));
  for (let unit = 0; unit < 4; unit++) {
    const plain = input.reduce((sum, value, index) => sum + value * weight.data[unit * 60 + index], 0);
    const shares = sumsByOwner(productsOf(input, weight, unit), owners, 5);
    assert.equal(shares.length, 5);
    assert.ok(Math.abs(shares.reduce((a, b) => a + b, 0) - plain) < 1e-9);
  }
});

test("a unit that reads one unit reads that of its own index, or the map its value was flattened from", () => {
  const model = tinyVgg();
  const column = (name) => columnsOf(model).find((one) => one.name === name);
  for (const unit of [0, 3, 9])
    assert.deepEqual(column("relu_1_1").reads(unit), [{ from: "conv_1_1", first: unit, count: 1 }]);
  assert.deepEqual(column("conv_1_2").reads(4), [{ from: "relu_1_1", first: 0, count: 10 }]);
  assert.deepEqual(column("output").reads(4), [{ from: "max_pool_2", first: 0, count: 10 }]);
  const owners = ownersOf(model, column("output"));
  assert.equal(owners.length, 1690);
  assert.deepEqual(
    [0, 168, 169, 1689].map((element) => owners[element]),
    [0, 0, 1, 9],
  );
});

test("statistics are those of a plain loop", () => {
  const values = Float32Array.of(-2, 0, 0, 4);
  assert.deepEqual(summarise(values), { minimum: -2, maximum: 4, mean: 0.5, count: 4, zeros: 2 });
  assert.ok(Math.abs(deviation(values, 0.5) - Math.sqrt((2.5 ** 2 + 0.5 ** 2 + 0.5 ** 2 + 3.5 ** 2) / 4)) < 1e-12);
  assert.deepEqual([...histogram(values, -2, 4, 3)], [1, 2, 1]);
  assert.equal(
    histogram(Float32Array.of(5, 5), 5, 5, 4).reduce((a, b) => a + b, 0),
    2,
  );
  assert.deepEqual([...unitValues({ shape: [2, 1, 2], data: Float32Array.of(1, 2, 3, 4) }, 1)], [3, 4]);
});

test("a ReLU unit of zeros is silent, a sigmoid at its ends is saturated, others are neither", () => {
  assert.equal(condition(new Float32Array(4), { low: 0, high: null }), "silent");
  assert.equal(condition(Float32Array.of(0, 0, 0, 1e-9), { low: 0, high: null }), null);
  assert.equal(condition(Float32Array.of(0, 1, 1, 0.001), { low: 0, high: 1 }), "saturated");
  assert.equal(condition(Float32Array.of(0, 0.5, 0.5, 1), { low: 0, high: 1 }), null);
  assert.equal(condition(new Float32Array(4), null), null);
});
