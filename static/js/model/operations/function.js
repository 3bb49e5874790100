// @ts-check
/** Functions of one value: the activation functions. */
import { call, exponential, fraction, literal, negation, number, operand, product, sum } from "../expression.js";
import { exactly, functionBound, gamma } from "./rounding.js";

/**
 * An operation from a function of x and the trace's constants.
 * @param {object} of
 * @param {(x: number, constants: Record<string, number>) => number} of.value
 * @param {(value: number) => number} of.bound from the function's value
 * @param {(x: import("../expression.js").NumberNode, constants: Record<string, number>) => import("../expression.js").Node} of.formula
 * @returns {import("../operations.js").Operation}
 */
const ofOne = ({ value, bound, formula }) => ({
  evaluate: ({ terms, constants }) => value(terms[0].value, constants),
  bound: ({ terms, constants }) => bound(value(terms[0].value, constants)),
  formula: ({ terms, constants }, sources) => formula(operand(terms[0], sources), constants),
});

/** The functions themselves. @type {Record<"relu" | "leaky_relu" | "sigmoid" | "tanh", (x: number, constants: Record<string, number>) => number>} */
export const VALUES = {
  relu: (x) => Math.max(0, x),
  leaky_relu: (x, { slope }) => (x > 0 ? x : slope * x),
  // 1 / (1 + e^−x) written with tanh, which does not overflow
  sigmoid: (x) => 0.5 * (1 + Math.tanh(x / 2)),
  tanh: (x) => Math.tanh(x),
};

export const functions = {
  relu: ofOne({
    value: VALUES.relu,
    bound: exactly,
    formula: (x) => call("max", literal(0), x),
  }),
  leaky_relu: ofOne({
    value: VALUES.leaky_relu,
    bound: (y) => gamma(2) * Math.abs(y),
    formula: (x, { slope }) => (x.value > 0 ? x : product(number(slope, { note: "slope" }), x)),
  }),
  sigmoid: ofOne({
    value: VALUES.sigmoid,
    bound: functionBound,
    formula: (x) => fraction(literal(1), sum(literal(1), exponential(negation(x)))),
  }),
  tanh: ofOne({
    value: VALUES.tanh,
    bound: functionBound,
    formula: (x) => call("tanh", x),
  }),
};
