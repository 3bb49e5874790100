// @ts-check
/**
 * Sums, of what stands in several inputs, of products, as convolutions and dense layers make them, and of shares, as a
 * mean does; and products.
 */
import { fraction, literal, number, operand, product as times, remainder, sum } from "../expression.js";
import { partialsAt } from "../partial-sums.js";
import { product } from "../trace.js";
import { gamma, sumBound } from "./rounding.js";

/** @typedef {import("../operations.js").Operation} Operation */
/** @typedef {import("../trace.js").Trace} Trace */

/** @param {Trace} trace */
const total = (trace) => trace.terms.reduce((result, term) => result + product(term), 0) + (trace.bias ?? 0);

/** y = b + Σ x·w @type {Operation} */
export const weightedSum = {
  evaluate: total,
  bound: sumBound,
  /** Sums over maps are written as one part for each map, all others as products by size. */
  formula(trace, sources, written) {
    const bias = trace.bias === null ? [] : [number(trace.bias, { note: "bias" })];
    if (!trace.terms.length && !bias.length) return literal(0); // where no kernel of a transposed convolution reaches
    const channels = channelCount(trace);
    if (channels > 1 && channels < trace.terms.length) {
      const each = trace.terms.length / channels;
      const partials = [...partialsAt(trace, channels)].map((value, index) => ({
        value,
        term: trace.terms[index * each],
      }));
      const shown =
        channels <= written
          ? partials
          : [...partials].sort((a, b) => Math.abs(b.value) - Math.abs(a.value)).slice(0, written);
      const rest = partials.filter((part) => !shown.includes(part));
      return sum(
        ...shown.map(({ value, term }) => {
          const node = number(value);
          return /** @type {const} */ ({ type: "subtotal", of: `${sources[term.source]}[${term.at[0]}]`, node });
        }),
        ...remainder(rest.map(({ value }) => value)),
        ...bias,
      );
    }
    const ranked =
      trace.terms.length <= written
        ? trace.terms
        : [...trace.terms].sort((a, b) => Math.abs(product(b)) - Math.abs(product(a)));
    return sum(
      ...ranked.slice(0, written).map((term) => times(operand(term, sources), number(term.weight ?? 1))),
      ...remainder(ranked.slice(written).map(product)),
      ...bias,
    );
  },
};

/** How many maps a weighted sum reads; 0 where it reads a vector. @param {Trace} trace */
const channelCount = (trace) =>
  trace.terms[0]?.at.length === 3 ? new Set(trace.terms.map((term) => term.at[0])).size : 0;

/** y = Σ x: what stands at the same place of several inputs. @type {Operation} */
export const plainSum = {
  evaluate: total,
  bound: sumBound,
  formula: ({ terms }, sources, written) =>
    sum(
      ...terms.slice(0, 4 * written).map((term) => operand(term, sources)),
      ...remainder(terms.slice(4 * written).map((term) => term.value)),
    ),
};

/** y = x₀ · x₁ · … @type {Operation} */
export const multiplied = {
  evaluate: ({ terms }) => terms.reduce((result, { value }) => result * value, 1),
  bound: (trace) => gamma(trace.terms.length) * Math.abs(multiplied.evaluate(trace)),
  formula: ({ terms }, sources) => times(...terms.map((term) => operand(term, sources))),
};

/** y = Σ x / n: every weight is 1 / n. @type {Operation} */
export const mean = {
  evaluate: total,
  bound: sumBound,
  formula: ({ terms }, sources, written) =>
    fraction(
      sum(
        ...terms.slice(0, 4 * written).map((term) => operand(term, sources)),
        ...remainder(terms.slice(4 * written).map((term) => term.value)),
      ),
      literal(terms.length),
    ),
};
