// @ts-check
import { fixed, short } from "../model/numbers.js";
import { firstTelling, product } from "./making.js";

/** Of 1,000 pictures so many show the thing; share of them that is found; share of the others that raises an alarm. */
const ALARMS = [
  [10, 0.9, 0.05],
  [20, 0.8, 0.1],
  [5, 0.95, 0.02],
  [40, 0.75, 0.04],
];
const ALL = 1000;
/** Step of every number, in 255ths, and the mean size of a weight. */
const NUDGES = [
  [1, 0.02],
  [2, 0.015],
  [4, 0.01],
  [3, 0.025],
];
const LEVELS = 255;

/** @type {import("./index.js").Question[]} */
export const fails = [
  {
    id: "rare-alarms",
    chapter: "fails",
    make({ seed }) {
      return firstTelling(seed, ALARMS, ([rare, found, false_alarms]) => {
        const [hits, others] = [rare * found, (ALL - rare) * false_alarms];
        const expected = hits / (hits + others);
        return {
          params: {
            rare,
            all: ALL,
            others: ALL - rare,
            found: short(100 * found),
            alarms: short(100 * false_alarms),
            hits: short(hits, 1),
            wrong: short(others, 1),
            answer: fixed(100 * expected, 1),
          },
          expected,
          tolerance: 0.003,
          unit: "percent",
          mistakes: [
            { id: "recall", value: found },
            { id: "no_alarm", value: 1 - false_alarms },
            { id: "how_rare", value: rare / ALL },
            { id: "as_many", value: found / (found + false_alarms) },
          ],
        };
      });
    },
  },
  {
    id: "many-small-steps",
    chapter: "fails",
    make({ model, seed }) {
      const count = product(model.input.shape);
      return firstTelling(seed, NUDGES, ([levels, weight]) => {
        const step = levels / LEVELS;
        return {
          params: { count, levels, weight, answer: fixed(count * step * weight) },
          expected: count * step * weight,
          tolerance: 0.006 + 0.005 * count * step * weight,
          mistakes: [
            { id: "one_number", value: step * weight },
            { id: "not_scaled", value: count * levels * weight },
            { id: "weight_forgotten", value: count * step },
          ],
        };
      });
    },
  },
];
