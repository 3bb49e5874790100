// Seeded random models and runs, for properties that must hold for any network.
import { createModel } from "../../../static/js/model/kinds.js";

/** Mulberry32: a small seeded generator of numbers in 0–1. @param {number} seed */
export function random(seed) {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
  return {
    next,
    whole: (low, high) => low + Math.floor(next() * (high - low + 1)),
    pick: (items) => items[Math.floor(next() * items.length)],
    normal: () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
  };
}

const reach = (size, window, axis) =>
  Math.floor(
    (size + 2 * window.padding[axis] - window.dilation[axis] * (window.size[axis] - 1) - 1) / window.stride[axis],
  ) + 1;

/** A description from layers without shapes; shapes and counts are worked out here. */
export function describe(id, input, layers, channels = ["red", "green", "blue"].slice(0, input[0])) {
  let shape = input;
  const described = layers.map((layer) => {
    const before = shape;
    const pad = { stride: [1, 1], padding: [0, 0], dilation: [1, 1] };
    let parameters = {};
    if (layer.kind === "conv2d") {
      const full = { ...layer, ...pad, ...layer };
      const window = { size: layer.kernel, stride: full.stride, padding: full.padding, dilation: full.dilation };
      shape = [layer.filters, reach(before[1], window, 0), reach(before[2], window, 1)];
      parameters = { weight: [layer.filters, before[0], ...layer.kernel], bias: [layer.filters] };
      layer = full;
    } else if (layer.kind.startsWith("global_")) shape = [before[0]];
    else if (layer.kind.endsWith("pool2d")) {
      const full = { ...layer, ...pad, ...layer };
      const window = { size: layer.window, stride: full.stride, padding: full.padding, dilation: [1, 1] };
      shape = [before[0], reach(before[1], window, 0), reach(before[2], window, 1)];
      layer = full;
    } else if (layer.kind === "flatten") shape = [before.reduce((a, b) => a * b, 1)];
    else if (layer.kind === "dense") {
      shape = [layer.units];
      parameters = { weight: [layer.units, before[0]], bias: [layer.units] };
    }
    const count = Object.values(parameters).reduce((total, one) => total + one.reduce((a, b) => a * b, 1), 0);
    return { ...layer, output_shape: shape, parameters, parameter_count: count, receptive_field: null };
  });
  const classes =
    shape.length === 1
      ? Array.from({ length: shape[0] }, (_, index) => ({
          index,
          name: `class ${index}`,
          labels: { en: `class ${index}`, "zh-Hans": `类别 ${index}` },
        }))
      : [];
  return createModel({
    id,
    title: { en: id },
    digest: id,
    input: { shape: input, channels, range: [0, 1] },
    classes,
    parameter_count: described.reduce((total, { parameter_count: count }) => total + count, 0),
    layers: described,
    training: null,
    samples_default: null,
  });
}

const conv = (name, filters, more = {}) => ({ name, kind: "conv2d", filters, kernel: [3, 3], ...more });

export const tinyVgg = () =>
  describe(
    "tiny-vgg",
    [3, 64, 64],
    [
      conv("conv_1_1", 10),
      { name: "relu_1_1", kind: "relu" },
      conv("conv_1_2", 10),
      { name: "relu_1_2", kind: "relu" },
      { name: "max_pool_1", kind: "max_pool2d", window: [2, 2], stride: [2, 2] },
      conv("conv_2_1", 10),
      { name: "relu_2_1", kind: "relu" },
      conv("conv_2_2", 10),
      { name: "relu_2_2", kind: "relu" },
      { name: "max_pool_2", kind: "max_pool2d", window: [2, 2], stride: [2, 2] },
      { name: "flatten", kind: "flatten" },
      { name: "output", kind: "dense", units: 10 },
      { name: "softmax", kind: "softmax" },
    ],
  );

export const minimal = () =>
  describe(
    "minimal",
    [1, 8, 8],
    [conv("edges", 2), { name: "flat", kind: "flatten" }, { name: "scores", kind: "dense", units: 3 }],
    ["grey"],
  );

/**
 * A random sequential model: 1–64 channels, odd kernels, strides, pools, dense layers, sometimes a kind nobody knows.
 */
export function randomModel(seed) {
  const { whole, pick, next } = random(seed);
  const layers = [];
  let [channels, rows, columns] = [pick([1, 3, 3, 4]), whole(8, 96), whole(8, 96)];
  const input = [channels, rows, columns];
  const blocks = whole(1, 5);
  for (let block = 0; block < blocks && rows > 4 && columns > 4; block++) {
    for (let step = whole(1, 2); step > 0 && rows > 4 && columns > 4; step--) {
      const filters = pick([1, 2, 5, 10, 10, 16, 64]);
      layers.push({
        name: `c${layers.length}`,
        kind: "conv2d",
        filters,
        kernel: [whole(1, 3), whole(1, 3)],
        padding: [whole(0, 1), whole(0, 1)],
      });
      layers.push({
        name: pick(["a", "activation_with_a_long_name_"]) + layers.length,
        kind: pick(["relu", "leaky_relu", "sigmoid", "tanh", "mystery"]),
      });
      [rows, columns] = [rows - 3, columns - 3];
      channels = filters;
    }
    if (next() < 0.7) {
      layers.push({
        name: `p${layers.length}`,
        kind: pick(["max_pool2d", "avg_pool2d"]),
        window: [2, 2],
        stride: [2, 2],
      });
      [rows, columns] = [Math.floor(rows / 2), Math.floor(columns / 2)];
    }
  }
  if (next() < 0.8) {
    layers.push({ name: "flat", kind: "flatten" });
    if (next() < 0.4)
      layers.push({ name: "hidden", kind: "dense", units: pick([4, 16, 128]) }, { name: "hidden_relu", kind: "relu" });
    layers.push({ name: "scores", kind: "dense", units: pick([2, 10, 20, 200]) });
    if (next() < 0.7) layers.push({ name: "softmax", kind: "softmax" });
  }
  return describe(`random-${seed}`, input, layers);
}

/** A run with normal values; `spread` scales them. */
export function randomRun(model, seed, spread = 1) {
  const { normal, next } = random(seed);
  const tensor = (shape, make) => ({
    shape,
    data: Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, make),
  });
  const activations = new Map(
    model.layers.map(({ name, output_shape: shape, kind }) => [
      name,
      tensor(shape, () => (kind === "relu" ? Math.max(0, spread * normal()) : spread * normal())),
    ]),
  );
  return {
    model: model.id,
    input: tensor(model.input.shape, next),
    activations,
    scores: model.classes.map((_, index) => ({ class: index, logit: normal(), probability: 0.1 })),
    preparation: null,
    note: null,
  };
}
