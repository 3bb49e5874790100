// @ts-check
/**
 * How the terms of a trace are put together: the registry of operations, one file of `operations/` each or a family.
 *
 * It is loaded with what explains single values; nothing of it is needed to draw the network.
 *
 * @typedef {object} Operation
 * @property {(trace: Trace) => number} evaluate the value that the terms make, in float64
 * @property {(trace: Trace) => number} bound how far the engine's float32 value may lie from that
 * @property {(trace: Trace, sources: readonly string[], written: number) => import("./expression.js").Node} formula
 *   the calculation with its real operands; `sources` are the names of the layer's inputs, and of a long sum about
 *   `written` terms are written out
 * @property {(trace: Trace) => number} [winner] which term was taken, where one is
 * @property {(term: import("./trace.js").Term) => number} [importance] how much a term matters among the others;
 *   what it adds to a sum, unless said otherwise
 * @property {(trace: Trace) => import("./trace.js").Term} [main] the term to follow towards the picture, where it is
 *   not the most important one
 * @property {(trace: Trace) => Trace} [held] the same value as a function of one term, what the others make held fixed
 */
/** @typedef {import("./trace.js").Trace} Trace */
import { copy, maximum } from "./operations/choice.js";
import { functions } from "./operations/function.js";
import { lrn, normalise, scaleShift, standardise } from "./operations/normalise.js";
import { logSoftmax, softmax } from "./operations/softmax.js";
import { mean, multiplied, plainSum, weightedSum } from "./operations/sum.js";

/** @type {Record<string, Operation>} */
const OPERATIONS = {
  weighted_sum: weightedSum,
  sum: plainSum,
  product: multiplied,
  mean,
  maximum,
  copy,
  softmax,
  log_softmax: logSoftmax,
  normalise,
  scale_shift: scaleShift,
  lrn,
  standardise,
  ...functions,
};

export const operations = () => Object.keys(OPERATIONS);

/** @param {Trace} trace @returns {Operation} */
export const operationOf = ({ operation }) => OPERATIONS[operation];

/**
 * The value that the terms make, in float64. The layer's own float32 value differs in its last
 * digits, because a float32 sum depends on its order (see `tolerance`).
 * @param {Trace} trace
 */
export const evaluate = (trace) => operationOf(trace).evaluate(trace);

/** How far the engine's float32 value may lie from what its terms make in exact arithmetic. @param {Trace} trace */
export const tolerance = (trace) => operationOf(trace).bound(trace);

/** Which term a choice took (the first of equals); null for other operations. @param {Trace} trace */
export const winner = (trace) => operationOf(trace).winner?.(trace) ?? null;
