// @ts-check
import { fixed } from "../model/numbers.js";
import { classesOf, shown } from "./classes.js";
import { firstTelling, firstWeights, mostTelling, pick } from "./making.js";

const RATE = 0.1;
const GRADIENTS = [0.5, -0.4, 0.8, -0.6];
/** What one step leaves of the distance to the lowest point, and the number of steps. */
const LEFT = [
  [0.6, 3],
  [0.7, 3],
  [0.8, 4],
  [0.9, 5],
  [0.5, 4],
];

/** @type {import("./index.js").Question[]} */
export const descent = [
  {
    id: "loss-of-picture",
    chapter: "descent",
    make(given) {
      return firstTelling(given.seed, classesOf(given), ({ p, name }) => ({
        params: { class: name, p: shown(p), answer: fixed(-Math.log(p), 3) },
        expected: -Math.log(p),
        tolerance: 0.0006 + Math.min(0.0051, 0.00051 / p), // p is shown rounded
        mistakes: [
          { id: "sign", value: Math.log(p) },
          { id: "ten", value: -Math.log10(p) },
          { id: "missing", value: 1 - p },
          { id: "probability", value: p },
        ],
      }));
    },
  },
  {
    id: "one-step",
    chapter: "descent",
    make(given) {
      const first = firstWeights(given);
      if (!first) return null;
      const { layer, data } = first;
      return mostTelling(given.seed, data.length, (index) => {
        const [w, gradient] = [data[index], /** @type {number} */ (pick(GRADIENTS, index))];
        if (Math.abs(w) < 0.02) return null;
        return {
          params: {
            layer: layer.name,
            weight: fixed(w, 3),
            gradient: fixed(gradient),
            rate: RATE,
            answer: fixed(w - RATE * gradient, 3),
          },
          expected: w - RATE * gradient,
          tolerance: 0.0016,
          mistakes: [
            { id: "uphill", value: w + RATE * gradient },
            { id: "rate_forgotten", value: w - gradient },
            { id: "step_only", value: RATE * gradient },
          ],
        };
      });
    },
  },
  {
    id: "distance-left",
    chapter: "descent",
    make({ seed }) {
      return firstTelling(seed, LEFT, ([left, steps]) => ({
        params: { left, steps, answer: fixed(left ** steps, 3) },
        expected: left ** steps,
        tolerance: 0.0011,
        mistakes: [
          { id: "times", value: left * steps },
          { id: "gone", value: 1 - left ** steps },
          { id: "equal_steps", value: 1 - steps * (1 - left) },
          { id: "one_more", value: left ** (steps + 1) },
        ],
      }));
    },
  },
];
