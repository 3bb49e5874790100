// @ts-check
/** The formula of an explained value: its name, the calculation with its real operands, the result. */
import { number } from "../model/expression.js";
import { operationOf } from "../model/operations.js";

/** How many terms of a sum are written out before the rest is added up. */
export const WRITTEN_TERMS = 12;

/** `conv_1_2[3, 30, 24]` @param {import("../model/explain.js").ValueIndex} valueIndex */
export const nameOf = ({ layer, at }) => `${layer}[${at.join(", ")}]`;

/**
 * `conv_1_2[3, 30, 24] = 0.05 + 0.16 − 0.01 + … = 0.38`
 * @param {import("../model/explain.js").Explanation} explanation
 * @param {{ written?: number }} [options]
 * @returns {import("../model/expression.js").EqualNode}
 */
export function formulaOf({ valueIndex, value, trace, sources }, { written = WRITTEN_TERMS } = {}) {
  const name = /** @type {const} */ ({ type: "name", text: nameOf(valueIndex) });
  const result = number(value, { valueIndex });
  return {
    type: "equal",
    items: trace ? [name, operationOf(trace).formula(trace, sources, written), result] : [name, result],
  };
}
