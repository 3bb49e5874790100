// @ts-check
/**
 * A training of two weights that can be seen whole: 64 points, ŷ = w₁ · x₁ + w₂ · x₂, mean squared error. The two
 * inputs have different scales, so the loss is a long narrow valley, as it is in networks.
 *
 * @typedef {[number, number]} Weights
 * @typedef {{ rate: number, momentum: number, batch: number, epochs: number, start: Weights, seed?: number }} Setting
 */

export const COUNT = 64;

/** The same numbers each time, evenly from 0 to 1 (a linear congruential generator). @param {number} seed */
export function numbers(seed) {
  let state = (seed * 2654435761 + 1013904223) >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** x₁, x₂ and y of every point; y is 1 · x₁ + 0.5 · x₂ and some noise. */
export const POINTS = (() => {
  const next = numbers(22);
  const around = () => next() + next() + next() - 1.5; // nearly normal, deviation 0.5
  return Array.from({ length: COUNT }, () => {
    const [first, second] = [2 * around(), 0.6 * around()];
    return [first, second, first + 0.5 * second + 0.4 * around()];
  });
})();

/** The mean squared error over some of the points. @param {Weights} w @param {readonly number[][]} [points] */
export const loss = ([w1, w2], points = POINTS) =>
  points.reduce((sum, [x1, x2, y]) => sum + (w1 * x1 + w2 * x2 - y) ** 2, 0) / points.length;

/** @param {Weights} w @param {readonly number[][]} [points] @returns {Weights} */
export function gradient([w1, w2], points = POINTS) {
  const sums = [0, 0];
  for (const [x1, x2, y] of points) {
    const miss = 2 * (w1 * x1 + w2 * x2 - y);
    sums[0] += miss * x1;
    sums[1] += miss * x2;
  }
  return [sums[0] / points.length, sums[1] / points.length];
}

/** @template T @param {readonly T[]} list @param {() => number} next @returns {T[]} */
function shuffled(list, next) {
  const order = [...list];
  for (let last = order.length - 1; last > 0; last--) {
    const other = Math.floor(next() * (last + 1));
    [order[last], order[other]] = [order[other], order[last]];
  }
  return order;
}

/**
 * Gradient descent with momentum: v ← m · v + g, w ← w − η · v; one update a batch, the points in a new order each
 * epoch. It ends early where the weights leave every bound.
 * @param {Setting} setting
 * @returns {{ weights: Weights, loss: number }[]} before the first update and after each
 */
export function train({ rate, momentum, batch, epochs, start, seed = 1 }) {
  const next = numbers(seed);
  const path = [{ weights: start, loss: loss(start) }];
  let weights = start;
  let speed = /** @type {Weights} */ ([0, 0]);
  for (let epoch = 0; epoch < epochs; epoch++) {
    const order = shuffled(POINTS, next);
    for (let at = 0; at < COUNT; at += batch) {
      const slope = gradient(weights, order.slice(at, at + batch));
      speed = [momentum * speed[0] + slope[0], momentum * speed[1] + slope[1]];
      weights = [weights[0] - rate * speed[0], weights[1] - rate * speed[1]];
      if (!weights.every((weight) => Math.abs(weight) < 1e6)) return path;
      path.push({ weights, loss: loss(weights) });
    }
  }
  return path;
}

/** The lowest point, from the two equations that set the gradient to 0. @returns {Weights} */
export function lowest() {
  const sum = (/** @type {(point: number[]) => number} */ value) =>
    POINTS.reduce((all, point) => all + value(point), 0);
  const [a, b, c] = [sum(([x]) => x * x), sum(([x, z]) => x * z), sum(([, z]) => z * z)];
  const [p, q] = [sum(([x, , y]) => x * y), sum(([, z, y]) => z * y)];
  const scale = a * c - b * b;
  return [(p * c - q * b) / scale, (q * a - p * b) / scale];
}
