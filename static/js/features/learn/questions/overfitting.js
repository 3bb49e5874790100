// @ts-check
import { fixed, short } from "../model/numbers.js";
import { precisionOf, readTraining, recallOf } from "../model/training.js";
import { firstTelling, firstWeights, honest, layersOf, mostTelling, pick, product } from "./making.js";

const [RATE, DECAY] = [0.1, 0.5];

/** @type {import("./index.js").Question[]} */
export const overfitting = [
  {
    id: "recall",
    chapter: "overfitting",
    make({ model, seed, label }) {
      const confusion = readTraining(model.training)?.confusion;
      if (!confusion) return null;
      return firstTelling(seed, [...confusion.keys()], (k) => {
        const row = confusion[k].reduce((sum, count) => sum + count, 0);
        if (row === 0) return null;
        return {
          params: {
            class: model.classes[k] ? label(model.classes[k].labels) : k,
            right: confusion[k][k],
            all: row,
            answer: `${fixed(100 * recallOf(confusion, k), 1)}%`,
          },
          expected: recallOf(confusion, k),
          tolerance: 0.006,
          unit: "percent",
          mistakes: [
            { id: "column", value: precisionOf(confusion, k) },
            { id: "missed", value: 1 - recallOf(confusion, k) },
            { id: "share_of_all", value: confusion[k][k] / confusion.flat().reduce((sum, count) => sum + count, 0) },
          ],
        };
      });
    },
  },
  {
    id: "dropped-units",
    chapter: "overfitting",
    make(given) {
      const layer = layersOf(given, "dense").at(-1);
      if (!layer) return null;
      const [inputs, rate] = [product(layer.input_shape), /** @type {number} */ (pick([0.2, 0.3, 0.4], given.seed))];
      return honest({
        params: { inputs, rate: short(rate), answer: short(inputs * (1 - rate), 1) },
        expected: inputs * (1 - rate),
        tolerance: 0.6,
        mistakes: [
          { id: "dropped", value: inputs * rate },
          { id: "none", value: inputs },
          { id: "divided", value: inputs / (1 - rate) },
        ],
      });
    },
  },
  {
    id: "decayed-weight",
    chapter: "overfitting",
    make(given) {
      const first = firstWeights(given);
      if (!first) return null;
      const { layer, data } = first;
      return mostTelling(given.seed, data.length, (index) => {
        const w = data[index];
        if (Math.abs(w) < 0.1) return null;
        return {
          params: {
            layer: layer.name,
            weight: fixed(w, 3),
            rate: RATE,
            decay: DECAY,
            answer: fixed(w * (1 - RATE * DECAY), 3),
          },
          expected: w * (1 - RATE * DECAY),
          tolerance: 0.0015,
          mistakes: [
            { id: "grown", value: w * (1 + RATE * DECAY) },
            { id: "constant", value: w - RATE * DECAY },
            { id: "shrink_only", value: w * RATE * DECAY },
            { id: "rate_forgotten", value: w * (1 - DECAY) },
          ],
        };
      });
    },
  },
];
