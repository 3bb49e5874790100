// @ts-check
/** Pooling: a window of values becomes one. */
import { readTerm } from "../trace.js";
import { cells, reading } from "../window.js";
import { cut, sliding, windowOf } from "./sliding.js";

/** @typedef {import("./kind.js").Tracer} Tracer */

/** @param {import("./kind.js").Tensor} input @param {import("./kind.js").Layer} layer @param {number[]} at */
const underWindow = (input, layer, [unit, row, column]) =>
  cells(windowOf(layer), row, column).map(([i, j]) => readTerm(input, [unit, i, j]));

/** @type {Tracer["consumers"]} */
const consumers = (layer, _parameters, [unit, i, j]) => {
  const [, height, width] = layer.output_shape;
  const columns = reading(windowOf(layer), 1, j, width);
  return reading(windowOf(layer), 0, i, height).flatMap((row) =>
    columns.map((column) => ({ at: [unit, row.index, column.index], weight: null })),
  );
};

/** @type {Partial<import("./kind.js").Kind>} */
const POOLING = {
  family: "pooling",
  connects: "one",
  closesModule: true,
  view: "pooling",
  chapter: "pooling",
  window: (layer) => sliding(layer.window, layer),
};

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
      consumers,
    },
    code: (layer, at) => [...cut(layer, at, String(at[0]), ", constant_values=-np.inf"), "y = window.max()"],
  },
  avg_pool2d: {
    ...POOLING,
    tracer: {
      /** The mean of the values under the window; padding counts as 0 only with `count_include_pad`. */
      trace(layer, [input], _parameters, at) {
        const counted = underWindow(input, layer, at).filter(
          (term) => (layer.count_include_pad ?? true) || !term.padding,
        );
        return {
          operation: "mean",
          at,
          terms: counted.map((term) => ({ ...term, weight: 1 / counted.length })),
          bias: null,
          constants: {},
        };
      },
      consumers,
    },
    code: (layer, at) =>
      (layer.count_include_pad ?? true)
        ? [...cut(layer, at, String(at[0]), ""), "y = window.mean()"]
        : [...cut(layer, at, String(at[0]), ", constant_values=np.nan"), "y = np.nanmean(window)"],
  },
};
