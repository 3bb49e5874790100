// @ts-check
/**
 * A map that a window slides over, and beside it the map that the window makes. Pointing at either moves the window;
 * arrow keys move it by one position of what it makes, on both. Of a transposed convolution's map those cells are
 * marked that reach the position.
 */
import { span } from "../../../model/window.js";
import { createHeat } from "./heat.js";
import { sizeText } from "./value.js";

/** @typedef {import("../../../model/kinds.js").Window2D} Window2D */
/**
 * @typedef {object} WindowMapsOptions
 * @property {import("../../../model/reach.js").Reach} reach
 * @property {readonly number[]} input rows and columns of the map that is read
 * @property {readonly number[]} output of the map that is made
 * @property {string} label what is read, for screen readers @property {string} resultLabel what is made
 * @property {string} [from] the unit that is read @property {string} [resultFrom] the unit that is made, if it is one
 * @property {boolean} [large] the two stand for themselves, with their padding and with keys; else they are a row of
 *   many
 * @property {(at: number[], pinned: boolean) => void} point
 */
/** @typedef {ReturnType<typeof createWindowMaps>} WindowMaps */

/** @type {Record<string, [number, number]>} */
const ARROWS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

/** The padding of a window in words: `1×1`, or side by side where they differ.
 * @param {Window2D} window @param {(key: string, params?: Record<string, string | number>) => string} t */
export function paddingText({ padding, after = padding }, t) {
  if (padding.every((size, axis) => size === after[axis])) return sizeText(padding);
  return t("views.padding_sides", { top: padding[0], bottom: after[0], left: padding[1], right: after[1] });
}

/** Whether a window has padding on any side. @param {Window2D} window */
export const isPadded = ({ padding, after = padding }) => [...padding, ...after].some((size) => size > 0);

/** @param {WindowMapsOptions} options */
export function createWindowMaps({
  reach,
  input: [inputRows, inputColumns],
  output: [rows, columns],
  label,
  resultLabel,
  from,
  resultFrom,
  large = false,
  point,
}) {
  const padding = reach.ring;
  const ringed = large && Object.values(padding).some(Boolean);
  let at = [0, 0];
  const input = createHeat({
    rows: inputRows,
    columns: inputColumns,
    className: large ? "large" : "",
    from: ringed ? undefined : from,
    label,
    ...(large ? { padding } : {}),
    onPoint: (row, column, pinned) => {
      if (large || !pinned) point([reach.towards(0, row), reach.towards(1, column)], pinned);
    },
  });
  const result = createHeat({
    rows,
    columns,
    className: large ? "large" : "",
    from: resultFrom,
    label: resultLabel,
    onPoint: (row, column, pinned) => (large || !pinned) && point([row, column], pinned),
  });
  const inputMark = input.mark("window", [1, 1]);
  const resultMark = result.mark("cell", [1, 1]);
  if (large)
    // Arrow keys on what is read move the window, not a pixel: they start from the position of what is made.
    input.root.addEventListener(
      "keydown",
      (/** @type {KeyboardEvent} */ event) => {
        const by = ARROWS[event.key];
        if (!by || event.altKey || event.ctrlKey || event.metaKey) return;
        event.preventDefault();
        event.stopImmediatePropagation();
        const far = event.shiftKey ? 5 : 1;
        const moved = (/** @type {number} */ axis, /** @type {number} */ count) =>
          Math.max(0, Math.min(count - 1, at[axis] + far * by[axis]));
        point([moved(0, rows), moved(1, columns)], true);
      },
      { capture: true },
    );
  else
    for (const { root } of [input, result]) {
      root.tabIndex = -1;
      root.setAttribute("role", "img");
    }
  return {
    input,
    result,
    /** @param {number[]} next @param {number | null} revealed how much of the result has been slid over */
    move(next, revealed) {
      at = next;
      const [down, across] = [reach.cells(0, at[0]), reach.cells(1, at[1])];
      const apart = down.step > 1 || across.step > 1;
      inputMark.fit(
        down.count && across.count ? [span(down.count, down.step), span(across.count, across.step)] : [0, 0],
        apart ? [down.count, across.count] : undefined,
      );
      inputMark.move(down.first, across.first);
      resultMark.move(at[0], at[1]);
      result.place(at[0], at[1]);
      result.reveal(revealed);
    },
  };
}
