// @ts-check
/**
 * One map as a picture of its values: a canvas of one pixel for each value, scaled up by CSS, with
 * marks on top that move without being redrawn. It can be pointed at with mouse, finger and arrow keys.
 */
import { paintDiverging } from "../../../draw/colour.js";
import { h } from "../../../elements/dom.js";
import { takeCanvas } from "./canvas.js";

/**
 * @typedef {object} HeatOptions
 * @property {number} rows @property {number} columns
 * @property {string} label what it is, for screen readers
 * @property {import("../../../model/window.js").Sides} [padding] rows and columns of padding drawn around the map
 * @property {string} [className]
 * @property {string} [from] the unit whose map it is, `conv_1_2[3]`: it comes from there when the view opens
 * @property {(row: number, column: number, pinned: boolean) => void} [onPoint] pointed at; `pinned` by click, tap or
 *   key
 */
/** @typedef {ReturnType<typeof createHeat>} Heat */

/** @type {Record<string, [number, number]>} */
const ARROWS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

const NONE = { top: 0, right: 0, bottom: 0, left: 0 };

/** Padding is drawn as a chequered ground that no value has. Packed bytes, the same in either byte order. */
const PADDING_PIXELS = [0xffd8d8d8, 0xffbcbcbc];

/** @param {HeatOptions} options */
export function createHeat({ rows, columns, label, padding = NONE, className = "", from, onPoint }) {
  const { top: above, left: beside } = padding;
  const height = above + rows + padding.bottom;
  const width = beside + columns + padding.right;
  const { canvas, context } = takeCanvas(width, height);
  const root = h(
    "div",
    {
      class: `heat ${className}`,
      "aria-label": label,
      "data-from": from,
      ...(onPoint ? { role: "application", tabindex: 0 } : { role: "img" }),
    },
    canvas,
  );
  root.style.aspectRatio = `${width} / ${height}`;
  root.style.setProperty("--ratio", String(width / height));
  const image = context.createImageData(width, height);
  const pixels = new Uint32Array(image.data.buffer);
  /** How many values are shown, in row order; null is all. @type {number | null} */
  let revealed = null;
  let [row, column] = [0, 0];

  /**
   * A frame around cells of the map, `size` rows and columns large.
   * @param {string} kind
   * @param {[number, number]} size
   * @param {[number, number]} [gaps] dilation
   */
  const mark = (kind, size, gaps) => {
    const element = h("div", { class: `mark mark-${kind}`, "aria-hidden": "true" });
    let fitted = "";
    /** Another size; nothing is marked by none. @param {[number, number]} size @param {[number, number]} [gaps] */
    const fit = ([markRows, markColumns], gaps) => {
      const wanted = `${markRows},${markColumns},${gaps}`;
      if (wanted === fitted) return;
      fitted = wanted;
      element.hidden = markRows < 1 || markColumns < 1;
      element.replaceChildren();
      if (gaps)
        for (let u = 0; u < gaps[0]; u++)
          for (let v = 0; v < gaps[1]; v++) {
            const cell = h("i");
            Object.assign(cell.style, {
              width: `${100 / markColumns}%`,
              height: `${100 / markRows}%`,
              top: `${(100 * u * (markRows - 1)) / Math.max(1, gaps[0] - 1) / markRows}%`,
              left: `${(100 * v * (markColumns - 1)) / Math.max(1, gaps[1] - 1) / markColumns}%`,
            });
            element.append(cell);
          }
      element.style.width = `${(100 * markColumns) / width}%`;
      element.style.height = `${(100 * markRows) / height}%`;
    };
    fit(size, gaps);
    root.append(element);
    return {
      element,
      fit,
      /**
       * In percentages of the heat, never of the mark itself (as `translate` would be): a mark can be less than a
       * pixel wide, WebKit rounds its box to whole device pixels first, and the error grows with the index.
       * @param {number} top @param {number} left first row and column, negative in padding
       */
      move(top, left) {
        element.style.left = `${(100 * (left + beside)) / width}%`;
        element.style.top = `${(100 * (top + above)) / height}%`;
      },
    };
  };

  /** @param {number} next @param {number} previous */
  const show = (next, previous) => {
    const full = Math.floor(next / columns);
    const first = Math.floor(previous / columns);
    if (full > first) context.putImageData(image, 0, 0, 0, first + above, width, full - first);
    if (next % columns) context.putImageData(image, 0, 0, 0, full + above, beside + (next % columns), 1);
  };

  const heat = {
    root,
    canvas,
    mark,
    /** The position that arrow keys start from. @param {number} atRow @param {number} atColumn */
    place(atRow, atColumn) {
      row = atRow;
      column = atColumn;
    },
    /**
     * @param {Float32Array} values @param {number} limit @param {import("../../../draw/colour.js").Scale} scale
     * @param {(out: Uint32Array, offset: number, values: Float32Array) => void} [paint] another way to colour them
     */
    paint(values, limit, scale, paint = (out, offset, part) => paintDiverging(out, offset, part, limit, scale)) {
      if (height > rows || width > columns) {
        for (let i = 0; i < pixels.length; i++) pixels[i] = PADDING_PIXELS[((i % width) + Math.floor(i / width)) & 1];
        for (let i = 0; i < rows; i++)
          paint(pixels, (i + above) * width + beside, values.subarray(i * columns, (i + 1) * columns));
      } else paint(pixels, 0, values);
      heat.reveal(revealed, true);
    },
    /**
     * Show the first `count` values only, as far as something has slid.
     * @param {number | null} count
     * @param {boolean} [anew]
     */
    reveal(count, anew = false) {
      if (count === revealed && !anew) return;
      if (count === null) context.putImageData(image, 0, 0);
      else if (!anew && revealed !== null && count > revealed) show(count, revealed);
      else {
        context.clearRect(0, 0, width, height);
        show(count, 0);
      }
      revealed = count;
    },
  };

  if (onPoint) {
    const cellOf = (/** @type {PointerEvent | MouseEvent} */ event) => {
      const box = canvas.getBoundingClientRect();
      return [
        Math.min(rows - 1, Math.max(0, Math.floor(((event.clientY - box.top) / box.height) * height) - above)),
        Math.min(columns - 1, Math.max(0, Math.floor(((event.clientX - box.left) / box.width) * width) - beside)),
      ];
    };
    root.addEventListener("pointermove", (/** @type {PointerEvent} */ event) => {
      const [atRow, atColumn] = cellOf(event);
      onPoint(atRow, atColumn, false);
    });
    // A finger looks while it moves, and what it leaves stays.
    root.addEventListener("pointerup", (/** @type {PointerEvent} */ event) => {
      if (event.pointerType !== "touch") return;
      const [atRow, atColumn] = cellOf(event);
      onPoint(atRow, atColumn, true);
    });
    root.addEventListener("click", (/** @type {MouseEvent} */ event) => {
      const [atRow, atColumn] = cellOf(event);
      onPoint(atRow, atColumn, true);
    });
    root.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
      const move = ARROWS[event.key];
      if (!move || event.altKey || event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      event.stopPropagation();
      const by = event.shiftKey ? 5 : 1;
      onPoint(
        Math.min(rows - 1, Math.max(0, row + by * move[0])),
        Math.min(columns - 1, Math.max(0, column + by * move[1])),
        true,
      );
    });
  }
  return heat;
}
