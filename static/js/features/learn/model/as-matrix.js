// @ts-check
/**
 * A convolution written out as a dense layer: the picture read row by row is one column of numbers, and every place of
 * the kernel is a row of weights, most of them 0.
 *
 * @typedef {import("./matrix.js").Matrix} Matrix
 */
import { make, size } from "./matrix.js";

/**
 * The weights of the dense layer that gives what sliding the kernel gives.
 * @param {Matrix} kernel @param {number[]} picture its height and width
 * @returns {Matrix} a row for every place, a column for every pixel
 */
export function asMatrix(kernel, [height, width]) {
  const [rows, columns] = size(kernel);
  const across = width - columns + 1;
  return make((height - rows + 1) * across, height * width, (place, pixel) => {
    const [down, right] = inKernel([height, width], across, place, pixel);
    return kernel[down]?.[right] ?? 0;
  });
}

/** Where in the kernel a pixel lies when the kernel stands at a place; outside it where it does not reach.
 * @param {number[]} picture @param {number} across @param {number} place @param {number} pixel */
export const inKernel = ([, width], across, place, pixel) => [
  Math.floor(pixel / width) - Math.floor(place / across),
  (pixel % width) - (place % across),
];

/** Whether the kernel lies on the pixel, whatever its weight there.
 * @param {Matrix} kernel @param {number[]} picture @param {number} place @param {number} pixel */
export function touches(kernel, picture, place, pixel) {
  const [rows, columns] = size(kernel);
  const [down, right] = inKernel(picture, picture[1] - columns + 1, place, pixel);
  return down >= 0 && right >= 0 && down < rows && right < columns;
}

/** Matrix times column. @param {Matrix} matrix @param {readonly number[]} column */
export const times = (matrix, column) =>
  matrix.map((line) => line.reduce((sum, weight, index) => sum + weight * column[index], 0));

/**
 * The columns in another order; with the pixels in the same order the product is what it was.
 * @param {Matrix} matrix @param {readonly number[]} order
 */
export const reordered = (matrix, order) => matrix.map((line) => order.map((index) => line[index]));

/** An order of 16 pixels without two neighbours left side by side: a fixed one, so that it can be talked about. */
export const SHUFFLED = Object.freeze([10, 3, 12, 5, 0, 9, 6, 15, 8, 1, 14, 7, 2, 11, 4, 13]);
