// @ts-check
import { make, rotate180, total } from "../model/matrix.js";
import { fixed } from "../model/numbers.js";
import { offset } from "../../../model/trace.js";
import { cells } from "../../../model/window.js";
import { after, before, firstTelling, layersOf, mostTelling, product } from "./making.js";

/** @typedef {import("./index.js").Given} Given */
/** @typedef {import("../../../model/model.js").Layer} Layer */

/**
 * Layers of no network that is shown, so that no drawing tells their counts: channels read, filters, sides of the
 * kernel.
 */
const LAYERS = [
  [12, 7, 3],
  [16, 24, 3],
  [6, 20, 5],
  [40, 8, 2],
];

/**
 * What one output value of a convolution is made of, channel by channel.
 * @param {Given} given
 * @param {Layer} layer
 * @param {number} index in the output
 */
function partsOf(given, layer, index) {
  const [, rows, columns] = layer.output_shape;
  const at = [Math.floor(index / (rows * columns)), Math.floor(index / columns) % rows, index % columns];
  const window = /** @type {import("../../../model/kinds.js").Window2D} */ (layer.record.window(layer));
  const input = before(given, layer);
  const { weight, bias } = /** @type {import("../../../model/kinds.js").LayerParameters} */ (
    given.parameters.get(layer.name)
  );
  const [height, width] = window.size;
  const places = cells(window, at[1], at[2]);
  const inside = (/** @type {number[]} */ [row, column]) =>
    row >= 0 && column >= 0 && row < input.shape[1] && column < input.shape[2];
  const channels = Array.from({ length: input.shape[0] }, (_, channel) => ({
    values: make(height, width, (u, v) => {
      const place = places[u * width + v];
      return inside(place) ? input.data[offset(input.shape, [channel, ...place])] : 0;
    }),
    kernel: make(height, width, (u, v) => weight.data[offset(weight.shape, [at[0], channel, u, v])]),
  })).map((part) => ({
    ...part,
    sum: total(part.values.map((row, u) => row.map((value, v) => value * part.kernel[u][v]))),
  }));
  return { at, channels, bias: bias.data[at[0]], value: after(given, layer).data[index] };
}

/** @type {import("./index.js").Question[]} */
export const convolution = [
  {
    id: "neuron-value",
    chapter: "convolution",
    make(given) {
      const layer = layersOf(given, "convolution")[0];
      if (!layer) return null;
      return mostTelling(given.seed, product(layer.output_shape), (index) => {
        const { at, channels, bias, value } = partsOf(given, layer, index);
        const sums = channels.map(({ sum }) => sum);
        return {
          params: {
            place: `${layer.name}[${at.join(", ")}]`,
            sums: sums.map((sum) => fixed(sum)).join(",  "),
            bias: fixed(bias),
            value: fixed(value),
            count: sums.length,
          },
          expected: value,
          tolerance: 0.006 + 0.005 * sums.length, // every shown sum is rounded
          mistakes: [
            { id: "no_bias", value: value - bias },
            { id: "bias_subtracted", value: value - 2 * bias },
            { id: "channels_not_summed", value: sums[0] + bias },
            { id: "mean_of_channels", value: (value - bias) / sums.length + bias },
          ],
        };
      });
    },
  },
  {
    id: "corner-product",
    chapter: "convolution",
    make(given) {
      const layer = layersOf(given, "convolution")[0];
      if (!layer) return null;
      return mostTelling(given.seed + 1, product(layer.output_shape), (index) => {
        const { at, channels } = partsOf(given, layer, index);
        const { values, kernel } = channels[0];
        const flipped = rotate180(kernel);
        const [x, k] = [values[0][0], kernel[0][0]];
        if (Math.abs(x * k) < 0.02) return null;
        return {
          params: { place: `${layer.name}[${at.join(", ")}]`, x: fixed(x), weight: fixed(k), product: fixed(x * k, 3) },
          operands: [
            { title: "window", values, weights: false },
            { title: "kernel", values: kernel, weights: true },
          ],
          expected: x * k,
          tolerance: 0.006 + 0.005 * (Math.abs(x) + Math.abs(k)), // both operands are shown rounded
          mistakes: [
            { id: "kernel_flipped", value: x * flipped[0][0] },
            { id: "added", value: x + k },
            { id: "sign_lost", value: -x * k },
            { id: "whole_sum", value: channels[0].sum },
          ],
        };
      });
    },
  },
  {
    id: "kernels-in-layer",
    chapter: "convolution",
    make: ({ seed }) =>
      firstTelling(seed, LAYERS, ([channels, filters, side]) => ({
        params: { channels, filters },
        expected: channels * filters,
        tolerance: 0.01,
        mistakes: [
          { id: "filters_only", value: filters },
          { id: "weights", value: channels * filters * side ** 2 },
          { id: "added", value: channels + filters },
          { id: "bias_counted", value: (channels + 1) * filters },
        ],
      })),
  },
  {
    id: "learned-numbers",
    chapter: "convolution",
    make: ({ seed }) =>
      firstTelling(seed + 1, LAYERS, ([channels, filters, side]) => {
        const cells = side ** 2;
        return {
          params: { filters, channels, height: side, width: side, cells },
          expected: filters * (channels * cells + 1),
          tolerance: 0.01,
          mistakes: [
            { id: "no_bias", value: filters * channels * cells },
            { id: "one_bias", value: filters * channels * cells + 1 },
            { id: "one_channel", value: filters * (cells + 1) },
            { id: "one_filter", value: channels * cells + 1 },
            { id: "bias_per_kernel", value: filters * channels * (cells + 1) },
          ],
        };
      }),
  },
];
