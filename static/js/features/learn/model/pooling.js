// @ts-check
/** Max and average pooling of one map. @typedef {import("./matrix.js").Matrix} Matrix */
import { make, size } from "./matrix.js";
import { outputSize } from "./sliding.js";

/** The cells of the window that gives output (row, column). @param {number} window @param {number} stride @param {readonly number[]} at @returns {[number, number][]} */
export const cellsOf = (window, stride, [row, column]) =>
  Array.from({ length: window * window }, (_, cell) => [
    row * stride + Math.floor(cell / window),
    column * stride + (cell % window),
  ]);

/**
 * O = ⌊(W − F) / S⌋ + 1 in each direction; rows and columns that fill no whole window are dropped.
 * @param {Matrix} map @param {{ window: number, stride: number }} setting
 * @returns {{ max: Matrix, average: Matrix, winners: [number, number][][] }} winners: where each maximum stood, the first of equals
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

/** How many cells of two maps of one size hold the same value. @param {Matrix} a @param {Matrix} b */
export const unchanged = (a, b) => a.flat().filter((value, index) => value === b.flat()[index]).length;
