// @ts-check
import { call, exponential, fraction, negation, operand, remainder, sum } from "../expression.js";
import { gamma } from "./rounding.js";

/** @typedef {import("../trace.js").Trace} Trace */

/** @param {Trace} trace */
function evaluate({ terms, at }) {
  const greatest = Math.max(...terms.map((term) => term.value));
  const powers = terms.map((term) => Math.exp(term.value - greatest));
  return powers[at[0]] / powers.reduce((total, one) => total + one, 0);
}

/**
 * y[i] = e^{z_i} / Σ_j e^{z_j}: every score takes part in every probability.
 * @type {import("../operations.js").Operation}
 */
export const softmax = {
  evaluate,
  // The rounding of z − max(z) acts on the exponent, so it counts as often as z − max(z) is large.
  bound(trace) {
    const values = trace.terms.map((term) => term.value);
    const reach = Math.max(...values) - Math.min(...values);
    return gamma(trace.terms.length + 8 + 2 * reach) * evaluate(trace);
  },
  formula({ terms, at }, sources, written) {
    const powerOf = (/** @type {import("../trace.js").Term} */ term) => exponential(operand(term, sources));
    const largestFirst = [...terms].sort((a, b) => b.value - a.value);
    const shown = terms.length <= written ? terms : largestFirst.slice(0, written);
    const rest = terms.length <= written ? [] : largestFirst.slice(written).map(({ value }) => Math.exp(value));
    return fraction(powerOf(terms[at[0]]), sum(...shown.map(powerOf), ...remainder(rest)));
  },
  importance: (term) => term.value,
  main: ({ terms, at }) => terms[at[0]],
};

/** y[i] = z_i − ln Σ_j e^{z_j} @type {import("../operations.js").Operation} */
export const logSoftmax = {
  evaluate({ terms, at }) {
    const greatest = Math.max(...terms.map((term) => term.value));
    const total = terms.reduce((sum, term) => sum + Math.exp(term.value - greatest), 0);
    return terms[at[0]].value - greatest - Math.log(total);
  },
  bound({ terms }) {
    const values = terms.map((term) => term.value);
    const reach = Math.max(...values) - Math.min(...values);
    return gamma(terms.length + 8) * (1 + reach + Math.log(terms.length));
  },
  formula({ terms, at }, sources, written) {
    const { bottom } = /** @type {import("../expression.js").FractionNode} */ (
      softmax.formula({ operation: "softmax", terms, at, bias: null, constants: {} }, sources, written)
    );
    return sum(operand(terms[at[0]], sources), negation(call("ln", bottom)));
  },
  importance: (term) => term.value,
  main: ({ terms, at }) => terms[at[0]],
};
