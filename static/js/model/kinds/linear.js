// @ts-check
/** The layers at a network's end: from maps to a vector, to scores, to probabilities. */
import { indexAt, offset, readTerm } from "../trace.js";
import { needed } from "./conv2d.js";

/** @typedef {import("../origins.js").Origin} Origin */

/** @type {Origin} */
export const flatten = {
  /** Map by map, row by row: a copy of one value. */
  trace: (_layer, [input], _parameters, at) => ({
    operation: "copy",
    at,
    terms: [readTerm(input, indexAt(input.shape, at[0]))],
    bias: null,
    constants: {},
  }),
  readers: (layer, _parameters, at) => [{ at: [offset(layer.input_shape, at)], weight: null }],
};

/** @type {Origin} */
export const dense = {
  /** y[o] = b[o] + Σ_i x[i] · w[o, i] */
  trace(layer, [input], parameters, at) {
    const { weight, bias } = needed(layer, parameters);
    const [unit] = at;
    const [count] = input.shape;
    const terms = Array.from({ length: count }, (_, i) =>
      readTerm(input, [i], weight.data[unit * count + i], [unit, i]),
    );
    return { operation: "weighted_sum", at, terms, bias: bias.data[unit], constants: {} };
  },
  readers(layer, parameters, at) {
    const { weight } = needed(layer, parameters);
    const [units, count] = weight.shape;
    return Array.from({ length: units }, (_, unit) => ({ at: [unit], weight: weight.data[unit * count + at[0]] }));
  },
};

/** @type {Origin} */
export const softmax = {
  /** y[i] = e^{z_i} / Σ_j e^{z_j}: every score takes part in every probability. */
  trace: (_layer, [input], _parameters, at) => ({
    operation: "softmax",
    at,
    terms: Array.from({ length: input.shape[0] }, (_, i) => readTerm(input, [i])),
    bias: null,
    constants: {},
  }),
  readers: (layer) => Array.from({ length: layer.output_shape[0] }, (_, unit) => ({ at: [unit], weight: null })),
};
