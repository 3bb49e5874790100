// @ts-check
/**
 * A small matrix of numbers on their colours: what lies under a window, a kernel, the products.
 */
import { colourOf } from "../../../draw/colour.js";
import { h } from "../../dom.js";
import { createValue, setValue } from "./value.js";

/** @typedef {ReturnType<typeof createGrid>} Grid */
/** @typedef {{ value: number, spot?: import("../../../model/explain.js").Spot | null, padding?: boolean }} Cell */

/** Beyond this share of the range a colour is dark enough for white text. */
const DARK = 0.5;

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
      values.forEach(({ value, spot = null, padding = false }, index) => {
        const cell = cells[index];
        setValue(cell, value, padding ? null : spot);
        cell.classList.toggle("padding", padding);
        cell.style.backgroundColor = padding ? "" : colourOf(scale, value, limit);
        cell.style.color = padding ? "" : Math.abs(value) > DARK * limit && limit > 0 ? "#fff" : "#16181d";
        if (followed) /** @type {any} */ (cell).disabled = padding;
      });
    },
    /** @param {number | null} index the cell to mark, a maximum's winner */
    mark(index) {
      cells.forEach((cell, position) => cell.classList.toggle("winner", position === index));
    },
  };
}
