// Opened views: their address, how one gets in, deeper and out again; playback; files.
import assert from "node:assert/strict";
import { test } from "node:test";
import { createStore } from "../../static/js/core/store.js";
import { figureSvg } from "../../static/js/draw/figure-svg.js";
import { functionSamples, nice, ticks } from "../../static/js/draw/graph.js";
import { contributions, largest, totals } from "../../static/js/model/contributions.js";
import { scoreLayer } from "../../static/js/model/model.js";
import { npy, npz } from "../../static/js/model/files/npz.js";
import { safetensors } from "../../static/js/model/files/safetensors.js";
import { crc32 } from "../../static/js/model/files/zip.js";
import {
  advance,
  createPlayback,
  faster,
  finish,
  PACES,
  pause,
  play,
  rateOf,
  seek,
  step,
} from "../../static/js/model/playback.js";
import { FIELDS } from "../../static/js/state/address.js";
import { VOCABULARY } from "../../static/js/state/vocabulary.js";
import { initialState } from "../../static/js/state/initial.js";
import { formatView, parseView } from "../../static/js/state/place.js";
import { climb, exists, follow, followForward, openClass, openView, pointAt } from "../../static/js/state/view.js";
import { minimal, random, tinyVgg } from "./support/models.mjs";

const opened = (view, model = tinyVgg()) => createStore({ ...initialState(), model, view });

test("a view's address is read back as it was written", () => {
  for (const view of [
    { name: "neuron", layer: "conv_1_2", unit: 3, at: [30, 24], input: undefined, trail: [] },
    { name: "microscope", layer: "conv.a-b_1", unit: 0, at: [0, 0], input: 9, trail: [] },
    {
      name: "output",
      layer: "output",
      unit: 6,
      at: undefined,
      input: undefined,
      trail: [
        { layer: "softmax", unit: 6 },
        { layer: "output", unit: 6 },
        { layer: "input", unit: 2, at: [5, 7] },
      ],
    },
  ])
    assert.deepEqual(parseView(formatView(view)), { ...view, at: view.at });
});

test("addresses that make no sense are refused, whole", () => {
  for (const text of [
    "",
    "neuron",
    "neuron:",
    "neuron:conv[",
    "neuron:conv[1,2,3,4]",
    "neuron:conv[-1]",
    "NEURON:conv[1]",
    "neuron:conv[1]!x",
    "neuron:conv[1]~bad",
    `neuron:conv[1]${"~a[0]".repeat(VOCABULARY.longest_view / 5)}`,
    "2.neuron:conv[1]",
    "neuron:<b>[1]",
  ])
    assert.equal(parseView(text), null, text);
});

test("of a trail that is too long for an address, the steps next to the opened place are written", () => {
  const trail = Array.from({ length: 300 }, (_, unit) => ({ layer: "block.conv", unit, at: [3, 4] }));
  for (const here of [0, 150, 299]) {
    const text = formatView({ name: "neuron", ...trail[here], trail });
    assert.ok(text.length <= VOCABULARY.longest_view && text.length > VOCABULARY.longest_view - 60);
    const read = parseView(text).trail;
    const from = trail.findIndex((step) => step.unit === read[0].unit);
    assert.deepEqual(read, trail.slice(from, from + read.length), "a part of the trail, without a gap");
    assert.ok(read.some(({ unit }) => unit === here));
  }
  const short = trail.slice(0, 40);
  assert.deepEqual(parseView(formatView({ name: "neuron", ...short[7], trail: short })).trail, short);
});

test("of more blocks than an address has room for, those opened last are written", () => {
  const { format, parse } = FIELDS.find(({ parameter }) => parameter === "blocks");
  const blocks = Array.from({ length: 90 }, (_, index) => `layer${index}.add`);
  const text = format({ ...initialState(), blocks });
  assert.ok(text.length <= VOCABULARY.longest_blocks);
  const read = parse(text).blocks;
  assert.deepEqual(read, blocks.slice(-read.length));
  assert.equal(parse(`${text},${text}`), null);
  assert.equal(format(initialState()), null);
});

test("a place exists only inside the model's shapes", () => {
  const model = tinyVgg();
  assert.ok(exists(model, { layer: "conv_1_2", unit: 9, at: [59, 59] }));
  assert.ok(exists(model, { layer: "input", unit: 2 }));
  for (const place of [
    { layer: "conv_1_2", unit: 10 },
    { layer: "conv_1_2", unit: 0, at: [60, 0] },
    { layer: "nowhere", unit: 0 },
    { layer: "softmax", unit: 0, at: [0, 0] },
  ])
    assert.ok(!exists(model, place), JSON.stringify(place));
});

test("each unit opens in the view of its layer's kind", () => {
  const store = opened(null);
  for (const [layer, name] of [
    ["conv_1_1", "neuron"],
    ["relu_2_1", "activation"],
    ["max_pool_2", "pooling"],
    ["flatten", "flatten"],
    ["output", "output"],
    ["softmax", "softmax"],
    ["input", "pixels"],
  ]) {
    openView(store, { layer, unit: 0 });
    assert.equal(store.state.view.name, name);
  }
});

