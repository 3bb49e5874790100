// @ts-check
/** Functions of one value: the activation functions. */
import {
  call,
  exponential,
  fraction,
  literal,
  negation,
  number,
  operand,
  power,
  product,
  root,
  sum,
  symbol,
} from "../expression.js";
import { erfc } from "./erfc.js";
import { exactly, functionBound, gamma } from "./rounding.js";

/** @typedef {import("../expression.js").Node} Node */
/** @typedef {import("../expression.js").NumberNode} NumberNode */

/** @typedef {(x: number, constants: Record<string, number>) => number} Value */

/**
 * An operation from a function of x and the trace's constants.
 * @param {object} of
 * @param {Value} of.value
 * @param {(y: number, x: number) => number} of.bound from the function's value
 * @param {(x: NumberNode, constants: Record<string, number>) => Node} of.formula
 * @returns {import("../operations.js").Operation & { value: Value }}
 */
const ofOne = ({ value, bound, formula }) => ({
  value,
  evaluate: ({ terms, constants }) => value(terms[0].value, constants),
  bound: ({ terms: [{ value: x }], constants }) => bound(value(x, constants), x),
  formula: ({ terms, constants }, sources) => formula(operand(terms[0], sources), constants),
});

/** For functions that multiply a share between 0 and 1 by x. @param {number} _y @param {number} x */
const scaledBound = (_y, x) => functionBound(x);

/** What is taken over unchanged is exact, a limit may be a number that float32 does not hold. @param {number} y */
const limitBound = (y) => (Math.fround(y) === y ? 0 : gamma(1) * Math.abs(y));

const SELU = { alpha: 1.6732632423543772, scale: 1.0507009873554805 };

/** 1 / (1 + e^−x) written with tanh, which does not overflow. @param {number} x */
const logistic = (x) => 0.5 * (1 + Math.tanh(x / 2));

/** α · (eˣ − 1) @param {Node} x @param {NumberNode} alpha */
const belowZero = (x, alpha) => product(alpha, sum(exponential(x), literal(-1)));

/** max(0, min(1, …)) @param {Node} inner */
const between = (inner) => call("max", literal(0), call("min", literal(1), inner));

export const functions = {
  relu: ofOne({
    value: (x) => Math.max(0, x),
    bound: exactly,
    formula: (x) => call("max", literal(0), x),
  }),
  leaky_relu: ofOne({
    value: (x, { slope }) => (x > 0 ? x : slope * x),
    bound: (y) => gamma(2) * Math.abs(y),
    formula: (x, { slope }) => (x.value > 0 ? x : product(number(slope, { note: "slope" }), x)),
  }),
  clip: ofOne({
    value: (x, { low, high }) => Math.min(Math.max(x, low), high),
    bound: limitBound,
    formula: (x, { low, high }) => call("min", call("max", x, literal(low)), literal(high)),
  }),
  elu: ofOne({
    value: (x, { alpha }) => (x > 0 ? x : alpha * Math.expm1(x)),
    bound: functionBound,
    formula: (x, { alpha }) => (x.value > 0 ? x : belowZero(x, number(alpha, { note: "alpha" }))),
  }),
  selu: ofOne({
    value: (x) => SELU.scale * (x > 0 ? x : SELU.alpha * Math.expm1(x)),
    bound: functionBound,
    formula: (x) =>
      product(
        number(SELU.scale, { note: "lambda" }),
        ...(x.value > 0 ? [x] : belowZero(x, number(SELU.alpha, { note: "alpha" })).items),
      ),
  }),
  sigmoid: ofOne({
    value: logistic,
    bound: functionBound,
    formula: (x) => fraction(literal(1), sum(literal(1), exponential(negation(x)))),
  }),
  hard_sigmoid: ofOne({
    value: (x, { slope, offset }) => Math.max(0, Math.min(1, slope * x + offset)),
    bound: scaledBound,
    formula: (x, { slope, offset }) =>
      between(sum(product(number(slope, { note: "slope" }), x), number(offset, { note: "offset" }))),
  }),
  swish: ofOne({
    value: (x) => x * logistic(x),
    bound: scaledBound,
    formula: (x) => fraction(x, sum(literal(1), exponential(negation(x)))),
  }),
  hard_swish: ofOne({
    value: (x) => x * Math.max(0, Math.min(1, x / 6 + 0.5)),
    bound: scaledBound,
    formula: (x) => product(x, between(sum(fraction(x, literal(6)), literal(0.5)))),
  }),
  gelu: ofOne({
    value: (x) => (x * erfc(-x / Math.SQRT2)) / 2,
    bound: scaledBound,
    formula: (x) => product(literal(0.5), x, sum(literal(1), call("erf", fraction(x, root(literal(2)))))),
  }),
  gelu_tanh: ofOne({
    value: (x) => x * logistic(Math.sqrt(8 / Math.PI) * (x + 0.044715 * x ** 3)),
    bound: scaledBound,
    formula: (x) =>
      product(
        literal(0.5),
        x,
        sum(
          literal(1),
          call(
            "tanh",
            product(root(fraction(literal(2), symbol("π"))), sum(x, product(literal(0.044715), power(x, literal(3))))),
          ),
        ),
      ),
  }),
  softplus: ofOne({
    value: (x) => Math.max(0, x) + Math.log1p(Math.exp(-Math.abs(x))),
    bound: functionBound,
    formula: (x) => call("ln", sum(literal(1), exponential(x))),
  }),
  tanh: ofOne({
    value: (x) => Math.tanh(x),
    bound: functionBound,
    formula: (x) => call("tanh", x),
  }),
};
