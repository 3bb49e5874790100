// @ts-check
/** Native MathML in a few words: `math(n(3), o("+"), i("x"))`. */
import { h } from "../../../elements/dom.js";

/** @typedef {Node | string | number} Part */

/** A number, or a word standing for one. @param {string | number} text @param {string} [mark] */
export const n = (text, mark) => h("math:mn", { class: mark ?? null }, text);
/** @param {string} text @param {string} [mark] */
export const i = (text, mark) => h("math:mi", { class: mark ?? null }, text);
/** @param {string} text */
export const o = (text) => h("math:mo", null, text);
/** @param {string} text */
export const words = (text) => h("math:mtext", null, text);
/** @param {...Part} parts */
export const row = (...parts) => h("math:mrow", null, parts);
/** @param {Part} over @param {Part} under */
export const frac = (over, under) => h("math:mfrac", null, row(over), row(under));
/** @param {Part} base @param {Part} index */
export const sub = (base, index) => h("math:msub", null, base, row(index));
/** @param {Part} base @param {Part} power */
export const sup = (base, power) => h("math:msup", null, base, row(power));
/** @param {...Part} parts */
export const floor = (...parts) => row(o("⌊"), ...parts, o("⌋"));

/** @param {...Part} parts */
export const math = (...parts) => h("math:math", { class: "learn-formula" }, row(...parts));

/** Terms with the operator between them. @param {Part[]} terms @param {string} [operator] */
export const joined = (terms, operator = "+") =>
  terms.flatMap((term, index) => (index === 0 ? [term] : [o(operator), term]));
