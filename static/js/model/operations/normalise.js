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

/**
 * The same value by the mean and variance that its terms have: a function of the one at the same place.
 * @param {import("../trace.js").Trace} trace
 * @returns {import("../trace.js").Trace}
 */
function measured(trace) {
  const { terms, constants } = trace;
  const mean = terms.reduce((total, { value }) => total + value, 0) / terms.length;
  const variance = terms.reduce((total, { value }) => total + (value - mean) ** 2, 0) / terms.length;
  const { epsilon, scale, shift } = constants;
  return {
    ...trace,
    operation: "normalise",
    terms: [centreOf(trace)],
    constants: { mean, variance, epsilon, scale, shift },
  };
}

/**
 * y = (x − mean) / √(variance + ε) · scale + shift, both measured of all terms
 * @type {import("../operations.js").Operation}
 */
export const standardise = {
  evaluate: (trace) => normalise.evaluate(measured(trace)),
  // The mean is off as a sum is, what lies between it and a value by that and a rounding, and so is each root.
  bound(trace) {
    const { constants, terms } = measured(trace);
    const count = trace.terms.length;
    const root = Math.sqrt(constants.variance + constants.epsilon);
    const sizes = trace.terms.map(({ value }) => Math.abs(value));
    const mean = sizes.reduce((total, size) => total + size, 0) / count;
    const largest = sizes.reduce((most, size) => Math.max(most, size), 0);
    const off = (gamma(count + 2) * mean + gamma(4) * (largest + Math.abs(constants.mean))) / root;
    const found = Math.abs((terms[0].value - constants.mean) / root);
    const stretched = (1 + found) * off + found * (off * off + gamma(count + 8));
    return Math.abs(constants.scale) * (stretched + gamma(4) * found) + gamma(3) * Math.abs(constants.shift);
  },
  formula: (trace, sources) => normalise.formula(measured(trace), sources, 1),
  main: centreOf,
  held: measured,
};
