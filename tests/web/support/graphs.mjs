// Models with branches: shaped like those that people have, and random ones. Shapes are worked out here, as far as
// layout, blocks and receptive fields need them.
import { createModel } from "../../../static/js/model/kinds.js";
import { random } from "./models.mjs";

const half = (size) => Math.ceil(size / 2);

/** A description from layers without shapes; `inputs` as in the format, absent for the layer before. */
export function describeGraph(id, input, layers) {
  const shapes = new Map([["input", input]]);
  let before = "input";
  const described = layers.map((layer) => {
    const read = (layer.inputs ?? [before]).map((name) => shapes.get(name));
    const [channels, rows, columns] = read[0];
    const { stride = [1, 1], filters, units, kind } = layer;
    const smaller = (depth) => [
      depth,
      ...[rows, columns].map((size, axis) => (stride[axis] === 2 ? half(size) : size)),
    ];
    const shape = {
      conv2d: () => smaller(filters),
      max_pool2d: () => smaller(channels),
      avg_pool2d: () => smaller(channels),
      concat: () => [read.reduce((sum, [one]) => sum + one, 0), ...read[0].slice(1)],
      global_avg_pool2d: () => [channels],
      flatten: () => [read[0].reduce((a, b) => a * b, 1)],
      dense: () => [units],
    }[kind];
    const output = shape ? shape() : read[0];
    shapes.set(layer.name, output);
    before = layer.name;
    const parameters = kind === "dense" ? { weight: [units, channels], bias: [units] } : {};
    const counted =
      kind === "conv2d"
        ? filters * (channels / (layer.groups ?? 1)) * 9
        : kind === "dense"
          ? units * (channels + 1)
          : 0;
    return { ...layer, output_shape: output, parameters, parameter_count: counted, receptive_field: null };
  });
  const last = shapes.get(before);
  const classes =
    last.length === 1
      ? Array.from({ length: last[0] }, (_, index) => ({
          index,
          name: `class ${index}`,
          labels: { en: `class ${index}`, "zh-Hans": `类别 ${index}` },
        }))
      : [];
  return createModel({
    id,
    title: { en: id },
    digest: id,
    input: { shape: input, channels: ["red", "green", "blue"].slice(0, input[0]), range: [0, 1] },
    classes,
    parameter_count: described.reduce((sum, { parameter_count: count }) => sum + count, 0),
    layers: described,
    training: null,
    samples_default: null,
  });
}

/** Collects layers, each reading the one before unless it says otherwise. */
function builder() {
  const layers = [];
  const add = (name, kind, more = {}) => {
    layers.push({ name, kind, ...more });
    return name;
  };
  const conv = (name, filters, size = 3, more = {}) =>
    add(name, "conv2d", {
      filters,
      kernel: [size, size],
      stride: [1, 1],
      padding: [size >> 1, size >> 1],
      dilation: [1, 1],
      ...more,
    });
  return { layers, add, conv };
}

const TWO = { stride: [2, 2] };

/** ResNet-18 with its normalisation folded in: eight blocks, three of them with a shortcut of their own. */
export function resnetLike() {
  const { layers, add, conv } = builder();
  conv("conv1", 64, 7, TWO);
  add("relu1", "relu");
  let end = add("maxpool", "max_pool2d", { window: [3, 3], ...TWO, padding: [1, 1] });
  for (let stage = 0; stage < 4; stage++)
    for (let block = 0; block < 2; block++) {
      const name = `layer${stage + 1}.${block}`;
      const split = end;
      const first = stage > 0 && block === 0;
      conv(`${name}.conv1`, 64 << stage, 3, { inputs: [split], ...(first && TWO) });
      add(`${name}.relu1`, "relu");
      const main = conv(`${name}.conv2`, 64 << stage);
      const short = first ? conv(`${name}.downsample`, 64 << stage, 1, { inputs: [split], ...TWO }) : split;
      add(`${name}.add`, "add", { inputs: [main, short] });
      end = add(`${name}.relu2`, "relu");
    }
  add("avgpool", "global_avg_pool2d");
  add("fc", "dense", { units: 1000 });
  add("softmax", "softmax");
  return describeGraph("resnet-like", [3, 224, 224], layers);
}

