// The engine in the page: every kind against the NumPy engine, edits, sharing, the way back, and what it refuses.
// Random graphs against the NumPy engine: test_compute.py.
import assert from "node:assert/strict";
import { test } from "node:test";
import { ablatable, ablated, ablations } from "../../static/js/compute/ablations.js";
import { edited, swaps } from "../../static/js/compute/edits.js";
import { backward, run } from "../../static/js/compute/engine.js";
import { sizeOf } from "../../static/js/compute/kinds/kind.js";
import { MOST_BESIDE, MOST_HERE, placeFor } from "../../static/js/compute/place.js";
import { computedKinds, computedOf, isComputable, multiplicationsOf } from "../../static/js/compute/registry.js";
import { scoresOf } from "../../static/js/compute/scores.js";
import { kinds } from "../../static/js/model/kinds.js";
import { cases, recorded, RECORDED } from "./support/fixtures.mjs";
import { random, randomModel, tinyVgg } from "./support/models.mjs";

/** The same within a share of the expected tensor's largest value. */
function near(found, expected, label, share = 1e-5) {
  assert.equal(found.length, expected.length, label);
  const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-3);
  expected.forEach((value, at) =>
    assert.ok(Math.abs(found[at] - value) <= share * largest, `${label}[${at}]: ${found[at]} is not ${value}`),
  );
}

test("the page computes every kind that it knows, and no other", () => {
  assert.deepEqual(computedKinds().sort(), kinds().sort());
});

for (const { name, layer, inputs, parameters, output, backward: back } of cases())
  test(`${name}: its values and gradients are the engine's`, () => {
    const { forward, backward: handBack } = computedOf(layer);
    const y = new Float32Array(output.data.length);
    forward(layer, inputs, parameters, y);
    near(y, output.data, "y", 1e-6);
    const handed = handBack(layer, inputs, parameters, y, back.output.data);
    assert.equal(handed.inputs.length, inputs.length);
    handed.inputs.forEach((dx, index) => near(dx, back.inputs[index].data, `dx ${index}`));
    assert.deepEqual(Object.keys(handed.parameters ?? {}).sort(), Object.keys(back.parameters).sort());
    for (const [key, dw] of Object.entries(handed.parameters ?? {})) near(dw, back.parameters[key].data, `d${key}`);
  });

for (const id of RECORDED)
  test(`${id}: a whole run and its scores are the server's`, () => {
    const { model, run: expected, parameters } = recorded(id).scene;
    const pass = run(edited(model, parameters), expected.input);
    assert.deepEqual([...pass.activations.keys()], [...expected.activations.keys()]);
    for (const [name, { shape, data }] of expected.activations) {
      assert.deepEqual([...pass.activations.get(name).shape], [...shape]);
      near(pass.activations.get(name).data, data, name);
    }
    const scores = scoresOf(model, pass.activations);
    assert.equal(scores.length, expected.scores.length);
    expected.scores.forEach(({ logit, probability }, index) => {
      assert.equal(scores[index].probability === null, probability === null);
      assert.ok(Math.abs(scores[index].logit - logit) <= 1e-4);
      assert.ok(Math.abs(scores[index].probability - probability) <= 1e-5);
    });
  });

test("a binary, a logarithmic and a bare ending are read as the engine reads them", () => {
  const [before, last] = ["z", "y"];
  const classes = [{}, {}];
  const of = (ending, scores, values) =>
    scoresOf(
      { ending, classes, output: { name: last, inputs: [before] } },
      new Map([
        [before, { shape: [scores.length], data: Float32Array.from(scores) }],
        [last, { shape: [values.length], data: Float32Array.from(values) }],
      ]),
    ).map(({ logit, probability }) => [logit, probability]);
  assert.deepEqual(of("binary", [0.5], [0.625]), [
    [0, 0.375],
    [0.5, 0.625],
  ]);
  assert.deepEqual(of("logits", [7, 7], [1, 2]), [
    [1, null],
    [2, null],
  ]);
  assert.deepEqual(
    of("log_softmax", [1, 1], [Math.log(0.5), Math.log(0.5)]).map(([, probability]) => probability.toFixed(6)),
    ["0.500000", "0.500000"],
  );
});

/** Parameters and an input with normal values. */
function settings(model, seed, Type = Float32Array) {
  const { normal, next } = random(seed);
  const tensor = (shape, make) => ({ shape, data: Type.from({ length: sizeOf(shape) }, make) });
  const parameters = new Map();
  for (const { name, parameters: shapes } of model.layers) {
    const own = Object.entries(shapes ?? {}).map(([key, shape]) => {
      const spread = shape.length > 1 ? Math.sqrt(2 / sizeOf(shape.slice(1))) : 0.3;
      return [key, tensor(shape, () => spread * normal())];
    });
    if (own.length) parameters.set(name, Object.fromEntries(own));
  }
  return { parameters, input: tensor(model.input.shape, next) };
}

