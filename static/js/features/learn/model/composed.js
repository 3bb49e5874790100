// @ts-check
/** Two kernels one after the other, and the one kernel that does the same. */
import { correlate } from "./convolution.js";
import { make, map, size } from "./matrix.js";

/** @typedef {import("./matrix.js").Matrix} Matrix */

/**
 * The kernel k with correlate(x, k) = correlate(correlate(x, first), second) for every x:
 * k[u, v] = Σ first[i, j] · second[u − i, v − j].
 * @param {Matrix} first @param {Matrix} second @returns {Matrix}
 */
export function composed(first, second) {
  const [[rows, columns], [otherRows, otherColumns]] = [size(first), size(second)];
  return make(rows + otherRows - 1, columns + otherColumns - 1, (u, v) =>
    first.reduce(
      (sum, line, i) => sum + line.reduce((part, weight, j) => part + weight * (second[u - i]?.[v - j] ?? 0), 0),
      0,
    ),
  );
}

/**
 * Both ways from a picture to the result: kernel after kernel, with or without ReLU between them, and in one go.
 * @param {Matrix} x @param {Matrix} first @param {Matrix} second @param {boolean} bend
 */
export function bothWays(x, first, second, bend) {
  const between = correlate(x, first);
  const apart = correlate(bend ? map(between, (value) => Math.max(0, value)) : between, second);
  const once = correlate(x, composed(first, second));
  const gaps = apart.flatMap((line, i) => line.map((value, j) => Math.abs(value - once[i][j])));
  return { between, apart, once, differ: gaps.filter((gap) => gap > 1e-9).length, most: Math.max(...gaps) };
}
