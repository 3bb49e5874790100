// @ts-check
/** Operations that take over one value as it is: the largest of several, or the only one. */
import { call, operand } from "../expression.js";
import { exactly } from "./rounding.js";

/** @typedef {import("../operations.js").Operation} Operation */

/** Index of the largest term, the first of equals. @param {import("../trace.js").Trace} trace */
function largest({ terms }) {
  let best = 0;
  terms.forEach((term, index) => {
    if (term.value > terms[best].value) best = index;
  });
  return best;
}

/** @type {Operation} */
export const maximum = {
  evaluate: (trace) => trace.terms[largest(trace)].value,
  bound: exactly,
  formula: ({ terms }, sources, written) =>
    call("max", ...terms.slice(0, 4 * written).map((term) => operand(term, sources))),
  winner: largest,
};

/** @type {Operation} */
export const copy = {
  evaluate: ({ terms }) => terms[0].value,
  bound: exactly,
  formula: ({ terms }, sources) => operand(terms[0], sources),
};
