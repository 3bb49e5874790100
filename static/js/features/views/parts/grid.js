// @ts-check
/**
 * A small matrix of numbers on their colours: what lies under a window, a kernel, the products.
 */
import { colourOf, inkOn, partsOf } from "../../../draw/colour.js";
import { h } from "../../../elements/dom.js";
import { createValue, setValue } from "./value.js";

/** @typedef {ReturnType<typeof createGrid>} Grid */
/** @typedef {import("../../../model/explain.js").ValueIndex} ValueIndex */
/** @typedef {{ value: number, valueIndex?: ValueIndex | null, padding?: boolean }} Cell */

/**
 * @param {number} rows @param {number} columns @param {string} label
 * @param {{ followed?: boolean, className?: string }} [options]
 */
export function createGrid(rows, columns, label, { followed = false, className = "" } = {}) {
  const cells = Array.from({ length: rows * columns }, () => createValue("grid-cell", followed));
  const root = h("div", { class: `grid-numbers ${className}`, role: "group", "aria-label": label }, cells);
  root.style.gridTemplateColumns = `repeat(${columns}, minmax(0, 1fr))`;
  return {
    root,
    cells,
    /** @param {readonly Cell[]} values @param {number} limit @param {import("../../../draw/colour.js").Scale} scale */
    set(values, limit, scale) {
      values.forEach(({ value, valueIndex = null, padding = false }, index) => {
        const cell = cells[index];
        setValue(cell, value, padding ? null : valueIndex);
        cell.classList.toggle("padding", padding);
        const colour = padding ? "" : colourOf(scale, value, limit);
        cell.style.backgroundColor = colour;
        cell.style.color = padding ? "" : inkOn(partsOf(colour));
        if (followed) /** @type {any} */ (cell).disabled = padding;
      });
    },
    /** @param {number | null} index the cell to mark, a maximum's winner */
    mark(index) {
      cells.forEach((cell, position) => cell.classList.toggle("winner", position === index));
    },
  };
}
