// @ts-check
/**
 * Small matrices as arrays of rows, for pictures of a few cells that a learner edits.
 * The network's own tensors stay flat `Float32Array`s; `planeOf` takes one map out of them.
 *
 * @typedef {number[][]} Matrix
 * @typedef {[number, number]} At row, column
 */

/**
 * @param {number} rows
 * @param {number} columns
 * @param {(row: number, column: number) => number} value
 * @returns {Matrix}
 */
export const make = (rows, columns, value) =>
  Array.from({ length: rows }, (_, row) => Array.from({ length: columns }, (_, column) => value(row, column)));

/** @param {Matrix} matrix @returns {At} */
export const size = (matrix) => [matrix.length, matrix[0]?.length ?? 0];

/** @param {Matrix} matrix @param {(value: number, row: number, column: number) => number} change @returns {Matrix} */
export const map = (matrix, change) => matrix.map((row, i) => row.map((value, j) => change(value, i, j)));

/**
 * A copy with one cell changed.
 * @param {Matrix} matrix
 * @param {readonly number[]} at
 * @param {number} value
 * @returns {Matrix}
 */
export const replace = (matrix, [row, column], value) =>
  map(matrix, (old, i, j) => (i === row && j === column ? value : old));

/** @param {Matrix} matrix */
export const total = (matrix) => matrix.flat().reduce((sum, value) => sum + value, 0);

/** Turned by 180°: rows and columns reversed. @param {Matrix} matrix @returns {Matrix} */
export const rotate180 = (matrix) => matrix.map((row) => [...row].reverse()).reverse();

/** @param {Matrix} a @param {Matrix} b */
export const equal = (a, b) =>
  a.length === b.length &&
  a.every((row, i) => row.length === b[i].length && row.every((value, j) => value === b[i][j]));

/**
 * Moved by whole cells; what enters is `fill`, what leaves is lost.
 * @param {Matrix} matrix
 * @param {number} down
 * @param {number} right
 * @param {number} [fill]
 * @returns {Matrix}
 */
export const shift = (matrix, down, right, fill = 0) => map(matrix, (_, i, j) => matrix[i - down]?.[j - right] ?? fill);

/** The largest size of any value, for a colour range symmetric about 0. @param {Matrix} matrix */
export const largest = (matrix) => matrix.flat().reduce((most, value) => Math.max(most, Math.abs(value)), 0);

/** Rows of characters as a picture: each character stands for the value `values` gives it.
 * @param {string} text @param {Record<string, number>} values @returns {Matrix} */
export const drawn = (text, values) =>
  text
    .trim()
    .split("\n")
    .map((line) => [...line.trim()].map((character) => values[character]));

/**
 * One map of a (C, H, W) tensor.
 * @param {{ shape: readonly number[], data: Float32Array }} tensor
 * @param {number} channel
 * @returns {Matrix}
 */
export function planeOf({ shape: [, height, width], data }, channel) {
  const start = channel * height * width;
  return make(height, width, (row, column) => data[start + row * width + column]);
}
