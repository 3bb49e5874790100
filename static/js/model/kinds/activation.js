// @ts-check
/**
 * Activations: each value is a function of the one value at the same place (`operations/function.js`), but for softmax,
 * where all scores take part in each.
 */
import { numberOf, readTerm } from "../trace.js";
import { needed, pointwise } from "./kind.js";

/** @typedef {import("./kind.js").Layer} Layer */
/** @typedef {import("./kind.js").Tensor} Tensor */

/**
 * @param {(x: string, layer: Layer) => string[]} code with `x` as NumPy writes the operand
 * @param {{ bounds?: import("./kind.js").Kind["bounds"], constants?: (keyof Layer)[],
 *   operation?: (layer: Layer) => string }} [more]
 *   `constants`: the hyperparameters that are numbers of the function; `operation`: its name where it is not the kind's
 * @returns {import("./kind.js").Row}
 */
const activation = (code, { bounds = null, constants = [], operation = ({ kind }) => kind } = {}) => ({
  ...pointwise((layer) => ({
    operation: operation(layer),
    constants: Object.fromEntries(constants.map((name) => [name, /** @type {number} */ (layer[name])])),
  })),
  chapter: "activation",
  bounds,
  code: (layer, at) => code(`x[${at.join(", ")}]`, layer),
});

/** A number as NumPy takes it beside float32 values without widening them. @param {number | undefined} value */
const single = (value) => `np.float32(${value})`;

/** NumPy's lines for a function with a piece of its own below 0. @param {string} x @param {string} below of `v` */
const bent = (x, below) => [`v = ${x}`, `y = v if v > 0 else ${below}`];

/** @type {Record<string, import("./kind.js").Row>} */
export const activations = {
  relu: activation((x) => [`y = np.maximum(${x}, 0)`], { bounds: { low: 0, high: null } }),
  leaky_relu: activation((x, { slope }) => bent(x, `${single(slope)} * v`), { constants: ["slope"] }),
  clip: activation((x, { low, high }) => [`y = np.clip(${x}, ${single(low)}, ${single(high)})`], {
    constants: ["low", "high"],
  }),
  elu: activation((x, { alpha }) => bent(x, `${single(alpha)} * np.expm1(v)`), { constants: ["alpha"] }),
  selu: activation((x) => [
    "scale, alpha = np.float32(1.0507009873554805), np.float32(1.6732632423543772)",
    `v = ${x}`,
    "y = scale * v if v > 0 else scale * alpha * np.expm1(v)",
  ]),
  sigmoid: activation((x) => [`y = 1 / (1 + np.exp(-${x}))`], { bounds: { low: 0, high: 1 } }),
  hard_sigmoid: activation(
    (x, { slope, offset }) => [`y = np.clip(${single(slope)} * ${x} + ${single(offset)}, 0, 1)`],
    {
      bounds: { low: 0, high: 1 },
      constants: ["slope", "offset"],
    },
  ),
  swish: activation((x) => [`v = ${x}`, "y = v / (1 + np.exp(-v))"]),
  hard_swish: activation((x) => [`v = ${x}`, "y = v * np.clip(v / 6 + np.float32(0.5), 0, 1)"]),
  gelu: activation(
    (x, { approximate }) =>
      approximate
        ? [`v = ${x}`, "u = np.sqrt(2 / np.pi) * (v + 0.044715 * v ** 3)", "y = v * (1 + np.tanh(u)) / 2"]
        : ["import math", `v = ${x}`, "y = v * math.erfc(-v / math.sqrt(2)) / 2"],
    { operation: ({ approximate }) => (approximate ? "gelu_tanh" : "gelu") },
  ),
  softplus: activation((x) => [`y = np.logaddexp(${x}, np.float32(0))`], { bounds: { low: 0, high: null } }),
  tanh: activation((x) => [`y = np.tanh(${x})`], { bounds: { low: -1, high: 1 } }),
  prelu: {
    /** A leaky ReLU with a learned slope for each map. */
    ...pointwise((layer, parameters, [unit]) => ({
      operation: "leaky_relu",
      constants: { slope: numberOf(/** @type {Tensor} */ (needed(layer, parameters).slope), unit) },
    })),
    chapter: "activation",
    code: (_layer, at) => bent(`x[${at.join(", ")}]`, `layer["slope"][${at[0]}] * v`),
  },
};

/** @type {Record<string, import("./kind.js").Row>} */
export const softmaxes = {
  softmax: {
    family: "probability",
    connects: "all",
    column: false,
    view: "softmax",
    chapter: "softmax",
    tracer: {
      /** y[i] = e^{z_i} / Σ_j e^{z_j}: every score takes part in every probability. */
      trace: (_layer, [input], _parameters, at) => ({
        operation: "softmax",
        at,
        terms: Array.from({ length: input.shape[0] }, (_, i) => readTerm(input, [i])),
        bias: null,
        constants: {},
      }),
      consumers: (layer) => Array.from({ length: layer.output_shape[0] }, (_, unit) => ({ at: [unit], weight: null })),
    },
    code: (_layer, [unit]) => ["e = np.exp(x - x.max())", `y = e[${unit}] / e.sum()`],
  },
  log_softmax: {
    family: "log_probability",
    connects: "all",
    view: "softmax",
    chapter: "softmax",
    tracer: {
      /** y[i] = z_i − ln Σ_j e^{z_j} */
      trace: (_layer, [input], _parameters, at) => ({
        operation: "log_softmax",
        at,
        terms: Array.from({ length: input.shape[0] }, (_, i) => readTerm(input, [i])),
        bias: null,
        constants: {},
      }),
      consumers: (layer) => Array.from({ length: layer.output_shape[0] }, (_, unit) => ({ at: [unit], weight: null })),
    },
    code: (_layer, [unit]) => ["z = x - x.max()", `y = z[${unit}] - np.log(np.exp(z).sum())`],
  },
};
