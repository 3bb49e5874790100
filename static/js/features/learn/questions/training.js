// @ts-check
import { fixed, short } from "../model/numbers.js";
import { firstTelling } from "./making.js";

const PER_CLASS = 450;
const BATCHES = [32, 128, 48, 96, 256];
/** Momentum, and a gradient that stays the same. */
const SPEEDS = [
  [0.9, 0.4],
  [0.8, 0.5],
  [0.5, 0.8],
  [0.6, -0.5],
  [0.7, 0.6],
];

/** @type {import("./index.js").Question[]} */
export const training = [
  {
    id: "updates-per-epoch",
    chapter: "training",
    make({ model, seed }) {
      const pictures = model.training?.data?.learnt_from ?? PER_CLASS * model.classes.length;
      return firstTelling(seed, BATCHES, (batch) => ({
        params: { pictures, batch, answer: Math.ceil(pictures / batch) },
        expected: Math.ceil(pictures / batch),
        tolerance: 0.01,
        mistakes: [
          { id: "last_batch_forgotten", value: Math.floor(pictures / batch) },
          { id: "not_rounded", value: Number((pictures / batch).toFixed(2)) },
          { id: "one_per_picture", value: pictures },
          { id: "batch_size", value: batch },
        ],
      }));
    },
  },
  {
    id: "speed-after-three",
    chapter: "training",
    make({ seed }) {
      return firstTelling(seed, SPEEDS, ([momentum, gradient]) => {
        const expected = gradient * (1 + momentum + momentum ** 2);
        return {
          params: { momentum, gradient: short(gradient), answer: fixed(expected, 3) },
          expected,
          tolerance: 0.002,
          mistakes: [
            { id: "three_alike", value: 3 * gradient },
            { id: "last_only", value: gradient },
            { id: "one_less", value: gradient * (1 + momentum) },
            { id: "newest_shrunk", value: momentum * expected },
          ],
        };
      });
    },
  },
];
