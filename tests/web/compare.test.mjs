// Two runs set against each other: measures, differences taken apart, maps laid over each other, addresses, flicker.
import assert from "node:assert/strict";
import { test } from "node:test";
import { edited } from "../../static/js/compute/edits.js";
import { runOf } from "../../static/js/compute/here.js";
import { ACTIVATIONS, DIFFERENCES } from "../../static/js/draw/colour.js";
import { alignmentOf, moveBetween, partnerOf, within } from "../../static/js/model/alignment.js";
import { compared, cosineOf, distanceOf, sameShapes, unitsChanged } from "../../static/js/model/comparison.js";
import { furthest, originOf } from "../../static/js/model/difference.js";
import { parseEdits } from "../../static/js/model/edits.js";
import { INPUT } from "../../static/js/model/model.js";
import { indexAt, valueAt } from "../../static/js/model/trace.js";
import { transformInput } from "../../static/js/model/transform.js";
import { createFlicker, LEAST } from "../../static/js/features/compare/flicker.js";
import { formatComparing, formatSide, parseComparing, parseSide } from "../../static/js/state/compare.js";
import { initialState } from "../../static/js/state/initial.js";
import { colourRanges, paintedOf } from "../../static/js/state/selectors.js";
import { unchanged } from "../../static/js/state/transform-text.js";
import { randomParameters } from "./support/forward.mjs";
import { describe, random, tinyVgg } from "./support/models.mjs";

const picture = ([channels, rows, columns], seed) => {
  const { next } = random(seed);
  return { shape: [channels, rows, columns], data: Float32Array.from({ length: channels * rows * columns }, next) };
};
const scene = (model, parameters, input, edits = []) => {
  const { model: changed, parameters: numbers } = edited(model, parameters, edits);
  return { model: changed, parameters: numbers, edits, run: runOf(model, parameters, input, edits) };
};
const vgg = (seed) => {
  const model = tinyVgg();
  const parameters = randomParameters(model, random(seed));
  return { model, parameters, of: (input, edits) => scene(model, parameters, input, edits) };
};

test("nothing differs from itself, and differences are antisymmetric", () => {
  const { model, of } = vgg(1);
  const [a, b] = [of(picture(model.input.shape, 2)), of(picture(model.input.shape, 3))];
  for (const layer of compared(model, a.run, a.run).layers) {
    assert.equal(distanceOf(layer), 0, layer.layer);
    assert.ok(Math.abs(cosineOf(layer) - 1) < 1e-12);
    assert.equal(unitsChanged(layer).count, 0);
    assert.equal(layer.values.count, 0);
  }
  const [there, back] = [compared(model, a.run, b.run), compared(model, b.run, a.run)];
  there.layers.forEach((layer, index) => {
    const other = back.layers[index];
    assert.equal(layer.squares, other.squares, layer.layer);
    assert.ok(Math.abs(layer.squaresA - other.squaresB) <= 1e-9 * other.squaresB);
    assert.ok(layer.squares > 0);
    // ‖B − A‖² = ‖A‖² + ‖B‖² − 2 A·B, and each unit has its share.
    const { squares, squaresA, squaresB, product } = layer;
    assert.ok(Math.abs(squares - (squaresA + squaresB - 2 * product)) <= 1e-5 * (squaresA + squaresB));
    assert.ok(Math.abs(layer.units.reduce((sum, unit) => sum + unit.squares, 0) - squares) <= 1e-9 * squares);
    assert.ok(layer.units.every((unit, place) => !place || unit.squares <= layer.units[place - 1].squares));
  });
  for (const [name, { data }] of there.difference.activations)
    back.difference.activations.get(name).data.forEach((value, at) => assert.equal(value, 0 - data[at]));
});

test("gates and winners are counted where they differ", () => {
  const model = describe(
    "m",
    [1, 2, 4],
    [
      { name: "relu", kind: "relu" },
      { name: "pool", kind: "max_pool2d", window: [2, 2], stride: [2, 2] },
    ],
  );
  const of = (...data) => runOf(model, new Map(), { shape: [1, 2, 4], data: Float32Array.from(data) });
  const { layers } = compared(model, of(1, 2, -1, 3, 0, 1, 2, 1), of(1, 2, 1, 3, 4, 1, -2, 1));
  const [relu, pool] = layers;
  assert.deepEqual(relu.gates, { count: 3, of: 8 });
  assert.equal(relu.winners, null);
  assert.deepEqual(pool.winners, { count: 1, of: 2 }); // (0,1) → (1,0); the other stays
  assert.equal(pool.gates, null);
  assert.equal(relu.largest, 4);
});