test("a class opens at the layer of its score, with a softmax after it or without", () => {
  assert.equal(scoreLayer(tinyVgg()).name, "output");
  assert.equal(scoreLayer(minimal()).name, "scores");
  const store = opened(null);
  openClass(store, 6);
  assert.deepEqual([store.state.view.name, store.state.view.layer, store.state.view.unit], ["output", "output", 6]);
});

test("climbing leads from the microscope to its neuron and then to the map", () => {
  const store = opened({ name: "microscope", layer: "conv_1_2", unit: 3, at: [1, 2], input: 4, trail: [] });
  climb(store);
  assert.equal(store.state.view.name, "neuron");
  assert.deepEqual(store.state.view.at, [1, 2]);
  climb(store);
  assert.equal(store.state.view, null);
  climb(store);
  assert.equal(store.state.view, null);
});

test("following operands grows the trail, going back keeps it, another way replaces what came after", () => {
  const store = opened(null);
  const [softmax, score, flat, other] = [
    { layer: "softmax", unit: 6 },
    { layer: "output", unit: 6 },
    { layer: "flatten", unit: 7 },
    { layer: "flatten", unit: 8 },
  ];
  openView(store, softmax);
  follow(store, softmax, score);
  follow(store, score, flat);
  assert.deepEqual(store.state.view.trail, [softmax, score, flat]);
  openView(store, score, { trail: store.state.view.trail });
  assert.equal(store.state.view.layer, "output");
  follow(store, score, flat);
  assert.deepEqual(store.state.view.trail, [softmax, score, flat], "the same step again keeps what follows");
  openView(store, score, { trail: store.state.view.trail });
  follow(store, score, other);
  assert.deepEqual(store.state.view.trail, [softmax, score, other]);
});

test("going forward puts the reader at the trail's beginning", () => {
  const store = opened(null);
  const [pixel, value] = [
    { layer: "input", unit: 0, at: [3, 3] },
    { layer: "conv_1_1", unit: 4, at: [2, 2] },
  ];
  openView(store, pixel);
  followForward(store, pixel, value);
  assert.deepEqual(store.state.view.trail, [value, pixel]);
  assert.equal(store.state.view.name, "neuron");
});

test("pointing elsewhere leaves a trail that does not pass there", () => {
  const trail = [
    { layer: "relu_1_1", unit: 1, at: [4, 4] },
    { layer: "conv_1_1", unit: 1, at: [4, 4] },
  ];
  const store = opened({ name: "neuron", layer: "conv_1_1", unit: 1, at: [4, 4], trail });
  pointAt(store, [4, 4]);
  assert.equal(store.state.view.trail, trail);
  pointAt(store, [5, 4]);
  assert.deepEqual(store.state.view.at, [5, 4]);
  assert.ok(!store.state.view.trail);
});

test("playback visits every position once, in order, at any pace, and stops at the end", () => {
  for (const pace of PACES) {
    let state = play(createPlayback(300, 20, pace));
    const { next } = random(PACES.indexOf(pace));
    let { position: last, shown: seen } = state;
    for (let frame = 0; state.playing && frame < 1e6; frame++) {
      state = advance(state, next() * 0.05);
      const shown = state.shown ?? 300;
      assert.ok(state.position >= last && state.position < 300 && shown >= seen && shown > state.position);
      if (pace === "rows") assert.equal(shown % 20, 0, "whole rows are uncovered");
      [last, seen] = [state.position, shown];
    }
    assert.deepEqual([state.position, state.shown, state.playing], [pace === "rows" ? 280 : 299, null, false]);
  }
});

test("a map takes about eight seconds row by row, half a minute at the fast pace, and a stalled page does not jump", () => {
  for (const [pace, rows, columns, seconds] of [
    ["rows", 60, 60, 8],
    ["rows", 26, 26, 8],
    ["rows", 224, 112, 8],
    ["fast", 60, 60, 30],
  ]) {
    let state = play(createPlayback(rows * columns, columns, pace));
    let frames = 0;
    for (; state.playing; frames++) state = advance(state, 1 / 60);
    assert.ok(Math.abs(frames / 60 - seconds) < 0.1 * seconds, `${pace} ${rows}: ${frames / 60} s`);
  }
  const state = { ...play(createPlayback(10_000, 100, "fast")) };
  assert.ok(advance(state, 30).position <= 0.1 * rateOf(state) + 1);
  assert.ok(rateOf({ ...state, pace: "step" }) < rateOf({ ...state, pace: "slow" }));
});

test("row by row the place keeps its column, and what was put by hand begins with the first row", () => {
  const chosen = seek(createPlayback(100, 10), 37);
  assert.equal(chosen.shown, null);
  const begun = play(chosen);
  assert.deepEqual([begun.position, begun.shown], [7, 10]);
  const later = advance(advance({ ...begun, carried: 0.95 }, 0.1), 0.1);
  assert.deepEqual([later.position, later.shown], [17, 20]);
  assert.deepEqual([play(pause(later)).position, play(pause(later)).shown], [17, 20], "it goes on where it paused");
});

