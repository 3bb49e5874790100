// The page's traces are held to the engine's: operands, weights, padding, constants, results.
import assert from "node:assert/strict";
import { test } from "node:test";
import { kinds } from "../../static/js/model/kinds.js";
import { destinations, explain, mainTrail, rankedTerms, tensorOf } from "../../static/js/model/explain.js";
import { partialMap, partialsAt } from "../../static/js/model/partial-sums.js";
import { reachOf } from "../../static/js/model/reach.js";
import { stepBack } from "../../static/js/model/kinds/kind.js";
import { holds } from "../../static/js/model/receptive-field.js";
import { evaluate, tolerance, winner } from "../../static/js/model/operations.js";
import { contains, indexAt, offset, product, valueAt } from "../../static/js/model/trace.js";
import { dropped, nearest, reading } from "../../static/js/model/window.js";
import { cases, recorded, RECORDED } from "./support/fixtures.mjs";

const near = (actual, expected, scale = 1e-12) =>
  assert.ok(Math.abs(actual - expected) <= scale * Math.max(1, Math.abs(expected)), `${actual} is not ${expected}`);
// Weights and constants travel as the shortest decimals of float32 in some fixtures and as doubles in others.
const single = (value) => (value === null ? null : Math.fround(value));

/** The same trace in both languages. */
function assertSame(found, expected) {
  assert.equal(found.operation, expected.operation);
  assert.deepEqual(found.at, expected.at);
  assert.deepEqual(
    found.terms.map(({ at }) => at),
    expected.terms.map(({ at }) => at),
  );
  assert.deepEqual(
    found.terms.map(({ value }) => single(value)),
    expected.terms.map(({ value }) => single(value)),
  );
  assert.deepEqual(
    found.terms.map(({ weight }) => single(weight)),
    expected.terms.map(({ weight }) => single(weight)),
  );
  assert.deepEqual(
    found.terms.map(({ padding }) => padding),
    expected.terms.map(({ padding }) => padding),
  );
  assert.equal(single(found.bias), single(expected.bias));
  assert.deepEqual(
    Object.fromEntries(Object.entries(found.constants).map(([key, value]) => [key, single(value)])),
    Object.fromEntries(Object.entries(expected.constants).map(([key, value]) => [key, single(value)])),
  );
  assert.equal(winner(found), expected.winner);
  near(evaluate(found), expected.value, 1e-6);
}

test("every kind of layer has recorded cases", () => {
  assert.deepEqual([...new Set(cases().map(({ kind }) => kind))].sort(), kinds().sort());
});

const near32 = (actual, expected, scale) =>
  assert.ok(Math.abs(actual - expected) <= 1e-6 * Math.max(1, scale), `${actual} is not ${expected}`);

for (const { name, layer, inputs, parameters, output } of cases().filter(({ kind }) => kind.startsWith("conv")))
  test(`the cells that reach each value of ${name} are those of its terms, and its maps are their sums`, () => {
    const reach = reachOf(layer);
    const { weight } = parameters;
    const channels = weight.shape[1];
    const { shape } = output;
    const first = (unit) => Math.floor((unit * (layer.groups ?? 1)) / shape[0]) * channels;
    const maps = Array.from({ length: shape[0] }, (_, unit) =>
      Array.from({ length: channels }, (_, index) => partialMap(layer, inputs[0], weight, unit, first(unit) + index)),
    );
    output.data.forEach((_, position) => {
      const at = indexAt(shape, position);
      const trace = layer.record.tracer.trace(layer, inputs, parameters, at);
      const [rows, columns] = [0, 1].map((axis) => {
        const { first: from, count, step } = reach.cells(axis, at[axis + 1]);
        return Array.from({ length: count }, (_, cell) => from + cell * step);
      });
      assert.deepEqual(
        trace.terms.map((term) => term.at),
        Array.from({ length: channels }, (_, index) =>
          rows.flatMap((i) => columns.map((j) => [first(at[0]) + index, i, j])),
        ).flat(),
      );
      partialsAt(trace, channels).forEach((partial, index) =>
        near32(maps[at[0]][index][position % (shape[1] * shape[2])], partial, Math.abs(partial)),
      );
    });
    // Pointing at a cell of the map leads to a place of the result; a transposed convolution's cells that reach any
    // place are led to one that they reach.
    for (const axis of [0, 1]) {
      const reaching = Array.from({ length: shape[axis + 1] }, (_, index) => {
        const { first: from, count, step } = reach.cells(axis, index);
        return Array.from({ length: count }, (_, cell) => from + cell * step);
      });
      for (let cell = 0; cell < layer.input_shape[axis + 1]; cell++) {
        const found = reaching[reach.towards(axis, cell)];
        assert.ok(found);
        if (layer.kind === "conv_transpose2d" && reaching.some((one) => one.includes(cell)))
          assert.ok(found.includes(cell));
      }
    }
  });