test("a difference is exactly what its parts add up to, whatever differs", () => {
  const { model, of } = vgg(5);
  const edits = parseEdits(
    "conv_1_2.weight[1,2,0,1]=0.75;conv_2_1.bias[3]=-1;output.weight[0]*2;max_pool_1:avg_pool2d",
  );
  const input = picture(model.input.shape, 6);
  const a = of(input);
  for (const b of [of(picture(model.input.shape, 7)), of(input, edits), of(picture(model.input.shape, 8), edits)]) {
    const { whole } = random(9);
    const sorts = new Set();
    for (const layer of model.layers)
      for (let times = 0; times < 4; times++) {
        const { shape } = b.run.activations.get(layer.name);
        const at = indexAt(shape, whole(0, shape.reduce((product, size) => product * size, 1) - 1));
        const origin = originOf(a, b, { layer: layer.name, at });
        sorts.add(origin.sort);
        const difference = origin.b - origin.a;
        assert.equal(origin.b, valueAt(b.run.activations.get(layer.name), at));
        const bound = 2e-5 * (Math.abs(origin.a) + Math.abs(origin.b) + 1);
        if (origin.sort === "sum") {
          const sum = origin.values + origin.weights + origin.bias;
          assert.ok(Math.abs(sum - difference) <= bound, `${layer.name} ${at}: ${sum} is not ${difference}`);
        } else if (origin.sort === "choice") {
          const [first, last] = [origin.parts[0], origin.parts[origin.parts.length - 1]];
          assert.equal(first.b - last.a, difference);
          assert.equal(origin.parts.length, origin.winners[0] === origin.winners[1] ? 1 : 2);
        } else if (layer.kind === "relu") {
          const [part] = origin.parts;
          assert.equal(Math.max(0, part.b) - Math.max(0, part.a), difference);
        }
      }
    assert.ok(sorts.has("sum") && sorts.has("function"), [...sorts].join());
  }
  const off = of(input, parseEdits("relu_1_1[2]=0"));
  assert.equal(originOf(a, off, { layer: "relu_1_1", at: [2, 3, 3] }).sort, "edit");
  assert.equal(originOf(a, off, { layer: INPUT, at: [0, 3, 3] }).sort, "input");
});

test("the place at which a unit differs most is found", () => {
  const tensor = { shape: [2, 2, 2], data: Float32Array.of(9, 0, 0, 0, 1, 2, -5, 4) };
  assert.deepEqual(furthest(tensor, 1), [1, 1, 0]);
  assert.deepEqual(furthest({ shape: [3], data: Float32Array.of(1, 2, 3) }, 1), [1]);
});

/** A random chain of convolutions without padding, functions and poolings. */
function chain(seed) {
  const { whole, pick } = random(seed);
  const layers = [];
  let jump = 1;
  for (let index = 0; index < whole(2, 5); index++) {
    const size = whole(1, 3);
    const stride = pick([1, 1, 2]);
    const kind = pick(["conv2d", "conv2d", "relu", "max_pool2d", "avg_pool2d", "tanh"]);
    if (kind === "conv2d")
      layers.push({ name: `l${index}`, kind, filters: 2, kernel: [size, whole(1, 3)], stride: [stride, stride] });
    else if (kind.endsWith("pool2d"))
      layers.push({ name: `l${index}`, kind, window: [2, 2], stride: [stride, stride] });
    else layers.push({ name: `l${index}`, kind });
    if (kind === "conv2d" || kind.endsWith("pool2d")) jump *= stride;
  }
  return { model: describe("chain", [2, 40, 44], layers), jump };
}