const knownModels = (count) =>
  Array.from({ length: 3 * count }, (_, seed) => randomModel(seed + 1))
    .filter((model) => isComputable(model) && multiplicationsOf(model) < 2e6)
    .map((model) => ({
      ...model,
      layers: model.layers.map((layer) => ({ slope: 0.1, low: 0, high: 6, ...layer })),
    }))
    .slice(0, count);

test("the way back is the derivative: in float64 it agrees with finite differences", () => {
  for (const [seed, model] of knownModels(6).entries()) {
    const { parameters, input } = settings(model, seed, Float64Array);
    const subject = edited(model, parameters);
    const pass = run(subject, input);
    const { next } = random(seed);
    const name = model.layers.at(-1).name;
    const weights = Float64Array.from(pass.activations.get(name).data, () => next() - 0.5);
    const loss = (changed, x) =>
      run(edited(model, changed), x)
        .activations.get(name)
        .data.reduce((total, value, at) => total + value * weights[at], 0);
    const found = backward(pass, name, weights);
    const step = 1e-6;
    const check = (data, gradient, label) => {
      const at = Math.floor(next() * data.length);
      const before = data[at];
      const [up, down] = [step, -step].map((change) => {
        data[at] = before + change;
        return loss(parameters, { ...input });
      });
      data[at] = before;
      const slope = (up - down) / (2 * step);
      const scale = gradient.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-3);
      assert.ok(
        Math.abs(slope - gradient[at]) <= 1e-4 * scale,
        `${model.id} ${label}[${at}]: ${gradient[at]}, ${slope}`,
      );
    };
    for (let round = 0; round < 4; round++) check(input.data, found.input.data, "input");
    for (const [layer, own] of found.parameters)
      for (const [key, { data }] of Object.entries(own))
        check(parameters.get(layer)[key].data, data, `${layer}.${key}`);
  }
});

const KERNEL = { target: "parameter", layer: "conv_1_2", parameter: "weight" };
const unit = (layer, number, change) => ({ target: "unit", layer, unit: number, ...change });

test("a run with edits is that of the model with those numbers, and leaves the model as it is", () => {
  const model = tinyVgg();
  const { parameters, input } = settings(model, 5);
  const plain = run(edited(model, parameters), input);
  const kept = parameters.get("conv_1_2").weight.data.slice();
  const edits = [
    { ...KERNEL, at: [3, 2, 1, 1], change: "set", value: 0.5 },
    { ...KERNEL, at: [3, 2], change: "scale", factor: -2 },
    { target: "parameter", layer: "conv_1_2", parameter: "bias", at: [4], change: "set", value: 0 },
  ];
  const other = new Map(parameters);
  const { weight, bias } = parameters.get("conv_1_2");
  const data = weight.data.slice();
  const from = (3 * 10 + 2) * 9;
  data[from + 4] = 0.5;
  for (let cell = from; cell < from + 9; cell++) data[cell] *= -2;
  const shifted = bias.data.slice();
  shifted[4] = 0;
  other.set("conv_1_2", { weight: { ...weight, data }, bias: { ...bias, data: shifted } });
  const [found, expected] = [run(edited(model, parameters, edits), input, plain), run(edited(model, other), input)];
  for (const [name, { data: values }] of expected.activations)
    assert.deepEqual(found.activations.get(name).data, values, name);
  assert.deepEqual(parameters.get("conv_1_2").weight.data, kept);
  assert.equal(found.activations.get("relu_1_1"), plain.activations.get("relu_1_1"), "what stands before is shared");
});

test("undoing every edit is bitwise the former run, and shares what no edit has touched", () => {
  const model = tinyVgg();
  const { parameters, input } = settings(model, 6);
  const plain = run(edited(model, parameters), input);
  const { whole, next, pick } = random(8);
  let pass = plain;
  for (let round = 0; round < 12; round++) {
    const layer = pick(model.layers.filter(({ kind }) => kind !== "softmax"));
    const number = whole(0, layer.output_shape[0] - 1);
    const change = pick([
      { change: "set", value: 0 },
      { change: "scale", factor: 2 * next() },
      { change: "clamp", low: -0.5, high: 0.5 },
    ]);
    const edits = [unit(layer.name, number, change)];
    pass = run(edited(model, parameters, edits), input, pass);
    const whole_ = run(edited(model, parameters, edits), input);
    for (const [name, { data }] of whole_.activations) assert.deepEqual(pass.activations.get(name).data, data, name);
  }
  pass = run(edited(model, parameters, []), input, pass);
  for (const [name, { data }] of plain.activations) assert.deepEqual(pass.activations.get(name).data, data, name);
});

