// @ts-check
/**
 * Descent on one weight: a price in proportion to an area, ŷ = w · x, and the mean squared error over three houses. Its
 * curve is a parabola, so that what a learning rate does can be said exactly.
 */

/** Area and price of three houses, each in a unit that makes the numbers small. */
export const HOUSES = Object.freeze([
  [1, 0.9],
  [2, 1.4],
  [3, 2.5],
]);

/** @param {(x: number, y: number) => number} value */
const mean = (value) => HOUSES.reduce((sum, [x, y]) => sum + value(x, y), 0) / HOUSES.length;

/** L(w): the mean of (w · x − y)². @param {number} w */
export const loss = (w) => mean((x, y) => (w * x - y) ** 2);

/** dL/dw: the mean of 2 · x · (w · x − y). @param {number} w */
export const slope = (w) => mean((x, y) => 2 * x * (w * x - y));

/** How fast the slope grows: the mean of 2 · x². */
export const CURVATURE = mean((x) => 2 * x * x);

/** Where the slope is 0. */
export const BEST = mean((x, y) => x * y) / mean((x) => x * x);

/** What a step leaves of the distance to the lowest point, with its sign: 1 − η · curvature. @param {number} rate */
export const left = (rate) => 1 - rate * CURVATURE;

/** @typedef {{ w: number, slope: number, next: number }} Step */

/** @param {number} w @param {number} rate @returns {Step} */
export const stepFrom = (w, rate) => ({ w, slope: slope(w), next: w - rate * slope(w) });

/**
 * What a rate does on this curve, whatever weight it starts from.
 * @param {number} rate
 * @returns {"stays" | "creeps" | "comes" | "jumps" | "circles" | "leaves"}
 */
export function course(rate) {
  const factor = left(rate);
  if (rate === 0) return "stays";
  if (Math.abs(Math.abs(factor) - 1) < 1e-9) return "circles";
  if (Math.abs(factor) > 1) return "leaves";
  if (factor < 0) return "jumps";
  return factor > 0.9 ? "creeps" : "comes";
}
