// @ts-check
import { readTerm } from "../trace.js";

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