test("units are edited in their order, on what the layer gives, and the way back goes through the edits", () => {
  const model = tinyVgg();
  const { parameters, input } = settings(model, 7);
  const plain = run(edited(model, parameters), input);
  const relu = plain.activations.get("relu_2_2");
  const places = relu.data.length / 10;
  const mapOf = (pass, number) =>
    pass.activations.get("relu_2_2").data.subarray(number * places, (number + 1) * places);
  const given = Float32Array.from({ length: places }, (_, at) => at / places);
  const edits = [
    unit("relu_2_2", 0, { change: "scale", factor: 2 }),
    unit("relu_2_2", 0, { change: "clamp", low: 0, high: 0.5 }),
    unit("relu_2_2", 1, { change: "set", value: 0 }),
    unit("relu_2_2", 2, { change: "picture", picture: { source: "sample", id: "koala" } }),
    unit("relu_2_2", 3, { change: "map", value: [...given] }),
  ];
  const pass = run(
    edited(model, parameters, edits, (edit) => (edit.unit === 2 ? given : null)),
    input,
    plain,
  );
  assert.deepEqual(
    [...mapOf(pass, 0)],
    [...mapOf(plain, 0)].map((value) => Math.min(0.5, Math.max(0, Math.fround(2 * value)))),
  );
  assert.ok(mapOf(pass, 1).every((value) => value === 0));
  assert.deepEqual([...pass.own.keys()], ["relu_2_2"]);
  assert.deepEqual(pass.own.get("relu_2_2").data, relu.data, "what the layer itself gave is kept beside");
  for (const number of [2, 3]) assert.deepEqual(mapOf(pass, number), given);
  const { activations } = backward(pass, "output", 4);
  const before = activations.get("conv_2_2").data;
  const part = (number) => before.subarray(number * places, (number + 1) * places);
  for (const number of [1, 2, 3])
    assert.ok(
      part(number).every((value) => value === 0),
      `${number} hands nothing back`,
    );
  const after = activations.get("relu_2_2").data;
  part(0).forEach((value, at) => {
    const x = relu.data[at];
    const open = x > 0 && 2 * x <= 0.5;
    assert.equal(value, open ? 2 * after[at] : 0);
  });
  assert.ok(part(0).some((value) => value !== 0) && part(4).some((value) => value !== 0));
});

test("an operator takes another's place where shapes fit, and its values and gradients are the other's", () => {
  const model = tinyVgg();
  const { parameters, input } = settings(model, 9);
  const plain = run(edited(model, parameters), input);
  const edits = [
    { target: "operator", layer: "max_pool_1", kind: "avg_pool2d", values: {} },
    { target: "operator", layer: "relu_1_1", kind: "leaky_relu", values: { slope: 0.25 } },
  ];
  const subject = edited(model, parameters, edits);
  const pass = run(subject, input, plain);
  assert.deepEqual(
    ["max_pool_1", "relu_1_1"].map((name) => [subject.model.layer(name).kind, subject.model.layer(name).record.kind]),
    [
      ["avg_pool2d", "avg_pool2d"],
      ["leaky_relu", "leaky_relu"],
    ],
  );
  assert.equal(model.layer("max_pool_1").kind, "max_pool2d");
  const [x, y] = ["relu_1_2", "max_pool_1"].map((name) => pass.activations.get(name));
  const { trace } = subject.model.layer("max_pool_1").record.tracer;
  const { terms } = trace(subject.model.layer("max_pool_1"), [x], null, [0, 1, 2]);
  near([y.data[y.shape[2] + 2]], [terms.reduce((sum, { value, weight }) => sum + value * weight, 0)], "a mean");
  const linear = pass.activations.get("conv_1_1").data;
  near(
    pass.activations.get("relu_1_1").data,
    linear.map((value) => (value > 0 ? value : value / 4)),
    "leaky",
  );
  assert.deepEqual(swaps({ kind: "conv2d" }), ["conv2d"]);
  for (const [layer, kind] of [
    ["max_pool_1", "relu"],
    ["relu_1_1", "softmax"],
    ["output", "conv2d"],
  ])
    assert.throws(
      () => edited(model, parameters, [{ target: "operator", layer, kind, values: {} }]),
      new RegExp(`cannot become ${kind}`),
    );
});

