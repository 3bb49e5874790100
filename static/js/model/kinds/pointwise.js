// @ts-check
/** Layers that make each value from the one value at the same place. */
import { readTerm } from "../trace.js";
import { needed } from "./conv2d.js";

/** The values that an activation cannot pass. @type {Record<string, { low: number | null, high: number | null }>} */
const BOUNDS = { relu: { low: 0, high: null }, sigmoid: { low: 0, high: 1 }, tanh: { low: -1, high: 1 } };

/** @param {string} kind @returns {import("../kinds.js").Kind} */
const activation = (kind) => ({
  kind,
  family: "activation",
  bounds: BOUNDS[kind] ?? null,
  connects: "one",
  column: true,
  mixes: false,
  closesModule: false,
  view: "activation",
  chapter: "activation",
  window: () => null,
  /** A function of the one value at the same index. */
  trace: (layer, input, _parameters, at) => ({
    operation: kind,
    at,
    terms: [readTerm(input, at)],
    bias: null,
    constants: /** @type {Record<string, number>} */ (layer.slope === undefined ? {} : { slope: layer.slope }),
  }),
  readers: (_layer, _parameters, at) => [{ at, weight: null }],
});

export const activations = ["relu", "leaky_relu", "sigmoid", "tanh"].map(activation);

/** @type {import("../kinds.js").Kind} */
export const normalisation = {
  kind: "batch_norm2d",
  family: "activation",
  connects: "one",
  column: true,
  mixes: false,
  closesModule: false,
  view: "activation",
  chapter: "overfitting",
  window: () => null,
  /** y = (x − mean) / √(variance + ε) · scale + shift, with one set of numbers for each map. */
  trace(layer, input, parameters, at) {
    const { weight, bias, mean, variance } = needed(layer, parameters);
    const [unit] = at;
    if (!mean || !variance) throw new Error(`${layer.name}: batch_norm2d needs its mean and variance`);
    return {
      operation: "normalise",
      at,
      terms: [readTerm(input, at)],
      bias: null,
      constants: { scale: weight.data[unit], shift: bias.data[unit], mean: mean.data[unit], variance: variance.data[unit], epsilon: layer.epsilon ?? 1e-5 },
    };
  },
  readers: (_layer, _parameters, at) => [{ at, weight: null }],
};