test("without padding a shift by a multiple of the jump is exactly the same values, moved", () => {
  let [exact, others] = [0, 0];
  for (let seed = 1; seed <= 60; seed++) {
    const { model } = chain(seed);
    const { whole } = random(seed + 1000);
    const parameters = randomParameters(model, random(seed));
    const input = picture(model.input.shape, seed);
    const transform = { ...unchanged(), shift_x: whole(-6, 6), shift_y: whole(-6, 6) };
    const move = moveBetween(unchanged(), transform);
    if (!move) continue;
    const [a, b] = [input, transformInput(input, transform)].map((one) => runOf(model, parameters, one));
    const alignment = alignmentOf(model, move);
    const { layers, difference } = compared(model, a, b, alignment);
    assert.ok(difference.input.data.every((value) => value === 0));
    assert.equal(layers.length, model.layers.length);
    for (const layer of layers) {
      const { aligned } = layer;
      assert.ok(aligned, layer.layer);
      if (!aligned.exact) {
        others += Number(layer.squares > 0);
        continue;
      }
      assert.equal(layer.squares, 0, `seed ${seed}: ${layer.layer} at ${aligned.shift}`);
      assert.equal(layer.values.count, 0);
      exact += Number(layer.values.of > 0 && (aligned.shift[0] !== 0 || aligned.shift[1] !== 0));
      // What is compared is all that both pictures have: the field is as large as the shift leaves it.
      const [, rows, columns] = model.shape(layer.layer);
      const { top, bottom, left, right } = aligned.field;
      assert.ok(bottom - top + 1 >= rows - Math.abs(aligned.shift[0]) - 1, `${layer.layer} ${rows}: ${top}–${bottom}`);
      assert.ok(right - left + 1 >= columns - Math.abs(aligned.shift[1]) - 1);
    }
  }
  assert.ok(exact > 60 && others > 20, `${exact} ${others}`);
});

test("with padding what reads it is left out, and the rest is exactly equal", () => {
  const model = describe(
    "padded",
    [1, 12, 12],
    [
      { name: "conv", kind: "conv2d", filters: 2, kernel: [3, 3], padding: [1, 1] },
      { name: "relu", kind: "relu" },
      { name: "pool", kind: "max_pool2d", window: [2, 2], stride: [2, 2] },
    ],
  );
  const parameters = randomParameters(model, random(1));
  const input = picture([1, 12, 12], 2);
  const transform = { ...unchanged(), shift_x: 2 };
  const [a, b] = [input, transformInput(input, transform)].map((one) => runOf(model, parameters, one));
  const alignment = alignmentOf(model, moveBetween(unchanged(), transform));
  assert.deepEqual(alignment.get("conv").field, { top: 1, bottom: 10, left: 3, right: 10 });
  assert.deepEqual(alignment.get("pool").shift, [0, 1]);
  for (const layer of compared(model, a, b, alignment).layers) assert.equal(layer.squares, 0, layer.layer);
  assert.ok(compared(model, a, b).layers.every((layer) => layer.squares > 0));
  assert.ok(!within(alignment.get("conv").field, 0, 5) && within(alignment.get("conv").field, 1, 3));
});

test("a mirrored picture is laid over its mirror image: alike before the first convolution only", () => {
  const { model, of } = vgg(3);
  const input = picture(model.input.shape, 4);
  const transform = { ...unchanged(), flip: 1 };
  const move = moveBetween(unchanged(), transform);
  const alignment = alignmentOf(model, move);
  const { layers, difference } = compared(model, of(input).run, of(transformInput(input, transform)).run, alignment);
  assert.ok(difference.input.data.every((value) => value === 0));
  assert.ok(layers.every((layer) => layer.squares > 0));
  assert.deepEqual(partnerOf(alignment.get(INPUT), 64, [0, 5, 60]), [0, 5, 3]);
});

test("only moves are aligned, and only of the same picture changed in nothing else", () => {
  const t = (patch) => ({ ...unchanged(), ...patch });
  assert.deepEqual(moveBetween(t({ shift_x: 1 }), t({ shift_x: 4, shift_y: -2 })), {
    rows: -2,
    columns: 3,
    mirror: false,
  });
  assert.deepEqual(moveBetween(t({ grey: 1 }), t({ grey: 1, flip: 1 })), { rows: 0, columns: 0, mirror: true });
  for (const [a, b] of [
    [{}, {}],
    [{}, { shift_x: 1, rotate: 5 }],
    [{ noise: 0.1 }, { noise: 0.1, shift_x: 1 }],
    [{}, { shift_x: 1, grey: 1 }],
    [{ shift_x: 2 }, { shift_x: 2, flip: 1 }],
  ])
    assert.equal(moveBetween(t(a), t(b)), null, JSON.stringify([a, b]));
});