for (const { name, layer, inputs, parameters, output, traces } of cases()) {
  test(`${name} is traced as the engine traces it`, () => {
    assert.ok(traces.length > 0);
    for (const expected of traces)
      assertSame(layer.record.tracer.trace(layer, inputs, parameters, expected.at), expected);
  });

  test(`every value of ${name} is what its terms make, within the stated tolerance`, () => {
    output.data.forEach((value, position) => {
      const trace = layer.record.tracer.trace(layer, inputs, parameters, indexAt(output.shape, position));
      assert.ok(
        Math.abs(evaluate(trace) - value) <= tolerance(trace) + 1e-12,
        `${name} at ${trace.at}: ${evaluate(trace)} and ${value} differ by more than ${tolerance(trace)}`,
      );
    });
  });

  test(`what reads a value of an input of ${name} is exactly what has it as a term`, () => {
    const consumers = new Map();
    output.data.forEach((_, position) => {
      const at = indexAt(output.shape, position);
      for (const term of layer.record.tracer.trace(layer, inputs, parameters, at).terms) {
        if (term.padding) continue;
        const key = [term.source, ...term.at].join();
        consumers.set(key, [...(consumers.get(key) ?? []), { at: at.join(), weight: term.weight }]);
      }
    });
    const order = (list) => [...list].sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : a.weight - b.weight));
    inputs.forEach((input, source) =>
      input.data.forEach((_, position) => {
        const at = indexAt(input.shape, position);
        const found = layer.record.tracer
          .consumers(layer, parameters, at, source)
          .map((consumer) => ({ at: consumer.at.join(), weight: consumer.weight }));
        assert.deepEqual(order(found), order(consumers.get([source, ...at].join()) ?? []));
      }),
    );
  });
}

for (const { name, layer, inputs, parameters, output } of cases())
  test(`the part of each input behind a value of ${name} holds all that it was made from`, () => {
    output.data.forEach((_, position) => {
      const at = indexAt(output.shape, position);
      const [unit, top = 0, left = 0] = at;
      const area = { units: { first: unit, count: 1 }, top, left, bottom: top, right: left };
      const parts = inputs.map((_, source) => stepBack(layer, source, area));
      for (const { source, at: read, padding } of layer.record.tracer.trace(layer, inputs, parameters, at).terms) {
        if (padding) continue;
        const [map, row = 0, column = 0] = read;
        const part = parts[source];
        assert.ok(part && holds(part, map), `${name} at ${at}: map ${map}`);
        assert.ok(
          row >= part.top && row <= part.bottom && column >= part.left && column <= part.right,
          `${at}: ${read}`,
        );
      }
    });
  });

