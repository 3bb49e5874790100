// @ts-check
import { firstTelling, honest } from "./making.js";

/** Layers of no network that is shown: channels read, filters, sides of the kernel. */
const LAYERS = [
  [12, 20, 5],
  [6, 15, 3],
  [24, 9, 7],
  [18, 32, 4],
];

/** @type {import("./index.js").Question[]} */
export const cnn = [
  {
    id: "inputs-of-neuron",
    chapter: "cnn",
    make: ({ seed }) =>
      firstTelling(seed, LAYERS, ([channels, filters, side]) => ({
        params: { channels, filters, height: side, width: side },
        expected: channels,
        tolerance: 0.01,
        mistakes: [
          { id: "one", value: 1 },
          { id: "own_filters", value: filters },
          { id: "cells", value: side ** 2 },
        ],
      })),
  },
  {
    id: "nothing-learned",
    chapter: "cnn",
    make({ model }) {
      const without = model.layers.filter(({ parameter_count: count }) => count === 0);
      return honest({
        params: { model: model.id, layers: model.layers.length, list: without.map(({ name }) => name).join(", ") },
        expected: without.length,
        tolerance: 0.01,
        mistakes: [
          { id: "counted_learners", value: model.layers.length - without.length },
          { id: "only_activations", value: without.filter(({ record }) => record.family === "activation").length },
          { id: "columns_only", value: without.filter(({ record }) => record.column).length },
        ],
      });
    },
  },
];