test("A and its way of being shown are written in an address and read again", () => {
  for (const text of [
    "sample:koala",
    "model:mine!sample:koala!transform:shift_x:4,grey:1!edits:max_pool_1:avg_pool2d;relu_1_1[3]=0",
    `own:${"0123456789abcdef".repeat(4)}`,
    "noise:1!edits:a.weight![3]=0",
  ])
    assert.equal(formatSide(parseSide(text)), text);
  for (const text of ["", "koala", "sample:", "own:xyz", "sample:a!transform:shift_x:99", "sample:a!edits:relu[0]=0,5"])
    assert.equal(parseSide(text), null, text);
  for (const text of ["diff", "a", "b,align", "diff,align,morph:0.25", "diff,morph:1"])
    assert.equal(formatComparing(parseComparing(text)), text);
  for (const text of ["", "c", "diff,", "diff,morph:2", "diff,morph:-0.1", "diff,other"])
    assert.equal(parseComparing(text), null, text);
});

test("while two runs are compared both have the wider range, and differences one of their own", () => {
  const { model, of } = vgg(11);
  const [a, b] = [of(picture(model.input.shape, 1)), of(picture(model.input.shape, 2))];
  const { difference, moved } = compared(model, a.run, b.run);
  const lens = (show) => ({ of: b.run, show, a: moved, b: b.run, difference, alignment: null });
  const state = (show) => ({ ...initialState(), scenes: { main: b, original: null }, lens: show && lens(show) });
  const [own, other] = [a, b].map((one) => colourRanges(initialState(), one).limit("conv_1_1", 0));
  for (const show of ["a", "b"]) {
    const painted = paintedOf(state(show), b);
    assert.equal(painted.values, show === "a" ? moved : b.run);
    assert.equal(painted.ranges.limit("conv_1_1", 0), Math.max(own, other));
    assert.equal(painted.differs, false);
    assert.equal(painted.ranges, paintedOf(state(show), b).ranges); // nothing is painted anew
  }
  const differs = paintedOf(state("diff"), b);
  assert.ok(differs.differs && differs.values === difference);
  assert.notEqual(differs.ranges.limit("conv_1_1", 0), Math.max(own, other));
  assert.equal(paintedOf({ ...state("diff"), lens: { ...lens("diff"), of: a.run } }, b).values, b.run); // of another run
  assert.notEqual(DIFFERENCES.css(1), ACTIVATIONS.css(1));
  assert.equal(DIFFERENCES.css(0), ACTIVATIONS.css(0));
});

test("models are taken from each other only where their layers are alike", () => {
  assert.ok(sameShapes(tinyVgg(), tinyVgg()));
  const other = describe("other", [3, 64, 64], [{ name: "conv_1_1", kind: "relu" }]);
  assert.ok(!sameShapes(tinyVgg(), other));
});

test("whoever presses, no more than three flashes are shown in a second", () => {
  let time = 0;
  /** @type {{ at: number, act: () => void }[]} */
  let timers = [];
  const clock = {
    now: () => time,
    later(act, delay) {
      const timer = { at: time + delay, act };
      timers.push(timer);
      return timer;
    },
    cancel: (timer) => (timers = timers.filter((one) => one !== timer)),
  };
  const changes = [];
  const flicker = createFlicker((side) => changes.push([time, side]), clock);
  const pass = (until) => {
    for (; time < until; time += 5)
      for (const timer of timers.filter(({ at }) => at <= time)) {
        timers = timers.filter((one) => one !== timer);
        timer.act();
      }
  };
  for (let press = 0; press < 100; press++) {
    flicker.hold(press % 2 === 0);
    pass(time + 30);
  }
  flicker.hold(false);
  pass(time + 1000);
  flicker.toggle();
  pass(time + 3000);
  flicker.toggle();
  pass(time + 1000);
  assert.ok(changes.length > 10);
  changes.forEach(([at], index) => index && assert.ok(at - changes[index - 1][0] >= LEAST, `${at}`));
  // Two changes are a flash.
  for (const [from] of changes) assert.ok(changes.filter(([at]) => at >= from && at < from + 1000).length <= 6);
  assert.equal(changes.at(-1)[1], null); // it ends as it was chosen
  assert.equal(timers.length, 0);
});
