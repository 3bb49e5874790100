// @ts-check
/**
 * Lists of values that a number is made from, or that are made from it: a link to each, and what it is multiplied by.
 */
import { h } from "../../../elements/dom.js";
import { share } from "./share.js";

/**
 * One row. Its figures stand in columns of their own beside the link, or below it, in every row alike.
 * @param {Record<string, any>} attributes the link's
 * @param {(Node | string)[]} name @param {string} value
 * @param {{ factor?: [shown: string, whole: string], product?: [shown: string, whole: string], part?: number }}
 *   [figures] weight, weight × value, and its share of the largest
 */
export function operandRow(attributes, name, value, { factor, product, part } = {}) {
  const figure = (/** @type {string} */ kind, /** @type {[string, string]} */ [shown, whole]) =>
    h("span", { class: `operand-${kind} mono`, "data-value": whole }, shown);
  return h(
    "li",
    null,
    h(
      "button",
      { type: "button", class: "operand", ...attributes },
      h("span", { class: "operand-name" }, ...name),
      value ? h("span", { class: "operand-value mono" }, value) : "",
    ),
    factor || product
      ? h(
          "span",
          { class: "operand-figures" },
          factor ? figure("weight", factor) : "",
          product ? figure("product", product) : "",
          part === undefined ? "" : share(part),
        )
      : "",
  );
}

/** What is aligned over all rows of a list. */
const COLUMNS = ["name", "value", "weight", "product"];

/**
 * Add rows. The longest text of each kind decides how wide it is in every row, so that either all rows have room for
 * their figures beside the link or none has.
 * @param {HTMLElement} list @param {Iterable<HTMLElement>} rows
 */
export function addOperands(list, rows) {
  list.append(...rows);
  for (const column of COLUMNS) {
    const lengths = [...list.querySelectorAll(`.operand-${column}`)].map(({ textContent }) => textContent?.length ?? 0);
    list.style.setProperty(`--${column}`, String(Math.max(0, ...lengths)));
  }
}
