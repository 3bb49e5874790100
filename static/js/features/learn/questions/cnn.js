// @ts-check
import { inputName } from "../../../model/model.js";
import { honest, layersOf, pick, product } from "./making.js";

/** @type {import("./index.js").Question[]} */
export const cnn = [
  {
    id: "learned-numbers",
    chapter: "cnn",
    make(given) {
      const layer = pick(layersOf(given, "convolution"), given.seed);
      if (!layer) return null;
      const [channels, filters, cells] = [layer.input_shape[0], layer.output_shape[0], product(layer.kernel ?? [1, 1])];
      return honest({
        params: {
          layer: layer.name,
          filters,
          channels,
          height: layer.kernel?.[0] ?? 1,
          width: layer.kernel?.[1] ?? 1,
          cells,
        },
        expected: layer.parameter_count,
        tolerance: 0.01,
        mistakes: [
          { id: "no_bias", value: filters * channels * cells },
          { id: "one_bias", value: filters * channels * cells + 1 },
          { id: "one_channel", value: filters * (cells + 1) },
          { id: "one_filter", value: channels * cells + 1 },
          { id: "bias_per_kernel", value: filters * channels * (cells + 1) },
        ],
      });
    },
  },
  {
    id: "inputs-of-neuron",
    chapter: "cnn",
    make(given) {
      const layers = layersOf(given, "convolution");
      const layer = pick(
        [...layers].sort(
          (a, b) => Number(b.input_shape[0] !== b.output_shape[0]) - Number(a.input_shape[0] !== a.output_shape[0]),
        ),
        given.seed,
      );
      if (!layer) return null;
      return honest({
        params: { layer: layer.name, before: inputName(layer) },
        expected: layer.input_shape[0],
        tolerance: 0.01,
        mistakes: [
          { id: "one", value: 1 },
          { id: "own_filters", value: layer.output_shape[0] },
          { id: "cells", value: product(layer.kernel ?? [1, 1]) },
        ],
      });
    },
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
