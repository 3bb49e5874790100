// @ts-check
/** Max and average pooling of one map. @typedef {import("./matrix.js").Matrix} Matrix */
import { make, size } from "./matrix.js";
import { outputSize } from "./sliding.js";

/**
 * The cells of the window that gives output (row, column).
 * @param {number} window
 * @param {number} stride
 * @param {readonly number[]} at
 * @returns {[number, number][]}
 */
export const cellsOf = (window, stride, [row, column]) =>
  Array.from({ length: window * window }, (_, cell) => [
    row * stride + Math.floor(cell / window),
    column * stride + (cell % window),
  ]);

/**
 * O = ⌊(W − F) / S⌋ + 1 in each direction; rows and columns that fill no whole window are dropped.
 * @param {Matrix} map @param {{ window: number, stride: number }} setting
 * @returns {{ max: Matrix, average: Matrix, winners: [number, number][][] }} winners: where each maximum stood, the
 *   first of equals
 */
export function pool(map, { window, stride }) {
  const [rows, columns] = size(map).map((side) =>
    Math.max(0, outputSize({ size: side, kernel: window, stride, padding: 0, dilation: 1 })),
  );
  /** @param {number} row @param {number} column */
  const winner = (row, column) =>
    cellsOf(window, stride, [row, column]).reduce((best, cell) =>
      map[cell[0]][cell[1]] > map[best[0]][best[1]] ? cell : best,
    );
  const winners = Array.from({ length: rows }, (_, row) =>
    Array.from({ length: columns }, (_, column) => winner(row, column)),
  );
  return {
    winners,
    max: make(rows, columns, (row, column) => map[winners[row][column][0]][winners[row][column][1]]),
    average: make(
      rows,
      columns,
      (row, column) => cellsOf(window, stride, [row, column]).reduce((sum, [i, j]) => sum + map[i][j], 0) / window ** 2,
    ),
  };
}

/**
 * What a shift did to results: of the windows that were not empty before or are not after it, how many still give the
 * same value.
 * @param {Matrix} before @param {Matrix} after @param {{ window: number, stride: number }} setting
 */
export function afterShift(before, after, setting) {
  const [was, is] = [pool(before, setting), pool(after, setting)];
  const { window, stride } = setting;
  const empty = (/** @type {Matrix} */ map, /** @type {number[]} */ at) =>
    cellsOf(window, stride, at).every(([row, column]) => map[row][column] === 0);
  const places = is.max
    .flatMap((line, row) => line.map((_, column) => [row, column]))
    .filter((at) => !empty(before, at) || !empty(after, at));
  const same = (/** @type {Matrix} */ a, /** @type {Matrix} */ b) =>
    places.filter(([row, column]) => a[row][column] === b[row][column]).length;
  return { windows: places.length, max: same(was.max, is.max), average: same(was.average, is.average) };
}

/**
 * How many cells of a map at least one window reads.
 * @param {number} side
 * @param {{ window: number, stride: number }} setting
 */
export function readCells(side, { window, stride }) {
  const count = outputSize({ size: side, kernel: window, stride, padding: 0, dilation: 1 });
  const read = new Set();
  for (let index = 0; index < count; index++) for (let cell = 0; cell < window; cell++) read.add(index * stride + cell);
  return read.size ** 2;
}
