// @ts-check
import { correlate, windowAt } from "../model/convolution.js";
import { rotate180, total } from "../model/matrix.js";
import { fixed, short } from "../model/numbers.js";
import { classesOf, shown } from "./classes.js";
import { firstTelling } from "./making.js";

/** Inputs X and the ∂L/∂H that comes back. */
const CASES = [
  {
    input: [
      [2, -1, 1],
      [3, 0, 2],
      [1, 4, -2],
    ],
    after: [
      [2, 1],
      [-1, 3],
    ],
  },
  {
    input: [
      [0, 2, 1],
      [1, 3, -1],
      [2, 0, 4],
    ],
    after: [
      [1, 3],
      [-2, 2],
    ],
  },
  {
    input: [
      [4, 1, -2],
      [0, 2, 3],
      [1, -1, 5],
    ],
    after: [
      [3, -1],
      [2, 1],
    ],
  },
];
const PLACES = [
  [0, 1],
  [1, 0],
  [1, 1],
  [0, 0],
];

/** @type {import("./index.js").Question[]} */
export const backpropagation = [
  {
    id: "gradient-of-logit",
    chapter: "backpropagation",
    make(given) {
      return firstTelling(given.seed, classesOf(given), ({ p, name }) => ({
        params: { class: name, p: shown(p), answer: fixed(p - 1, 3) },
        expected: p - 1,
        tolerance: 0.0015,
        mistakes: [
          { id: "sign", value: 1 - p },
          { id: "target_forgotten", value: p },
          { id: "loss", value: -Math.log(p) },
          { id: "log", value: Math.log(p) },
        ],
      }));
    },
  },
  {
    id: "kernel-gradient",
    chapter: "backpropagation",
    make({ seed }) {
      const all = PLACES.flatMap((at) => CASES.map((one) => ({ ...one, at })));
      return firstTelling(seed, all, ({ input, after, at: [row, column] }) => {
        const expected = correlate(input, after)[row][column];
        return {
          params: { row, column, answer: short(expected), input: JSON.stringify(input) },
          expected,
          tolerance: 0.01,
          operands: [
            { title: "input", values: input, weights: false },
            { title: "after", values: after, weights: false },
          ],
          mistakes: [
            { id: "one_product", value: input[row][column] * after[0][0] },
            { id: "input_forgotten", value: total(after) },
            { id: "gradient_forgotten", value: total(windowAt(input, after, [row, column])) },
            { id: "turned", value: correlate(input, rotate180(after))[row][column] },
          ],
        };
      });
    },
  },
];