test("stepping, seeking and finishing stop, and stay inside", () => {
  const state = seek(createPlayback(5, 5, "slow"), 9);
  assert.equal(state.position, 4);
  assert.deepEqual([step(state, 1).position, step(state, 1).shown], [4, null]);
  assert.deepEqual([step(state, -9).position, step(state, -9).shown], [0, 1]);
  assert.deepEqual([finish(play(state)).position, finish(play(state)).playing], [4, false]);
  assert.equal(seek(state, 2).position, 2);
  assert.equal(play(state).position, 0, "from the end it begins anew");
  assert.equal(pause(play(state)).playing, false);
  assert.equal(faster(faster({ ...state, pace: "fast" })).pace, "rows");
  assert.equal(faster({ ...state, pace: "step" }, -1).pace, "step");
});

test("contributions and the bias add up to the score, map by map and sign by sign", () => {
  const { normal } = random(5);
  const input = { shape: [24], data: Float32Array.from({ length: 24 }, normal) };
  const parameters = {
    weight: { shape: [3, 24], data: Float32Array.from({ length: 72 }, normal) },
    bias: { shape: [3], data: Float32Array.from([0.1, 0.2, 0.3]) },
  };
  const found = contributions(input, parameters, 1);
  const sum = found.products.reduce((total, value) => total + value, 0);
  assert.ok(Math.abs(found.total - (sum + parameters.bias.data[1])) < 1e-12);
  assert.ok(Math.abs(totals(found.products, 4).reduce((total, value) => total + value, 0) - sum) < 1e-12);
  const [best] = largest(found.products, 1, 1);
  assert.equal(found.products[best], Math.max(...found.products));
  assert.equal(found.products[largest(found.products, -1, 1)[0]], Math.min(...found.products));
  assert.ok(largest(found.products, 1, 99).every((index) => found.products[index] > 0));
});

test("the CRC is the one of ZIP and PNG", () => {
  assert.equal(crc32(new TextEncoder().encode("123456789")), 0xcbf43926);
});

test("an .npy header is aligned and says shape and byte order", () => {
  for (const shape of [[3], [2, 3], [10, 62, 62]]) {
    const data = new Float32Array(shape.reduce((a, b) => a * b, 1));
    const bytes = npy({ shape, data });
    assert.equal((bytes.length - 4 * data.length) % 64, 0);
    assert.match(
      new TextDecoder("latin1").decode(bytes.subarray(0, 128)),
      /'descr': '<f4', 'fortran_order': False, 'shape': \((\d+, ?)+(\d+)?\)/,
    );
  }
});

test("safetensors offsets follow each other without a gap", () => {
  const bytes = safetensors(
    new Map([
      ["a", { shape: [2], data: new Float32Array([1, 2]) }],
      ["b", { shape: [1, 1], data: new Float32Array([3]) }],
    ]),
  );
  const length = Number(new DataView(bytes.buffer).getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length)));
  assert.deepEqual(
    [header.a.data_offsets, header.b.data_offsets],
    [
      [0, 8],
      [8, 12],
    ],
  );
  assert.equal(bytes.length, 8 + length + 12);
  assert.equal(new DataView(bytes.buffer).getFloat32(8 + length + 8, true), 3);
});

test("an archive of nothing is still an archive", () => {
  assert.equal(npz(new Map()).length, 22);
});

test("a figure becomes well-formed SVG: texts are escaped, nothing is undefined", () => {
  const svg = figureSvg({
    width: 10,
    height: 10,
    ground: "white",
    title: `a<b & "c"`,
    items: [
      {
        type: "text",
        x: 1,
        y: 2,
        text: "<script>&",
        size: 12,
        weight: "700",
        style: "normal",
        family: "'A', serif",
        fill: "red",
        width: 30,
      },
      { type: "box", x: 0, y: 0, width: 4, height: 4, radius: 0, fill: null, stroke: "blue", strokeWidth: 1 },
      { type: "path", d: "M0 0", transform: "", fill: null, stroke: null, strokeWidth: 0, dash: "" },
      { type: "image", x: 0, y: 0, width: 1, height: 1, href: "data:image/png;base64,AA==", pixelated: true },
    ],
  });
  assert.doesNotMatch(svg, /undefined|null|<script|NaN/);
  assert.match(svg, /&#60;script&#62;&#38;/);
});

test("a graph's ticks are round numbers inside its range", () => {
  assert.deepEqual(ticks([-1, 1]), [-1, -0.5, 0, 0.5, 1]);
  for (const range of [
    [-0.03, 0.07],
    [0, 5],
    [-200, 200],
    [-1e-6, 1e-6],
  ])
    for (const tick of ticks(range)) assert.ok(tick >= range[0] - 1e-12 && tick <= range[1] * (1 + 1e-9) + 1e-12);
  assert.equal(nice(0.7), 1);
});

test("a graph passes through the function's own values", () => {
  const { box, path } = functionSamples(Math.tanh, Float32Array.from([-2, 3]), 340, 260);
  assert.match(path, /^M[\d.]+ [\d.]+(L[\d.]+ [\d.]+){160}$/);
  assert.ok(path.includes(`${box.x(0)} ${box.y(0)}`));
});
