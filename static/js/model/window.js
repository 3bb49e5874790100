// @ts-check
/**
 * Where windows lie, on the page: the twin of the engine's `windows.py`, one axis at a time.
 *
 * @typedef {import("./kinds.js").Window2D} Window2D
 */

/**
 * How many positions a window reaches over, gaps of dilation included.
 * @param {number} size
 * @param {number} dilation
 */
export const span = (size, dilation) => dilation * (size - 1) + 1;

/** How far windows can move along one axis: padded size − reach; negative where not one fits.
 * @param {Window2D} sliding @param {number} axis @param {number} size of the input */
const room = (sliding, axis, size) =>
  size + sliding.padding[axis] + endOf(sliding, axis) - span(sliding.size[axis], sliding.dilation[axis]);

/** How much padding lies behind the last row or column. @param {Window2D} sliding @param {number} axis */
export const endOf = ({ padding, after = padding }, axis) => after[axis];

/** How many windows fit along one axis: ⌊(W + 2P − D·(F − 1) − 1) / S⌋ + 1; 0 or less where not one does.
 * @param {Window2D} sliding @param {number} axis @param {number} size W */
export function outputSize(sliding, axis, size) {
  const stride = sliding.stride[axis];
  const free = room(sliding, axis, size);
  if (!sliding.ceil || free < 0) return Math.floor(free / stride) + 1;
  // Rounded up, and without a window that begins behind the map.
  const count = Math.ceil(free / stride) + 1;
  return (count - 1) * stride >= size + sliding.padding[axis] ? count - 1 : count;
}

/**
 * Positions at the end of the padded input that no window reaches.
 * @param {Window2D} sliding
 * @param {number} axis
 * @param {number} size W
 */
export const leftOver = (sliding, axis, size) => room(sliding, axis, size) % sliding.stride[axis];

/** The input positions under window number `index` along one axis (0 rows, 1 columns);
 * those below 0, or at the input's size and above, lie in the padding.
 * @param {Window2D} sliding @param {number} axis @param {number} index */
export function covered(sliding, axis, index) {
  const first = index * sliding.stride[axis] - sliding.padding[axis];
  return Array.from({ length: sliding.size[axis] }, (_, cell) => first + cell * sliding.dilation[axis]);
}

/** First position under a window, and how many it reaches over.
 * @param {Window2D} sliding @param {number} axis @param {number} index */
export const stretch = (sliding, axis, index) => ({
  first: index * sliding.stride[axis] - sliding.padding[axis],
  size: span(sliding.size[axis], sliding.dilation[axis]),
});

/** Every (row, column) under the window at an output position, row by row.
 * @param {Window2D} sliding @param {number} row @param {number} column @returns {[number, number][]} */
export function cells(sliding, row, column) {
  const columns = covered(sliding, 1, column);
  return covered(sliding, 0, row).flatMap((i) => columns.map((j) => /** @type {[number, number]} */ ([i, j])));
}

/**
 * The windows that read input position `position` along one axis: which output index, and
 * which cell of the window lies on the position.
 * @param {Window2D} sliding @param {number} axis @param {number} position @param {number} count how many windows fit
 * @returns {{ index: number, cell: number }[]} by rising index
 */
export function reading(sliding, axis, position, count) {
  const found = [];
  for (let cell = sliding.size[axis] - 1; cell >= 0; cell--) {
    const start = position + sliding.padding[axis] - cell * sliding.dilation[axis];
    const index = start / sliding.stride[axis];
    if (Number.isInteger(index) && index >= 0 && index < count) found.push({ index, cell });
  }
  return found.sort((a, b) => a.index - b.index);
}

/** The window whose middle lies nearest to an input position, for a pointer on the input map.
 * @param {Window2D} sliding @param {number} axis @param {number} position @param {number} count */
export function nearest(sliding, axis, position, count) {
  const middle = (span(sliding.size[axis], sliding.dilation[axis]) - 1) / 2;
  const index = Math.round((position + sliding.padding[axis] - middle) / sliding.stride[axis]);
  return Math.min(count - 1, Math.max(0, index));
}

/** How many rows and columns at the far border no whole window reaches (the floor drops them).
 * @param {Window2D} sliding
 * @param {number} axis
 * @param {number} size input size
 * @param {number} count how many windows fit
 */
export function dropped(sliding, axis, size, count) {
  const { first, size: reach } = stretch(sliding, axis, count - 1);
  return Math.max(0, size - (first + reach));
}

/** @typedef {{ top: number, right: number, bottom: number, left: number }} Sides */

/**
 * The rows and columns around a map that windows may reach: its padding, and with `ceil` what lies beyond that.
 * @param {Window2D} sliding
 * @param {readonly number[]} input rows and columns
 * @param {readonly number[]} output how many windows fit
 * @returns {Sides}
 */
export function ringOf(sliding, input, output) {
  const [bottom, right] = [0, 1].map((axis) =>
    Math.max(endOf(sliding, axis), beyond(sliding, axis, input[axis], output[axis])),
  );
  return { top: sliding.padding[0], right, bottom, left: sliding.padding[1] };
}

/**
 * How many positions behind the last one of a map its last window reaches.
 * @param {Window2D} sliding
 * @param {number} axis
 * @param {number} size
 * @param {number} count how many windows fit
 */
export function beyond(sliding, axis, size, count) {
  const { first, size: reach } = stretch(sliding, axis, count - 1);
  return Math.max(0, first + reach - size);
}
