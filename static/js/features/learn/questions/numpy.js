// @ts-check
import { firstTelling, layersOf, product } from "./making.js";

/** Channels, side and kernel of pictures of no shown network. */
const VIEWS = [
  [3, 32, 5],
  [1, 28, 3],
  [6, 14, 5],
  [4, 20, 3],
];

/** @type {import("./index.js").Question[]} */
export const numpy = [
  {
    id: "multiplications",
    chapter: "numpy",
    make(given) {
      const layers = layersOf(given, "convolution").filter(({ kind }) => kind === "conv2d");
      if (!layers.length) return null;
      return firstTelling(given.seed, layers, (layer) => {
        const [height, width] = /** @type {number[]} */ (layer.kernel);
        const [maps, rows, columns] = layer.output_shape;
        const channels = layer.input_shape[0] / (layer.groups ?? 1);
        const expected = product(layer.output_shape) * channels * height * width;
        return {
          params: {
            layer: layer.name,
            maps,
            rows,
            columns,
            channels,
            height,
            width,
            answer: expected.toLocaleString("en"),
          },
          expected,
          tolerance: 0.5,
          mistakes: [
            { id: "one_map", value: expected / maps },
            { id: "one_channel", value: expected / channels },
            { id: "one_place", value: maps * channels * height * width },
            { id: "results_only", value: product(layer.output_shape) },
          ],
        };
      });
    },
  },
  {
    id: "numbers-in-view",
    chapter: "numpy",
    make({ seed }) {
      return firstTelling(seed, VIEWS, ([channels, side, kernel]) => {
        const places = (side - kernel + 1) ** 2;
        const expected = channels * places * kernel * kernel;
        return {
          params: { channels, side, kernel, across: side - kernel + 1, answer: expected.toLocaleString("en") },
          expected,
          tolerance: 0.5,
          mistakes: [
            { id: "stored", value: channels * side * side },
            { id: "places_only", value: channels * places },
            { id: "border_forgotten", value: channels * side * side * kernel * kernel },
            { id: "one_channel", value: places * kernel * kernel },
          ],
        };
      });
    },
  },
];
