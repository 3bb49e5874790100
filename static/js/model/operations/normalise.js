// @ts-check
import { fraction, number, operand, product, root, sum } from "../expression.js";
import { gamma } from "./rounding.js";

/** y = (x − mean) / √(variance + ε) · scale + shift @type {import("../operations.js").Operation} */
export const normalise = {
  evaluate: ({ terms, constants: { mean, variance, epsilon, scale, shift } }) =>
    ((terms[0].value - mean) / Math.sqrt(variance + epsilon)) * scale + shift,
  bound({ terms, constants: { mean, variance, epsilon, scale, shift } }) {
    const stretched = ((Math.abs(terms[0].value) + Math.abs(mean)) / Math.sqrt(variance + epsilon)) * Math.abs(scale);
    return gamma(8) * (stretched + Math.abs(shift));
  },
  formula: ({ terms, constants: { mean, variance, epsilon, scale, shift } }, sources) =>
    sum(
      product(
        fraction(
          sum(operand(terms[0], sources), number(-mean, { note: "mean" })),
          root(sum(number(variance, { note: "variance" }), number(epsilon, { note: "epsilon" }))),
        ),
        number(scale, { note: "scale" }),
      ),
      number(shift, { note: "shift" }),
    ),
};
