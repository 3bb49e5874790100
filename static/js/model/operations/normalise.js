// @ts-check
import { fraction, literal, number, operand, power, product, remainder, root, sum } from "../expression.js";
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

/** y = x · scale + shift @type {import("../operations.js").Operation} */
export const scaleShift = {
  evaluate: ({ terms, constants: { scale, shift } }) => terms[0].value * scale + shift,
  bound: ({ terms, constants: { scale, shift } }) => gamma(3) * (Math.abs(terms[0].value * scale) + Math.abs(shift)),
  formula: ({ terms, constants: { scale, shift } }, sources) =>
    sum(product(operand(terms[0], sources), number(scale, { note: "scale" })), number(shift, { note: "shift" })),
};

/**
 * The value that is divided by its neighbours: the one of the same index.
 * @param {import("../trace.js").Trace} trace
 */
const centreOf = ({ terms, at }) =>
  /** @type {import("../trace.js").Term} */ (terms.find((term) => term.at.join() === at.join()));

/** y = x / (bias + α/size · Σ x²)^β @type {import("../operations.js").Operation} */
export const lrn = {
  evaluate(trace) {
    const { size, alpha, beta, bias } = trace.constants;
    const squares = trace.terms.reduce((total, { value }) => total + value * value, 0);
    return centreOf(trace).value / (bias + (alpha / size) * squares) ** beta;
  },
  bound: (trace) =>
    gamma((trace.terms.length + 6) * Math.max(1, trace.constants.beta) + 8) * Math.abs(lrn.evaluate(trace)),
  formula(trace, sources, written) {
    const { size, alpha, beta, bias } = trace.constants;
    const squares = trace.terms.slice(0, written).map((term) => power(operand(term, sources), literal(2)));
    const rest = trace.terms.slice(written).map(({ value }) => value * value);
    return fraction(
      operand(centreOf(trace), sources),
      power(
        sum(
          number(bias, { note: "bias" }),
          product(fraction(number(alpha, { note: "alpha" }), literal(size)), sum(...squares, ...remainder(rest))),
        ),
        number(beta, { note: "beta" }),
      ),
    );
  },
  main: centreOf,
};
