// @ts-check
/**
 * Sliding one kernel over one picture, term by term.
 * As in every deep-learning library the kernel is not flipped: this is cross-correlation.
 *
 * @typedef {import("./matrix.js").Matrix} Matrix
 */
import { make, size, total } from "./matrix.js";
import { outputSize } from "./sliding.js";

/** y[i, j] = Σ_{u,v} x[i·S + u − P, j·S + v − P] · k[u, v]; x is 0 outside.
 * @param {Matrix} x
 * @param {Matrix} kernel
 * @param {{ stride?: number, padding?: number }} [options]
 * @returns {Matrix}
 */
export function correlate(x, kernel, { stride = 1, padding = 0 } = {}) {
  const [rows, columns] = resultSize(x, kernel, { stride, padding });
  return make(rows, columns, (row, column) =>
    total(products(x, kernel, [row * stride - padding, column * stride - padding])),
  );
}

/** @param {Matrix} x @param {Matrix} kernel @param {{ stride?: number, padding?: number }} [options] */
export function resultSize(x, kernel, { stride = 1, padding = 0 } = {}) {
  const [height, width] = size(x);
  const [kernelHeight, kernelWidth] = size(kernel);
  return [
    Math.max(0, outputSize({ size: height, kernel: kernelHeight, stride, padding, dilation: 1 })),
    Math.max(0, outputSize({ size: width, kernel: kernelWidth, stride, padding, dilation: 1 })),
  ];
}

/**
 * What the kernel covers when its first cell lies on `at`.
 * @param {Matrix} x
 * @param {Matrix} kernel
 * @param {readonly number[]} at
 * @returns {Matrix}
 */
export const windowAt = (x, kernel, [row, column]) =>
  make(kernel.length, kernel[0].length, (u, v) => x[row + u]?.[column + v] ?? 0);

/**
 * The element-wise products at one place; their sum is the output there.
 * @param {Matrix} x
 * @param {Matrix} kernel
 * @param {readonly number[]} at
 * @returns {Matrix}
 */
export const products = (x, kernel, [row, column]) =>
  make(kernel.length, kernel[0].length, (u, v) => (x[row + u]?.[column + v] ?? 0) * kernel[u][v]);
