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

/**
 * A list of which the first rows are written, and with each "more" some more: it may have thousands.
 * @param {HTMLElement} list
 * @param {number} count
 * @param {(index: number) => HTMLElement} row
 * @param {(key: string, params?: Record<string, string | number>) => string} t
 * @param {{ first?: number, more?: number }} [sizes] how many at first, and how many with each "more"
 * @returns {HTMLElement} the button
 */
export function writeOperands(list, count, row, t, { first = 60, more = 100 } = {}) {
  const write = (/** @type {number} */ many) => {
    const from = list.children.length;
    addOperands(
      list,
      Array.from({ length: Math.min(many, count - from) }, (_, index) => row(from + index)),
    );
    const rest = count - list.children.length;
    button.hidden = rest === 0;
    button.textContent = t(rest > more ? "views.explain.more" : "views.explain.rest", {
      count: Math.min(rest, more),
      rest,
    });
    return /** @type {HTMLElement | undefined} */ (list.children[from]);
  };
  const button = h("button", {
    type: "button",
    class: "button quiet",
    "data-action": "more-operands",
    onclick: () => {
      const next = write(more);
      // The button is gone with the last row: who stood on it stands on what it wrote.
      if (button.hidden) /** @type {HTMLElement | null} */ (next?.querySelector("button:enabled") ?? null)?.focus();
    },
  });
  list.replaceChildren();
  write(first);
  return button;
}