test("what an edit cannot mean is refused by name", () => {
  const model = tinyVgg();
  const { parameters, input } = settings(model, 1);
  const refused = (edit, words) => assert.throws(() => edited(model, parameters, [edit]), words);
  refused({ ...KERNEL, layer: "conv_9", at: [], change: "set", value: 0 }, /no layer conv_9/);
  refused({ ...KERNEL, layer: "relu_1_1", at: [], change: "set", value: 0 }, /relu_1_1 has no parameter weight/);
  refused({ ...KERNEL, at: [10], change: "set", value: 0 }, /has nothing at \[10\]/);
  refused(unit("conv_1_1", 10, { change: "set", value: 0 }), /no 10/);
  const without = edited(model, parameters, [unit("conv_1_1", 0, { change: "mean" })]);
  assert.throws(() => run(without, input), /conv_1_1\[0\] needs a map of 3844 values and has 0/);
  const pass = run(edited(model, parameters), input);
  assert.throws(() => backward(pass, "nothing", 0), /no layer nothing/);
  assert.throws(() => backward(pass, "output", 10), /output has 10 values/);
  assert.throws(() => run(edited(tinyVgg(), parameters), input, pass), /another model/);
  assert.throws(() => computedOf({ name: "odd", kind: "mystery" }), /kind mystery/);
});

test("gradients of a unit's own place reach back to the picture and nothing else", () => {
  const model = tinyVgg();
  const { parameters, input } = settings(model, 3);
  const pass = run(edited(model, parameters), input);
  const [, height, width] = pass.activations.get("conv_1_2").shape;
  const found = backward(pass, "conv_1_2", (3 * height + 20) * width + 10);
  assert.deepEqual([...found.activations.keys()], ["conv_1_1", "relu_1_1", "conv_1_2"]);
  const [, , columns] = model.input.shape;
  found.input.data.forEach((value, at) => {
    const [row, column] = [Math.floor(at / columns) % columns, at % columns];
    const seen = row >= 20 && row < 25 && column >= 10 && column < 15;
    assert.ok(seen || value === 0, `${row}, ${column}`);
  });
  assert.ok(found.input.data.some((value) => value !== 0));
  assert.deepEqual([...found.parameters.keys()].sort(), ["conv_1_1", "conv_1_2"]);
});

test("small runs are made on the page, larger ones beside it, the largest by the server", () => {
  assert.deepEqual([0, MOST_HERE, MOST_HERE + 1, MOST_BESIDE, MOST_BESIDE + 1].map(placeFor), [
    "page",
    "page",
    "worker",
    "worker",
    "server",
  ]);
  assert.equal(placeFor(multiplicationsOf(tinyVgg())), "page");
});

test("a table of ablations is what each run without a unit says, and its prediction holds in the last block", () => {
  const model = { ...tinyVgg(), ending: "softmax" };
  const { parameters, input } = settings(model, 21);
  const layers = ablated(model);
  assert.deepEqual(
    layers.map(({ name }) => name),
    ["relu_1_1", "relu_1_2", "relu_2_1", "relu_2_2"],
  );
  assert.ok(ablatable(model, layers));
  assert.ok(!ablatable({ ...model, in_pieces: true }, layers));
  const edits = [{ target: "unit", layer: "relu_1_1", unit: 2, change: "scale", factor: 1.5 }];
  const table = ablations({ model, parameters, edits, input }, ["relu_1_2", "relu_2_2"]);
  const rows = [...table.rows];
  assert.equal(rows.length, 20);
  const scores = (list) => scoresOf(model, run(edited(model, parameters, list), input).activations);
  const before = scores(edits);
  assert.equal(table.class, before.reduce((best, one) => (one.logit > best.logit ? one : best)).class);
  for (const row of rows) {
    const off = { target: "unit", layer: row.layer, unit: row.unit, change: "set", value: 0 };
    const after = scores([...edits, off]);
    assert.equal(row.logit, after[table.class].logit, row.edit);
    assert.equal(row.logit_change, after[table.class].logit - table.logit);
    assert.equal(row.probability_change, after[table.class].probability - table.probability);
    assert.equal(row.answer, after.reduce((best, one) => (one.logit > best.logit ? one : best)).class);
  }
  const last = rows.filter(({ layer, silent }) => layer === "relu_2_2" && !silent);
  assert.ok(last.length > 3);
  // What follows is linear but for the pooling's choice, which stays when all of a unit's values go.
  for (const { predicted, logit_change, edit } of last)
    assert.ok(Math.abs(predicted - logit_change) <= 1e-4 * (1 + Math.abs(predicted)), `${edit}: ${predicted}`);
  assert.ok(
    rows.some(
      ({ layer, predicted, logit_change }) => layer === "relu_1_2" && Math.abs(predicted - logit_change) > 0.01,
    ),
  );
});
