// @ts-check
import { readTerm } from "../trace.js";
import { cells, reading } from "../window.js";
import { windowOf } from "./conv2d.js";

/** @typedef {import("../origins.js").Origin} Origin */

/** @param {import("../kinds.js").Tensor} input @param {import("../model.js").Layer} layer @param {number[]} at */
const underWindow = (input, layer, [unit, row, column]) =>
  cells(windowOf(layer), row, column).map(([i, j]) => readTerm(input, [unit, i, j]));

/** @type {Origin["readers"]} */
const readers = (layer, _parameters, [unit, i, j]) => {
  const [, height, width] = layer.output_shape;
  const columns = reading(windowOf(layer), 1, j, width);
  return reading(windowOf(layer), 0, i, height).flatMap((row) =>
    columns.map((column) => ({ at: [unit, row.index, column.index], weight: null })),
  );
};

/** The largest value under the window; padding never wins, so it is no term. @type {Origin} */
export const maximum = {
  trace: (layer, [input], _parameters, at) => ({
    operation: "maximum",
    at,
    terms: underWindow(input, layer, at).filter((term) => !term.padding),
    bias: null,
    constants: {},
  }),
  readers,
};

/** The mean of the values under the window; padding counts as 0 only with `count_include_pad`. @type {Origin} */
export const average = {
  trace(layer, [input], _parameters, at) {
    const counted = underWindow(input, layer, at).filter((term) => (layer.count_include_pad ?? true) || !term.padding);
    return {
      operation: "mean",
      at,
      terms: counted.map((term) => ({ ...term, weight: 1 / counted.length })),
      bias: null,
      constants: {},
    };
  },
  readers,
};
