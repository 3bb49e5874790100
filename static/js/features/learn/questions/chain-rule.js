// @ts-check
import { forward, gradient } from "../model/chain.js";
import { short } from "../model/numbers.js";
import { firstTelling } from "./making.js";

/** w, x, b, y of the graph, with a sum above 0. */
const GRAPHS = [
  { w: 2, x: 3, b: -1, y: 1 },
  { w: 3, x: 4, b: -2, y: 6 },
  { w: 0.5, x: 4, b: 1, y: 2 },
  { w: -1, x: 3, b: 5, y: 1 },
];
/** Slopes of two paths, and what comes back along each. */
const PATHS = [
  [3, 5, 2, 1],
  [2, -3, 4, 2],
  [4, 2, -1, 5],
  [1, 6, 5, 2],
];

/** @type {import("./index.js").Question[]} */
export const chainRule = [
  {
    id: "chain-slope",
    chapter: "chain-rule",
    make({ seed }) {
      return firstTelling(seed, GRAPHS, (inputs) => {
        const expected = gradient(inputs, "w");
        const behind = gradient(inputs, "u");
        return {
          params: { ...inputs, f: short(forward(inputs).f), behind: short(behind), answer: short(expected) },
          expected,
          tolerance: 0.01,
          mistakes: [
            { id: "two_forgotten", value: expected / 2 },
            { id: "inner_forgotten", value: behind },
            { id: "other_factor", value: gradient(inputs, "x") },
            { id: "sign", value: -expected },
          ],
        };
      });
    },
  },
  {
    id: "two-paths",
    chapter: "chain-rule",
    make({ seed }) {
      return firstTelling(seed, PATHS, ([first, second, left, right]) => {
        const expected = first * left + second * right;
        return {
          params: {
            first: short(first),
            second: short(second),
            left: short(left),
            right: short(right),
            answer: short(expected),
          },
          expected,
          tolerance: 0.01,
          mistakes: [
            { id: "multiplied", value: first * left * second * right },
            { id: "one_path", value: first * left },
            { id: "sums_apart", value: (first + second) * (left + right) },
            { id: "slopes_forgotten", value: left + right },
          ],
        };
      });
    },
  },
];