/** Nine modules of four branches, as in GoogLeNet. */
export function inceptionLike() {
  const { layers, add, conv } = builder();
  conv("conv1", 64, 7, TWO);
  add("relu1", "relu");
  add("pool1", "max_pool2d", { window: [3, 3], ...TWO, padding: [1, 1] });
  conv("conv2", 64, 1);
  let end = conv("conv3", 192, 3);
  for (let module = 1; module <= 9; module++) {
    const name = `inception${module}`;
    const branch = (label, steps) => {
      let from = end;
      for (const [index, [filters, size]] of steps.entries()) {
        conv(`${name}/${label}_${index}`, filters, size, { inputs: [from] });
        from = add(`${name}/${label}_${index}_relu`, "relu");
      }
      return from;
    };
    const ways = [
      branch("b1", [[64, 1]]),
      branch("b2", [
        [96, 1],
        [128, 3],
      ]),
      branch("b3", [
        [16, 1],
        [32, 5],
      ]),
    ];
    add(`${name}/pool`, "max_pool2d", { inputs: [end], window: [3, 3], stride: [1, 1], padding: [1, 1] });
    conv(`${name}/pool_proj`, 32, 1);
    ways.push(add(`${name}/pool_proj_relu`, "relu"));
    end = add(`${name}/output`, "concat", { inputs: ways });
    if (module === 2 || module === 7)
      end = add(`pool${module}`, "max_pool2d", { window: [3, 3], ...TWO, padding: [1, 1] });
  }
  add("avgpool", "global_avg_pool2d");
  add("fc", "dense", { units: 200 });
  add("softmax", "softmax");
  return describeGraph("inception-like", [3, 224, 224], layers);
}

/** MobileNetV2 as Teachable Machine writes it: seventeen bottlenecks, ten of them with a way around. */
export function mobilenetLike() {
  const { layers, add, conv } = builder();
  const normed = (name, filters, size, more = {}) => {
    conv(name, filters, size, more);
    return add(`${name}_BN`, "batch_norm2d");
  };
  normed("Conv1", 16, 3, TWO);
  let end = add("Conv1_relu", "clip");
  let channels = 16;
  const plan = [
    [1, 8, 1, 1],
    [6, 8, 2, 2],
    [6, 16, 3, 2],
    [6, 24, 4, 2],
    [6, 32, 3, 1],
    [6, 56, 3, 2],
    [6, 112, 1, 1],
  ];
  let number = 0;
  for (const [widening, filters, count, stride] of plan)
    for (let index = 0; index < count; index++) {
      const name = `block_${number++}`;
      const split = end;
      const inner = channels * widening;
      if (widening > 1) {
        normed(`${name}_expand`, inner, 1, { inputs: [split] });
        add(`${name}_expand_relu`, "clip");
      }
      const reduces = index === 0 && stride === 2;
      if (reduces) add(`${name}_pad`, "pad");
      normed(`${name}_depthwise`, inner, 3, { groups: inner, ...(reduces && TWO) });
      add(`${name}_depthwise_relu`, "clip");
      end = normed(`${name}_project`, filters, 1);
      if (index > 0) end = add(`${name}_add`, "add", { inputs: [end, split] });
      channels = filters;
    }
  normed("Conv_1", 1280, 1);
  add("out_relu", "clip");
  add("global_average_pooling2d", "global_avg_pool2d");
  add("dense", "dense", { units: 4 });
  add("softmax", "softmax");
  return describeGraph("mobilenet-like", [3, 224, 224], layers);
}

/** Any graph: layers read one or several earlier outputs, near ones more often; several may read one. */
export function randomGraph(seed) {
  const { whole, pick, next } = random(seed);
  const channels = pick([1, 3, 8, 40]);
  const count = whole(2, 40);
  const layers = [];
  const names = ["input"];
  const unread = new Set();
  const near = () => names[Math.max(0, names.length - 1 - Math.floor(next() ** 2 * Math.min(names.length, 12)))];
  const push = (layer) => {
    for (const name of layer.inputs) unread.delete(name);
    layers.push(layer);
    names.push(layer.name);
    unread.add(layer.name);
  };
  for (let index = 0; index < count; index++) {
    const name = `${pick(["a", "b.c", "a_rather_long_name_"])}${index}`;
    if (next() < 0.25 && names.length > 2) push({ name, kind: "add", inputs: [near(), near()] });
    else
      push({
        name,
        kind: pick(["relu", "conv2d", "mystery"]),
        filters: channels,
        kernel: [3, 3],
        stride: [1, 1],
        padding: [1, 1],
        dilation: [1, 1],
        inputs: [near()],
      });
  }
  while (unread.size > 1) {
    const [a, b] = [...unread];
    push({ name: `join${layers.length}`, kind: "add", inputs: [a, b] });
  }
  if (next() < 0.7) {
    push({ name: "pooled", kind: "global_avg_pool2d", inputs: [names.at(-1)] });
    push({ name: "scores", kind: "dense", units: pick([2, 10, 200]), inputs: ["pooled"] });
  }
  return describeGraph(`graph-${seed}`, [channels, 24, 24], layers);
}
