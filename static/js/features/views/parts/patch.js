// @ts-check
/**
 * What a kernel lies on at the place in question, drawn as large as the kernel beside it, and the products of the two,
 * which fly from there over the kernel to their sum.
 */
import { ACTIVATIONS, paintDiverging } from "../../../draw/colour.js";
import { exact, signed } from "../../../core/i18n.js";
import { h } from "../../../elements/dom.js";
import { takeCanvas } from "./canvas.js";

/** @typedef {import("../../../model/trace.js").Term} Term */

const REDUCED = matchMedia("(prefers-reduced-motion: reduce)");

/**
 * @param {readonly number[]} size rows and columns of the kernel
 * @param {string} title
 */
export function createPatch([rows, columns], title) {
  const { canvas, context } = takeCanvas(columns, rows);
  const image = context.createImageData(columns, rows);
  const pixels = new Uint32Array(image.data.buffer);
  const root = h("div", { class: "patch", role: "img", "aria-label": title }, canvas);
  root.style.aspectRatio = `${columns} / ${rows}`;
  root.style.setProperty("--columns", String(columns));
  root.style.setProperty("--rows", String(rows));
  /** @type {readonly (Term | null)[]} one for each cell of the kernel */
  let under = [];
  /** Made when it flies first. @type {HTMLCanvasElement | null} */
  let flown = null;

  return {
    root,
    /**
     * @param {readonly (Term | null)[]} terms
     * @param {(out: Uint32Array, offset: number, values: Float32Array) => void} paint
     */
    show(terms, paint) {
      under = terms;
      paint(
        pixels,
        0,
        Float32Array.from(terms, (term) => term?.value ?? 0),
      );
      // No value of the map stands there: the chequered ground shows.
      terms.forEach((term, cell) => {
        if (!term || term.padding) pixels[cell] = 0;
      });
      context.putImageData(image, 0, 0);
      root.dataset.values = terms.map((term) => (term && !term.padding ? exact(term.value) : "")).join(" ");
    },
    /** Its numbers, for the tip beside it. */
    table() {
      const table = h(
        "div",
        { class: "grid-numbers tip-kernel" },
        under.map((term) =>
          term && !term.padding
            ? h("span", { class: "grid-cell value", "data-value": exact(term.value) }, signed(term.value))
            : h("span", { class: "grid-cell padding" }, "0"),
        ),
      );
      table.style.gridTemplateColumns = `repeat(${columns}, minmax(0, 1fr))`;
      return table;
    },
    /** What stands where, read before anything is written. @param {Element} row @param {Element} kernel
     * @param {Element} sum */
    way: (row, kernel, sum) => [row, root, kernel, sum].map((one) => one.getBoundingClientRect()),
    /**
     * Let the products fly over the kernel to their sum.
     * @param {DOMRect[]} way @param {number} limit of the products' colours @param {number} duration milliseconds
     */
    fly([frame, start, over, end], limit, duration) {
      if (REDUCED.matches || !start.width) return;
      const copy = (flown ??= h("canvas", { class: "flown", width: columns, height: rows, "aria-hidden": "true" }));
      const products = context.createImageData(columns, rows);
      const values = Float32Array.from(under, (term) => (term ? term.value * (term.weight ?? 0) : 0));
      paintDiverging(new Uint32Array(products.data.buffer), 0, values, limit, ACTIVATIONS);
      copy.getContext("2d").putImageData(products, 0, 0);
      Object.assign(copy.style, {
        left: `${start.left - frame.left}px`,
        top: `${start.top - frame.top}px`,
        width: `${start.width}px`,
        height: `${start.height}px`,
      });
      if (!copy.parentElement) root.parentElement?.append(copy);
      const to = (/** @type {DOMRect} */ box) =>
        `translate(${box.left + box.width / 2 - start.left - start.width / 2}px, ` +
        `${box.top + box.height / 2 - start.top - start.height / 2}px)`;
      copy.animate(
        [
          { transform: "none", opacity: 0 },
          { transform: "none", opacity: 1, offset: 0.15 },
          { transform: to(over), opacity: 1, offset: 0.5 },
          { transform: `${to(end)} scale(0.12)`, opacity: 0.6 },
        ],
        { duration, easing: "ease-in-out" },
      );
    },
  };
}
