// @ts-check
import { firstTelling, honest, layersOf, product } from "./making.js";

/** Not the five of the chapter's text. */
const FILTERS = [12, 20, 7, 16];

/** @type {import("./index.js").Question[]} */
export const counts = [
  {
    id: "dense-neuron",
    chapter: "dense-vs-conv",
    make({ model }) {
      const [channels, height, width] = model.input.shape;
      return honest({
        params: { channels, height, width, inputs: product(model.input.shape) },
        expected: product(model.input.shape) + 1,
        tolerance: 0.01,
        mistakes: [
          { id: "no_bias", value: product(model.input.shape) },
          { id: "one_channel", value: height * width + 1 },
          { id: "bias_per_channel", value: product(model.input.shape) + channels },
        ],
      });
    },
  },
  {
    id: "shared-filters",
    chapter: "dense-vs-conv",
    make(given) {
      const [channels, height, width] = given.model.input.shape;
      const kernel = layersOf(given, "convolution")[0]?.kernel ?? [3, 3];
      const cells = product(kernel);
      return firstTelling(given.seed, FILTERS, (filters) => ({
        params: { filters, channels, kernel_height: kernel[0], kernel_width: kernel[1], height, width, cells },
        expected: filters * (channels * cells + 1),
        tolerance: 0.01,
        mistakes: [
          { id: "no_bias", value: filters * channels * cells },
          { id: "one_channel", value: filters * (cells + 1) },
          { id: "one_bias", value: filters * channels * cells + 1 },
          {
            id: "every_place",
            value: filters * (channels * cells + 1) * (height - kernel[0] + 1) * (width - kernel[1] + 1),
          },
        ],
      }));
    },
  },
];
