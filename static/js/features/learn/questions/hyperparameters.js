// @ts-check
import { wayTo } from "../../../model/model.js";
import { outputSize } from "../model/sliding.js";
import { honest, mostTelling, pick, layersOf, product } from "./making.js";
import { short } from "../model/numbers.js";

/** Strides and paddings among which one is found where forgetting the floor or a padding shows. */
const SETTINGS = [2, 3, 4].flatMap((stride) => [1, 2, 3].map((padding) => ({ stride, padding })));

/** @type {import("./index.js").Question[]} */
export const hyperparameters = [
  {
    id: "output-size",
    chapter: "hyperparameters",
    make(given) {
      const size = given.model.input.shape[1];
      const kernel = layersOf(given, "convolution")[0]?.kernel?.[0] ?? 3;
      return mostTelling(given.seed, SETTINGS.length, (index) => {
        const { stride, padding } = SETTINGS[index];
        const exact = (size + 2 * padding - kernel) / stride;
        const expected = outputSize({ size, kernel, stride, padding, dilation: 1 });
        if (expected < 1 || Number.isInteger(exact)) return null;
        return {
          params: { size, kernel, stride, padding, exact: short(exact), answer: expected },
          expected,
          tolerance: 0.02,
          mistakes: [
            { id: "no_floor", value: exact + 1 },
            { id: "rounded_up", value: Math.ceil(exact) + 1 },
            { id: "no_plus_one", value: Math.floor(exact) },
            { id: "padding_once", value: Math.floor((size + padding - kernel) / stride) + 1 },
            { id: "kernel_forgotten", value: Math.floor((size + 2 * padding) / stride) + 1 },
            { id: "stride_forgotten", value: size + 2 * padding - kernel + 1 },
          ],
        };
      });
    },
  },
  {
    id: "receptive-field",
    chapter: "hyperparameters",
    make({ model, seed }) {
      // Where branches meet there is no one chain of windows to multiply out.
      const sliding = model.layers.filter(
        (layer) =>
          layer.record.window(layer) &&
          layer.receptive_field &&
          layer.receptive_field.size[0] <= model.input.shape[1] &&
          wayTo(model, layer),
      );
      const layer = pick(sliding.slice(1).reverse(), seed) ?? sliding[0];
      const way = layer && wayTo(model, layer)?.filter((each) => each.record.window(each));
      if (!layer || !way) return null;
      const kernels = way.map(
        (each) => /** @type {import("../../../model/kinds.js").Window2D} */ (each.record.window(each)).size[0],
      );
      const expected = /** @type {{ size: number[] }} */ (layer.receptive_field).size[0];
      return honest({
        params: {
          layer: layer.name,
          chain: way.map((each) => windowText(each)).join(" → "),
          answer: expected,
        },
        expected,
        tolerance: 0.01,
        mistakes: [
          { id: "own_window", value: kernels.at(-1) ?? 1 },
          { id: "strides_forgotten", value: kernels.reduce((sum, size) => sum + size - 1, 1) },
          { id: "windows_added", value: kernels.reduce((sum, size) => sum + size, 0) },
          { id: "windows_multiplied", value: product(kernels) },
        ],
      });
    },
  },
  {
    id: "windows-over-pixel",
    chapter: "hyperparameters",
    make({ model, seed }) {
      const size = model.input.shape[1];
      const kernel = /** @type {number} */ (
        pick(
          [7, 5, 4, 6].filter((side) => 2 * side <= size),
          seed,
        ) ?? 2
      );
      return honest({
        params: { size, kernel },
        expected: kernel ** 2,
        tolerance: 0.01,
        mistakes: [
          { id: "corner", value: 1 },
          { id: "one_axis", value: kernel },
          { id: "all_windows", value: (size - kernel + 1) ** 2 },
        ],
      });
    },
  },
];

/** `3×3/2`: window and, where it is not 1, stride. @param {import("../../../model/model.js").Layer} layer */
function windowText(layer) {
  const { size, stride } = /** @type {import("../../../model/kinds.js").Window2D} */ (layer.record.window(layer));
  return `${size.join("×")}${stride.some((step) => step !== 1) ? `/${stride[0]}` : ""}`;
}
