// @ts-check
/** Pooling: a window of values becomes one. */
import { readTerm } from "../trace.js";
import { cells, reading } from "../window.js";
import { cut, sliding, windowOf } from "./kind.js";

/** @typedef {import("./kind.js").Layer} Layer */

/** @param {import("./kind.js").Tensor} input @param {Layer} layer @param {number[]} at */
const underWindow = (input, layer, [unit, row, column]) =>
  cells(windowOf(layer), row, column).map(([i, j]) => readTerm(input, [unit, i, j]));

/** The windows that have an input value under them. @param {Layer} layer @param {number[]} at */
function windowsOver(layer, [unit, i, j]) {
  const [, height, width] = layer.output_shape;
  const columns = reading(windowOf(layer), 1, j, width);
  return reading(windowOf(layer), 0, i, height).flatMap((row) =>
    columns.map((column) => [unit, row.index, column.index]),
  );
}

/** The cells of a window whose mean is taken: those of the padding only where they count.
 * @param {Layer} layer @param {number[]} at of the output */
function counted(layer, [unit, row, column]) {
  const [, height, width] = layer.input_shape;
  const window = windowOf(layer);
  const within = (/** @type {number} */ i, /** @type {number} */ j) =>
    (layer.count_include_pad ?? true)
      ? i < height + window.after[0] && j < width + window.after[1]
      : i >= 0 && j >= 0 && i < height && j < width;
  return cells(window, row, column)
    .filter(([i, j]) => within(i, j))
    .map(([i, j]) => [unit, i, j]);
}

/** Every cell of a map, row by row. @param {readonly number[]} shape @param {number} unit */
const everywhere = ([, rows, columns], unit) =>
  Array.from({ length: rows * columns }, (_, i) => [unit, Math.floor(i / columns), i % columns]);

/** @param {import("./kind.js").Tensor} input @param {number[]} at @param {number[][]} places */
const meanOf = (input, at, places) => ({
  operation: "mean",
  at,
  terms: places.map((place) => readTerm(input, place, 1 / places.length)),
  bias: null,
  constants: {},
});

/** @type {Partial<import("./kind.js").Kind>} */
const POOLING = {
  family: "pooling",
  connects: "one",
  closesModule: true,
  view: "pooling",
  chapter: "pooling",
  window: (layer) => sliding(layer.window, layer),
};

/** @type {Partial<import("./kind.js").Kind>} */
const GLOBAL = { family: "global_pooling", connects: "one", closesModule: true, view: "global", chapter: "pooling" };

/** @type {Record<string, import("./kind.js").Row>} */
export const pools = {
  max_pool2d: {
    ...POOLING,
    tracer: {
      /** The largest value under the window; padding never wins, so it is no term. */
      trace: (layer, [input], _parameters, at) => ({
        operation: "maximum",
        at,
        terms: underWindow(input, layer, at).filter((term) => !term.padding),
        bias: null,
        constants: {},
      }),
      consumers: (layer, _parameters, at) => windowsOver(layer, at).map((one) => ({ at: one, weight: null })),
    },
    code: (layer, at) => [...cut(layer, at, String(at[0]), ", constant_values=-np.inf"), "y = window.max()"],
  },
  avg_pool2d: {
    ...POOLING,
    tracer: {
      /** The mean of the values under the window; padding counts as 0 only with `count_include_pad`. */
      trace: (layer, [input], _parameters, at) => meanOf(input, at, counted(layer, at)),
      consumers: (layer, _parameters, at) =>
        windowsOver(layer, at).map((one) => ({ at: one, weight: 1 / counted(layer, one).length })),
    },
    code: (layer, at) =>
      (layer.count_include_pad ?? true)
        ? [...cut(layer, at, String(at[0]), "", ", constant_values=np.nan"), "y = np.nanmean(window)"]
        : [...cut(layer, at, String(at[0]), ", constant_values=np.nan"), "y = np.nanmean(window)"],
  },
  global_avg_pool2d: {
    ...GLOBAL,
    tracer: {
      /** The mean of a whole map. */
      trace: (_layer, [input], _parameters, at) => meanOf(input, at, everywhere(input.shape, at[0])),
      consumers: ({ input_shape: [, rows, columns] }, _parameters, [unit]) => [
        { at: [unit], weight: 1 / (rows * columns) },
      ],
    },
    code: (_layer, [unit]) => [`y = x[${unit}].mean()`],
  },
  global_max_pool2d: {
    ...GLOBAL,
    tracer: {
      /** The largest value of a whole map. */
      trace: (_layer, [input], _parameters, at) => ({
        operation: "maximum",
        at,
        terms: everywhere(input.shape, at[0]).map((place) => readTerm(input, place)),
        bias: null,
        constants: {},
      }),
      consumers: (_layer, _parameters, [unit]) => [{ at: [unit], weight: null }],
    },
    code: (_layer, [unit]) => [`y = x[${unit}].max()`],
  },
};
