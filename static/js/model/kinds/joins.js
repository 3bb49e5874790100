// @ts-check
/** Joins: where the branches of a network meet. */
import { readTerm } from "../trace.js";

/** @typedef {import("./kind.js").Kind} Kind */
/** @typedef {import("./kind.js").Layer} Layer */

/** @type {Pick<Kind, "family" | "connects" | "view" | "chapter">} */
const JOIN = { family: "join", connects: "one", view: "maps", chapter: "cnn" };

/**
 * How many units stand before those of input number `source` in a concatenation.
 * @param {Layer} layer
 * @param {number} source
 */
const offsetOf = ({ input_shapes: shapes }, source) =>
  shapes.slice(0, source).reduce((total, [units]) => total + units, 0);

/** Which input a unit of a concatenation comes from. @param {Layer} layer @param {number} unit */
function sourceOf(layer, unit) {
  const source = layer.input_shapes.findIndex((_, index) => unit < offsetOf(layer, index + 1));
  return { source, unit: unit - offsetOf(layer, source) };
}

/**
 * Whether an input of a multiplication has the shape of the first.
 * @param {readonly (readonly number[])[]} shapes
 * @param {number} source
 */
const alike = ([first, ...others], source) => source === 0 || others[source - 1].join() === first.join();

/**
 * Where the factor of a place stands in an input.
 * @param {readonly (readonly number[])[]} shapes
 * @param {number} source
 * @param {number[]} at
 */
const factorAt = (shapes, source, at) => (alike(shapes, source) ? at : [at[0], 0, 0].slice(0, shapes[source].length));

/** @type {Record<string, import("./kind.js").Row>} */
export const joins = {
  add: {
    ...JOIN,
    tracer: {
      /** y = x₀ + x₁ + …, value by value. */
      trace: (_layer, inputs, _parameters, at) => ({
        operation: "sum",
        at,
        terms: inputs.map((input, source) => readTerm(input, at, null, null, source)),
        bias: null,
        constants: {},
      }),
      consumers: (_layer, _parameters, at) => [{ at, weight: null }],
    },
    code: (_layer, at) => [`y = sum(x[${at.join(", ")}] for x in xs)`],
  },
  multiply: {
    ...JOIN,
    tracer: {
      /** y = x₀ · x₁ · …; an input with one value for a map gives it to every place of that map. */
      trace: ({ input_shapes: shapes }, inputs, _parameters, at) => ({
        operation: "product",
        at,
        terms: inputs.map((input, source) => readTerm(input, factorAt(shapes, source, at), null, null, source)),
        bias: null,
        constants: {},
      }),
      consumers({ input_shapes: shapes, output_shape: [, rows, columns] }, _parameters, at, source) {
        if (alike(shapes, source)) return [{ at, weight: null }];
        return Array.from({ length: rows * columns }, (_, i) => ({
          at: [at[0], Math.floor(i / columns), i % columns],
          weight: null,
        }));
      },
    },
    code: ({ input_shapes: shapes }, at) => [
      `y = ${shapes.map((_, source) => `xs[${source}][${factorAt(shapes, source, [...at]).join(", ")}]`).join(" * ")}`,
    ],
  },
  concat: {
    ...JOIN,
    view: "copy",
    /** The part of an area that lies in the units of one input. */
    back(layer, source, area) {
      const [before, count] = [offsetOf(layer, source), layer.input_shapes[source][0]];
      const first = Math.max(area.units.first, before);
      const end = Math.min(area.units.first + area.units.count, before + count);
      return first < end ? { ...area, units: { first: first - before, count: end - first } } : null;
    },
    tracer: {
      /** The units of all inputs behind each other: a copy of one value. */
      trace(layer, inputs, _parameters, at) {
        const { source, unit } = sourceOf(layer, at[0]);
        return {
          operation: "copy",
          at,
          terms: [readTerm(inputs[source], [unit, ...at.slice(1)], null, null, source)],
          bias: null,
          constants: {},
        };
      },
      consumers: (layer, _parameters, [unit, ...rest], source) => [
        { at: [unit + offsetOf(layer, source), ...rest], weight: null },
      ],
    },
    code(layer, [unit, ...rest]) {
      const { source, unit: from } = sourceOf(layer, unit);
      return [`y = xs[${source}][${[from, ...rest].join(", ")}]`];
    },
  },
};
