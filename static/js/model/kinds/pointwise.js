// @ts-check
/** Layers that make each value from the one value at the same place. */
import { readTerm } from "../trace.js";
import { needed } from "./conv2d.js";

/** @typedef {import("../origins.js").Origin} Origin */

/** @type {Origin["readers"]} */
const samePlace = (_layer, _parameters, at) => [{ at, weight: null }];

/** @type {Origin} */
export const activation = {
  /** A function of the one value at the same index; the kind names it (`OPERATIONS` in `trace.js`). */
  trace: ({ kind, slope }, [input], _parameters, at) => ({
    operation: kind,
    at,
    terms: [readTerm(input, at)],
    bias: null,
    constants: /** @type {Record<string, number>} */ (slope === undefined ? {} : { slope }),
  }),
  readers: samePlace,
};

/** @type {Origin} */
export const normalisation = {
  /** y = (x − mean) / √(variance + ε) · scale + shift, with one set of numbers for each map. */
  trace(layer, [input], parameters, at) {
    const { weight, bias, mean, variance } = needed(layer, parameters);
    const [unit] = at;
    if (!mean || !variance) throw new Error(`${layer.name}: batch_norm2d needs its mean and variance`);
    return {
      operation: "normalise",
      at,
      terms: [readTerm(input, at)],
      bias: null,
      constants: {
        scale: weight.data[unit],
        shift: bias.data[unit],
        mean: mean.data[unit],
        variance: variance.data[unit],
        epsilon: layer.epsilon ?? 1e-5,
      },
    };
  },
  readers: samePlace,
};
