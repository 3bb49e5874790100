// @ts-check
import { readTerm } from "../trace.js";
import { cells, reading } from "../window.js";

/** @param {import("../model.js").Layer} layer @returns {import("../kinds.js").Window2D} */
const windowOf = (layer) => ({ size: layer.window ?? [1, 1], stride: layer.stride ?? [1, 1], padding: layer.padding ?? [0, 0], dilation: [1, 1] });

/** @param {import("../kinds.js").Tensor} input @param {import("../model.js").Layer} layer @param {number[]} at */
const underWindow = (input, layer, [unit, row, column]) => cells(windowOf(layer), row, column).map(([i, j]) => readTerm(input, [unit, i, j]));

/** @param {string} kind @param {import("../kinds.js").Kind["trace"]} trace @returns {import("../kinds.js").Kind} */
const pool = (kind, trace) => ({
  kind,
  family: "pooling",
  connects: "one",
  column: true,
  mixes: false,
  closesModule: true,
  view: "pooling",
  chapter: "pooling",
  window: windowOf,
  trace,
  readers(layer, _parameters, [unit, i, j]) {
    const [, height, width] = layer.output_shape;
    const columns = reading(windowOf(layer), 1, j, width);
    return reading(windowOf(layer), 0, i, height).flatMap((row) => columns.map((column) => ({ at: [unit, row.index, column.index], weight: null })));
  },
});

/** The largest value under the window; padding never wins, so it is no term. */
const maximum = pool("max_pool2d", (layer, input, _parameters, at) => ({
  operation: "maximum",
  at,
  terms: underWindow(input, layer, at).filter((term) => !term.padding),
  bias: null,
  constants: {},
}));

/** The mean of the values under the window; padding counts as 0 only with `count_include_pad`. */
const mean = pool("avg_pool2d", (layer, input, _parameters, at) => {
  const counted = underWindow(input, layer, at).filter((term) => (layer.count_include_pad ?? true) || !term.padding);
  return { operation: "mean", at, terms: counted.map((term) => ({ ...term, weight: 1 / counted.length })), bias: null, constants: {} };
});

export const pooling = [maximum, mean];
