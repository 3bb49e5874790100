// @ts-check
/**
 * How far the engine's float32 value may lie from what its terms make in exact arithmetic.
 *
 * A float32 operation is off by at most u = 2⁻²⁴ of its result, so a sum of n products in any
 * order is off by at most γ · Σ|product| with γ = n·u / (1 − n·u) (Higham, Accuracy and Stability
 * of Numerical Algorithms, 2nd ed., §4.2). These are bounds: real differences are far smaller.
 *
 * @typedef {import("./trace.js").Trace} Trace
 */
import { evaluate, product } from "./trace.js";

const UNIT_ROUNDOFF = 2 ** -24;

/** @param {number} operations */
const gamma = (operations) => (operations * UNIT_ROUNDOFF) / (1 - operations * UNIT_ROUNDOFF);

/** @param {Trace} trace */
const sumBound = (trace) =>
  gamma(trace.terms.length + 2) *
  (trace.terms.reduce((sum, term) => sum + Math.abs(product(term)), 0) + Math.abs(trace.bias ?? 0));

/** A library function's result, a few roundings of a value near 1. @param {Trace} trace */
const functionBound = (trace) => gamma(8) * Math.max(1, Math.abs(evaluate(trace)));

/** @type {Record<string, (trace: Trace) => number>} */
const BOUNDS = {
  weighted_sum: sumBound,
  mean: sumBound,
  maximum: () => 0,
  copy: () => 0,
  relu: () => 0,
  leaky_relu: (trace) => gamma(2) * Math.abs(evaluate(trace)),
  sigmoid: functionBound,
  tanh: functionBound,
  // The rounding of z − max(z) acts on the exponent, so it counts as often as z − max(z) is large.
  softmax: (trace) => {
    const values = trace.terms.map((term) => term.value);
    const reach = Math.max(...values) - Math.min(...values);
    return gamma(trace.terms.length + 8 + 2 * reach) * evaluate(trace);
  },
  normalise: (trace) => {
    const { mean, variance, epsilon, scale, shift } = trace.constants;
    const stretched =
      ((Math.abs(trace.terms[0].value) + Math.abs(mean)) / Math.sqrt(variance + epsilon)) * Math.abs(scale);
    return gamma(8) * (stretched + Math.abs(shift));
  },
};

/** @param {Trace} trace */
export const tolerance = (trace) => BOUNDS[trace.operation](trace);
