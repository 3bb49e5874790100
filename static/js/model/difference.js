// @ts-check
/**
 * Where the difference between two values of the same place comes from: B's value minus A's, taken apart into what the
 * operands and the learned numbers have added. Of a sum the parts add up to the difference exactly (but for rounding):
 * Σ w·Δx + Σ Δw·x + Δb, with A's weights w and B's operands x. Of what chooses or bends, the two cases are set side by
 * side.
 *
 * @typedef {Pick<import("./scene.js").WholeScene, "model" | "run" | "parameters"> &
 *   Partial<Pick<import("./scene.js").Scene, "edits">>} Side
 * @typedef {import("./explain.js").ValueIndex} ValueIndex
 */
/**
 * @typedef {object} Part what one operand adds to the difference
 * @property {ValueIndex} valueIndex in B
 * @property {boolean} padding
 * @property {number} a the operand in A @property {number} b in B
 * @property {number} weightA @property {number} weightB what it is multiplied by
 * @property {number} byValue w·Δx @property {number} byWeight Δw·x
 */
/**
 * @typedef {object} Origin
 * @property {ValueIndex} at in B @property {ValueIndex} from in A
 * @property {number} a @property {number} b the two values
 * @property {"sum" | "choice" | "function" | "edit" | "other" | "input"} sort how the value is made: `edit`: a change
 *   of the unit has put it there, in one of the two at least; `other`: it mixes its operands in another way
 * @property {readonly Part[]} parts the most important first
 * @property {number} values Σ w·Δx @property {number} weights Σ Δw·x @property {number} bias Δb
 * @property {readonly [number, number] | null} winners of a choice, which of the operands was taken in A and in B
 * @property {string} operation
 */
import { explain, tensorOf, termIndex } from "./explain.js";
import { INPUT } from "./model.js";
import { winner } from "./operations.js";
import { valueAt } from "./trace.js";
import { unitEdits } from "./scene.js";

/** Sums of which every operand has a weight of its own, a share, or 1. */
const SUMS = ["weighted_sum", "sum", "mean"];

/**
 * @param {Side} a @param {Side} b @param {ValueIndex} at in B
 * @param {ValueIndex} [from] in A, where it stands elsewhere
 * @returns {Origin}
 */
export function originOf(a, b, at, from = at) {
  const values = { a: valueOf(a, from), b: valueOf(b, at) };
  /** @type {Origin} */
  const plain = {
    at,
    from,
    ...values,
    sort: "input",
    parts: [],
    values: 0,
    weights: 0,
    bias: 0,
    winners: null,
    operation: "",
  };
  if (at.layer === INPUT) return plain;
  const [one, other] = [explain(a, from), explain(b, at)];
  if (!one.trace || !other.trace) return { ...plain, sort: "other" };
  const { operation } = other.trace;
  const found = { ...plain, operation };
  if ([a, b].some((side) => unitEdits({ edits: side.edits ?? [] }, at.layer, at.at[0]).length > 0))
    return { ...found, sort: "edit" };
  if (one.trace.operation !== operation || one.trace.terms.length !== other.trace.terms.length)
    return { ...found, sort: "other" };
  const linear = SUMS.includes(operation);
  const parts = other.trace.terms.map((term, index) => {
    const mine = /** @type {import("./trace.js").Trace} */ (one.trace).terms[index];
    const [weightA, weightB] = [mine.weight ?? 1, term.weight ?? 1];
    return {
      valueIndex: termIndex(other, term),
      padding: term.padding,
      a: mine.value,
      b: term.value,
      weightA,
      weightB,
      byValue: weightA * (term.value - mine.value),
      byWeight: (weightB - weightA) * term.value,
    };
  });
  const [before, after] = [winner(one.trace), winner(other.trace)];
  if (before !== null && after !== null) {
    const taken = /** @type {const} */ ([before, after]);
    const chosen = [...new Set([after, before])].map((index) => parts[index]);
    return { ...found, sort: "choice", winners: taken, parts: chosen };
  }
  if (!linear)
    return {
      ...found,
      sort: parts.length === 1 ? "function" : "other",
      parts: [...parts].sort((x, y) => Math.abs(y.b - y.a) - Math.abs(x.b - x.a)),
    };
  return {
    ...found,
    sort: "sum",
    parts: [...parts].sort((x, y) => Math.abs(y.byValue + y.byWeight) - Math.abs(x.byValue + x.byWeight)),
    values: parts.reduce((sum, part) => sum + part.byValue, 0),
    weights: parts.reduce((sum, part) => sum + part.byWeight, 0),
    bias: (other.trace.bias ?? 0) - (one.trace.bias ?? 0),
  };
}

/** @param {Side} side @param {ValueIndex} at */
const valueOf = (side, at) => valueAt(/** @type {import("./trace.js").Tensor} */ (tensorOf(side, at.layer)), at.at);

/** The place of a unit at which B is furthest from A. @param {import("../api/wire.js").Tensor} difference
 * @param {number} unit @returns {number[]} its index */
export function furthest({ shape, data }, unit) {
  const size = data.length / shape[0];
  let best = unit * size;
  for (let at = best; at < (unit + 1) * size; at++) if (Math.abs(data[at]) > Math.abs(data[best])) best = at;
  const place = best - unit * size;
  return shape.length === 3 ? [unit, Math.floor(place / shape[2]), place % shape[2]] : [unit];
}
