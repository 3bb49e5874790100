// @ts-check
/** A scrolled list of rows that are alike, as many as a layer has units; those near what is seen exist. */
import { h } from "../../../elements/dom.js";
import { createWindowed } from "../../../elements/windowed.js";

/**
 * @template {{ row: HTMLElement }} Part
 * @param {object} options
 * @param {number} options.count
 * @param {string} options.className
 * @param {string} options.label
 * @param {HTMLElement} options.heads stands above the rows and stays while they scroll
 * @param {number} [options.last] the largest number that a row has as its name
 * @param {(index: number) => Part} options.build one row
 */
export function createRows({ count, className, label, heads, last = count - 1, build }) {
  const list = h("div", { class: "rows-list", role: "list", "aria-label": label });
  const root = h("div", { class: className, tabindex: "0", role: "group", "aria-label": label }, heads, list);
  root.style.setProperty("--count", String(count));
  root.style.setProperty("--digits", String(String(last).length));
  return createWindowed({
    count,
    root,
    list,
    heads,
    build,
    spacer: "div",
    place: (index) => ({ role: "listitem", "aria-setsize": count, "aria-posinset": index + 1 }),
  });
}
