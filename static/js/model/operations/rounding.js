// @ts-check
/**
 * What float32 rounding allows.
 *
 * A float32 operation is off by at most u = 2⁻²⁴ of its result, so a sum of n products in any
 * order is off by at most γ · Σ|product| with γ = n·u / (1 − n·u) (Higham, Accuracy and Stability
 * of Numerical Algorithms, 2nd ed., §4.2). These are bounds: real differences are far smaller.
 */
import { product } from "../trace.js";

const UNIT_ROUNDOFF = 2 ** -24;

/** @param {number} operations how many roundings follow each other */
export const gamma = (operations) => (operations * UNIT_ROUNDOFF) / (1 - operations * UNIT_ROUNDOFF);

/** The bound for a sum of products in any order. @param {import("../trace.js").Trace} trace */
export const sumBound = (trace) =>
  gamma(trace.terms.length + 2) *
  (trace.terms.reduce((sum, term) => sum + Math.abs(product(term)), 0) + Math.abs(trace.bias ?? 0));

/** The bound for a library function's result: a few roundings of a value near 1. @param {number} value */
export const functionBound = (value) => gamma(8) * Math.max(1, Math.abs(value));

/** What is taken over unchanged is exact. */
export const exactly = () => 0;
