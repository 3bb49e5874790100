// @ts-check
import { numberOf, readTerm, rowOf } from "../trace.js";
import { needed } from "./kind.js";

/** @type {Record<string, import("./kind.js").Row>} */
export const denses = {
  dense: {
    family: "dense",
    connects: "all",
    mixes: true,
    view: "output",
    chapter: "flatten",
    tracer: {
      /** y[o] = b[o] + Σ_i x[i] · w[o, i] */
      trace(layer, [input], parameters, at) {
        const { weight, bias } = needed(layer, parameters);
        const [unit] = at;
        const row = rowOf(weight, unit);
        const terms = Array.from(row, (factor, i) => readTerm(input, [i], factor, [unit, i]));
        return { operation: "weighted_sum", at, terms, bias: bias ? numberOf(bias, unit) : null, constants: {} };
      },
      consumers(layer, parameters, at) {
        const { weight } = needed(layer, parameters);
        const [units, count] = weight.shape;
        return Array.from({ length: units }, (_, unit) => ({ at: [unit], weight: weight.data[unit * count + at[0]] }));
      },
    },
    code: ({ bias }, [unit]) => [
      `y = x @ layer["weight"][${unit}]${bias === false ? "" : ` + layer["bias"][${unit}]`}`,
    ],
  },
};
