// @ts-check
import { offset } from "../../../model/trace.js";
import { cells } from "../../../model/window.js";
import { make } from "../model/matrix.js";
import { fixed, short } from "../model/numbers.js";
import { before, firstTelling, layersOf, mostTelling, product } from "./making.js";

/** Maps that the windows do not fill, for which no mistake gives the right size. */
const SETTINGS = [
  { size: 66, window: 5, stride: 2 },
  { size: 50, window: 4, stride: 3 },
  { size: 40, window: 5, stride: 3 },
  { size: 72, window: 5, stride: 2 },
];

/** The numbers under one real window of the first pooling layer; null where it lies in padding.
 * @param {import("./index.js").Given} given
 * @param {import("../../../model/model.js").Layer} layer
 * @param {number} index in the output
 */
function windowOf(given, layer, index) {
  const [, rows, columns] = layer.output_shape;
  const at = [Math.floor(index / (rows * columns)), Math.floor(index / columns) % rows, index % columns];
  const window = /** @type {import("../../../model/kinds.js").Window2D} */ (layer.record.window(layer));
  const input = before(given, layer);
  const places = cells(window, at[1], at[2]);
  if (places.some(([row, column]) => row < 0 || column < 0 || row >= input.shape[1] || column >= input.shape[2]))
    return null;
  const values = places.map((place) => input.data[offset(input.shape, [at[0], ...place])]);
  return { at, values, grid: make(window.size[0], window.size[1], (u, v) => values[u * window.size[1] + v]) };
}

/** @type {import("./index.js").Question[]} */
export const pooling = [
  ...["max-of-window", "mean-of-window"].map(
    (id) =>
      /** @type {import("./index.js").Question} */ ({
        id,
        chapter: "pooling",
        make(given) {
          const layer = layersOf(given, "pooling")[0];
          if (!layer) return null;
          const maximum = id === "max-of-window";
          return mostTelling(given.seed + (maximum ? 0 : 4), product(layer.output_shape), (index) => {
            const found = windowOf(given, layer, index);
            if (!found || new Set(found.values.map((value) => fixed(value))).size < found.values.length) return null;
            const { grid, at } = found;
            const values = found.values.map((value) => Number(value.toFixed(2))); // a person reckons with what is shown
            const sum = values.reduce((total, value) => total + value, 0);
            const [most, mean] = [Math.max(...values), sum / values.length];
            return {
              params: {
                layer: layer.name,
                place: `${layer.name}[${at.join(", ")}]`,
                count: values.length,
                answer: fixed(maximum ? most : mean),
              },
              operands: [{ title: "window", values: grid, weights: false }],
              expected: maximum ? most : mean,
              tolerance: maximum ? 0.006 : 0.011,
              mistakes: [
                maximum ? { id: "mean", value: mean } : { id: "maximum", value: most },
                { id: "sum", value: sum },
                { id: "minimum", value: Math.min(...values) },
                ...(maximum ? [] : [{ id: "divided_by_side", value: sum / Math.sqrt(values.length) }]),
              ],
            };
          });
        },
      }),
  ),
  {
    id: "pooled-size",
    chapter: "pooling",
    make: ({ seed }) =>
      firstTelling(seed, SETTINGS, ({ size, window, stride }) => {
        const exact = (size - window) / stride;
        return {
          params: {
            size,
            window,
            stride,
            exact: short(exact),
            answer: Math.floor(exact) + 1,
            left: (size - window) % stride,
          },
          expected: Math.floor(exact) + 1,
          tolerance: 0.02,
          mistakes: [
            { id: "no_floor", value: exact + 1 },
            { id: "rounded_up", value: Math.ceil(exact) + 1 },
            { id: "divided_only", value: size / stride },
            { id: "stride_forgotten", value: size - window + 1 },
          ],
        };
      }),
  },
];
