// @ts-check
import { blockOf } from "../model/blocks.js";
import { fixed } from "../model/numbers.js";
import { firstTelling } from "./making.js";

/** Maps read and given. */
const SIZES = [
  [32, 48],
  [24, 96],
  [64, 112],
  [48, 160],
];
const SIDE = 16;
const CELLS = 9;

/** @type {import("./index.js").Question[]} */
export const blocks = [
  {
    id: "one-by-one",
    chapter: "blocks",
    make({ seed }) {
      return firstTelling(seed, SIZES, ([channels, filters]) => {
        const expected = blockOf("pointwise").cost({ channels, filters, side: SIDE }).parameters;
        return {
          params: { channels, filters, answer: expected.toLocaleString("en") },
          expected,
          tolerance: 0.5,
          mistakes: [
            { id: "no_bias", value: channels * filters },
            { id: "one_each", value: 2 * filters },
            { id: "three", value: CELLS * channels * filters + filters },
            { id: "inputs_forgotten", value: filters },
          ],
        };
      });
    },
  },
  {
    id: "separable-share",
    chapter: "blocks",
    make({ seed }) {
      return firstTelling(seed, SIZES, ([channels, filters]) => {
        const size = { channels, filters, side: SIDE };
        const expected = blockOf("separable").cost(size).products / blockOf("plain").cost(size).products;
        return {
          params: { channels, filters, answer: fixed(100 * expected, 1) },
          expected,
          tolerance: 0.003,
          unit: "percent",
          mistakes: [
            { id: "depthwise_only", value: 1 / filters },
            { id: "pointwise_only", value: 1 / CELLS },
            { id: "multiplied", value: 1 / (CELLS * filters) },
            { id: "more", value: 1 / expected },
          ],
        };
      });
    },
  },
];
