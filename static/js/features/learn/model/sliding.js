// @ts-check
/**
 * Where a sliding window lies, along one axis: height and width do not know of each other.
 *
 * @typedef {object} Sliding
 * @property {number} size W: how many positions the input has
 * @property {number} kernel F
 * @property {number} stride S
 * @property {number} padding P on either side
 * @property {number} dilation D
 */

import {
  covered as coveredBy,
  leftOver as leftOverBy,
  outputSize as countOf,
  span as spanOf,
} from "../../../model/window.js";

/**
 * The same window along both axes, as layers have it.
 * @param {Sliding} s
 * @returns {import("../../../model/kinds.js").Window2D}
 */
const square = ({ kernel, stride, padding, dilation }) => ({
  size: [kernel, kernel],
  stride: [stride, stride],
  padding: [padding, padding],
  dilation: [dilation, dilation],
});

/** From the window's first cell to its last, gaps included: D·(F − 1) + 1. @param {Sliding} s */
export const span = ({ kernel, dilation }) => spanOf(kernel, dilation);

/** ⌊(W + 2P − D·(F − 1) − 1) / S⌋ + 1; 0 or less where not one window fits. @param {Sliding} s */
export const outputSize = (s) => countOf(square(s), 0, s.size);

/**
 * The input positions under window `index`; below 0, or `size` and above, is padding.
 * @param {Sliding} s
 * @param {number} index
 */
export const covered = (s, index) => coveredBy(square(s), 0, index);

/** How many windows look at each position of the padded input (length W + 2P). @param {Sliding} s */
export function uses(s) {
  const counts = Array(s.size + 2 * s.padding).fill(0);
  for (let index = 0; index < outputSize(s); index++)
    for (const position of covered(s, index)) counts[position + s.padding]++;
  return counts;
}

/** Steps that the last window leaves over: positions at the end that no window reaches. @param {Sliding} s */
export const leftOver = (s) => leftOverBy(square(s), 0, s.size);

/**
 * Positions of the padded input that no window reads, by reason: `left` after the last window, `skipped` between each
 * two windows (a stride larger than the window), `holes` under a hole of the kernel wherever it stands (dilation).
 * @param {Sliding} s
 */
export function unread(s) {
  const [left, skipped] = [leftOver(s), outputSize(s) > 1 ? Math.max(0, s.stride - span(s)) : 0];
  const none = uses(s).filter((count) => count === 0).length;
  return { left, skipped, holes: none - left - skipped * (outputSize(s) - 1) };
}

/**
 * Why these settings give no output, with the numbers that would; null where they do.
 * @param {Sliding} s
 * @returns {{ reason: "does_not_fit", span: number, room: number, largestKernel: number, leastPadding: number } | null}
 */
export function problem(s) {
  const room = s.size + 2 * s.padding;
  if (span(s) <= room) return null;
  return {
    reason: "does_not_fit",
    span: span(s),
    room,
    largestKernel: Math.floor((room - 1) / s.dilation) + 1,
    leastPadding: Math.ceil((span(s) - s.size) / 2),
  };
}

/**
 * Sizes after each of `layers` unpadded windows in a row, until one no longer fits.
 * @param {number} start
 * @param {number} kernel
 * @param {number} layers
 */
export function shrink(start, kernel, layers) {
  const sizes = [start];
  for (let layer = 0; layer < layers; layer++) {
    const next = outputSize({ size: sizes[layer], kernel, stride: 1, padding: 0, dilation: 1 });
    if (next < 1) break;
    sizes.push(next);
  }
  return sizes;
}