for (const id of RECORDED) {
  const { scene, traces } = recorded(id);
  test(`values of every layer of ${id} are traced as the engine traces them`, () => {
    for (const [layer, list] of Object.entries(traces))
      for (const expected of list) assertSame(explain(scene, { layer, at: expected.at }).trace, expected);
  });

  test(`every value of ${id} follows from the layer before within the stated tolerance`, () => {
    let checked = 0;
    for (const layer of scene.model.layers) {
      const output = tensorOf(scene, layer.name);
      for (
        let position = 0;
        position < output.data.length;
        position += Math.max(1, Math.floor(output.data.length / 40))
      ) {
        const { trace, value } = explain(scene, { layer: layer.name, at: indexAt(output.shape, position) });
        assert.ok(Math.abs(evaluate(trace) - value) <= tolerance(trace), `${layer.name}[${trace.at}]`);
        checked++;
      }
    }
    assert.ok(checked > scene.model.layers.length);
  });

  test(`in ${id} the main operand leads from a class to a pixel, one layer at a time`, () => {
    const last = scene.model.layers.at(-1);
    const trail = mainTrail(scene, { layer: last.name, at: [0] });
    assert.deepEqual(
      trail.map(({ layer }) => layer),
      [...scene.model.layers.map(({ name }) => name).reverse(), "input"],
    );
    trail.slice(1).forEach((valueIndex, step) => {
      const { trace } = explain(scene, trail[step]);
      assert.ok(
        trace.terms.some((term) => term.at.join() === valueIndex.at.join()),
        `${valueIndex.layer}[${valueIndex.at}] is an operand of the step before`,
      );
      assert.ok(contains(tensorOf(scene, valueIndex.layer).shape, valueIndex.at));
    });
  });

  test(`in ${id} the results of all inputs and the bias add up to each convolution's output`, () => {
    for (const layer of scene.model.layers.filter(({ kind }) => kind === "conv2d")) {
      const [channels] = layer.input_shape;
      const input = tensorOf(scene, layer.inputs[0]);
      const { weight } = scene.parameters.get(layer.name);
      const unit = layer.output_shape[0] - 1;
      const maps = Array.from({ length: channels }, (_, channel) => partialMap(layer, input, weight, unit, channel));
      const [, rows, columns] = layer.output_shape;
      for (let position = 0; position < rows * columns; position++) {
        const at = [unit, ...indexAt([rows, columns], position)];
        const { trace, value } = explain(scene, { layer: layer.name, at });
        const partials = partialsAt(trace, channels);
        assert.equal(partials.length, channels);
        partials.forEach((partial, channel) => assert.equal(maps[channel][position], Math.fround(partial)));
        const sum = partials.reduce((total, partial) => total + partial, trace.bias);
        assert.ok(Math.abs(sum - value) <= tolerance(trace), `${layer.name}[${at}]: ${sum} and ${value}`);
      }
    }
  });

  test(`in ${id} a value goes to values that have it as an operand`, () => {
    for (const name of ["input", ...scene.model.layers.map((layer) => layer.name)]) {
      const tensor = tensorOf(scene, name);
      const valueIndex = { layer: name, at: indexAt(tensor.shape, Math.floor(tensor.data.length / 2)) };
      const found = destinations(scene, valueIndex);
      assert.deepEqual(
        found.map(({ layer }) => layer.name),
        scene.model.layers.filter(({ inputs }) => inputs.includes(name)).map((layer) => layer.name),
      );
      for (const { consumers } of found)
        for (const { valueIndex: consumer, taken } of consumers.slice(0, 20)) {
          const { trace, sources } = explain(scene, consumer);
          const index = trace.terms.findIndex(
            (term) => sources[term.source] === name && term.at.join() === valueIndex.at.join(),
          );
          assert.ok(index >= 0, `${consumer.layer}[${consumer.at}] reads ${name}[${valueIndex.at}]`);
          assert.equal(taken, winner(trace) === null ? null : winner(trace) === index);
        }
    }
  });
}

test("terms are ranked by what they add, a maximum's winner first", () => {
  const term = (value, weight) => ({ at: [0], value, weight, padding: false, parameter: null });
  const sum = {
    operation: "weighted_sum",
    at: [0],
    terms: [term(1, 0.5), term(4, -2), term(3, 1)],
    bias: 0,
    constants: {},
  };
  assert.deepEqual(
    rankedTerms(sum).map(({ term: one }) => product(one)),
    [-8, 3, 0.5],
  );
  const largest = {
    operation: "maximum",
    at: [0],
    terms: [term(2, null), term(5, null), term(5, null)],
    bias: null,
    constants: {},
  };
  assert.equal(rankedTerms(largest)[0].index, 1, "the first of equals");
});

test("an index and its position in the flat data are each other's inverse", () => {
  const shape = [3, 4, 5];
  for (let position = 0; position < 60; position++) assert.equal(offset(shape, indexAt(shape, position)), position);
  assert.equal(valueAt({ shape, data: Float32Array.from({ length: 60 }, (_, index) => index) }, [2, 3, 4]), 59);
});

test("a pointer on the input moves the window to it and never off the map", () => {
  const window = { size: [3, 3], stride: [2, 2], padding: [1, 1], dilation: [2, 2] };
  for (let position = -3; position < 30; position++)
    assert.ok(nearest(window, 0, position, 8) >= 0 && nearest(window, 0, position, 8) < 8);
  assert.equal(
    nearest({ size: [3, 3], stride: [1, 1], padding: [0, 0], dilation: [1, 1] }, 0, 10, 60),
    9,
    "the middle of the window lies on the position",
  );
});

test("rows that the floor drops are counted, and nobody reads them", () => {
  const window = { size: [2, 2], stride: [2, 2], padding: [0, 0], dilation: [1, 1] };
  assert.equal(dropped(window, 0, 27, 13), 1);
  assert.deepEqual(reading(window, 0, 26, 13), []);
  assert.equal(dropped(window, 0, 26, 13), 0);
});
