// @ts-check
/**
 * Where windows lie, on the page: the twin of the engine's `windows.py`, one axis at a time.
 *
 * @typedef {import("./kinds.js").Window2D} Window2D
 */

/** How many positions a window reaches over, gaps of dilation included. @param {number} size @param {number} dilation */
export const span = (size, dilation) => dilation * (size - 1) + 1;

/** The input positions under window number `index` along one axis (0 rows, 1 columns);
 * those below 0, or at the input's size and above, lie in the padding.
 * @param {Window2D} window @param {number} axis @param {number} index */
export function covered(window, axis, index) {
  const first = index * window.stride[axis] - window.padding[axis];
  return Array.from({ length: window.size[axis] }, (_, cell) => first + cell * window.dilation[axis]);
}

/** First position under a window, and how many it reaches over.
 * @param {Window2D} window @param {number} axis @param {number} index */
export const stretch = (window, axis, index) => ({ first: index * window.stride[axis] - window.padding[axis], size: span(window.size[axis], window.dilation[axis]) });

/** Every (row, column) under the window at an output position, row by row.
 * @param {Window2D} window @param {number} row @param {number} column @returns {[number, number][]} */
export function cells(window, row, column) {
  const columns = covered(window, 1, column);
  return covered(window, 0, row).flatMap((i) => columns.map((j) => /** @type {[number, number]} */ ([i, j])));
}

/**
 * The windows that read input position `position` along one axis: which output index, and
 * which cell of the window lies on the position.
 * @param {Window2D} window @param {number} axis @param {number} position @param {number} count how many windows fit
 * @returns {{ index: number, cell: number }[]} by rising index
 */
export function reading(window, axis, position, count) {
  const found = [];
  for (let cell = window.size[axis] - 1; cell >= 0; cell--) {
    const start = position + window.padding[axis] - cell * window.dilation[axis];
    const index = start / window.stride[axis];
    if (Number.isInteger(index) && index >= 0 && index < count) found.push({ index, cell });
  }
  return found.sort((a, b) => a.index - b.index);
}

/** The window whose middle lies nearest to an input position, for a pointer on the input map.
 * @param {Window2D} window @param {number} axis @param {number} position @param {number} count */
export function nearest(window, axis, position, count) {
  const middle = (span(window.size[axis], window.dilation[axis]) - 1) / 2;
  const index = Math.round((position + window.padding[axis] - middle) / window.stride[axis]);
  return Math.min(count - 1, Math.max(0, index));
}

/** How many rows and columns at the far border no whole window reaches (the floor drops them).
 * @param {Window2D} window @param {number} axis @param {number} size input size @param {number} count how many windows fit */
export function dropped(window, axis, size, count) {
  const { first, size: reach } = stretch(window, axis, count - 1);
  return Math.max(0, size - (first + reach));
}
