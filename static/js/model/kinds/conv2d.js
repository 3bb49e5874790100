// @ts-check
import { offset, readTerm } from "../trace.js";
import { cells, reading } from "../window.js";

/** @param {import("../model.js").Layer} layer */
export const windowOf = (layer) => /** @type {import("../kinds.js").Window2D} */ (layer.record.window(layer));

/** @type {import("../origins.js").Origin} */
export const convolution = {
  /** y[o, i, j] = b[o] + Σ_{c,u,v} x[c, i·stride − padding + u·dilation, …] · w[o, c, u, v]; terms in the order of w. */
  trace(layer, [input], parameters, at) {
    const [unit, row, column] = at;
    const { weight, bias } = needed(layer, parameters);
    const places = cells(windowOf(layer), row, column);
    const [, columns] = windowOf(layer).size;
    const terms = Array.from({ length: input.shape[0] }, (_, channel) =>
      places.map(([i, j], cell) => {
        const parameter = [unit, channel, Math.floor(cell / columns), cell % columns];
        return readTerm(input, [channel, i, j], weight.data[offset(weight.shape, parameter)], parameter);
      }),
    ).flat();
    return { operation: "weighted_sum", at, terms, bias: bias.data[unit], constants: {} };
  },
  readers(layer, parameters, at) {
    const [channel, i, j] = at;
    const { weight } = needed(layer, parameters);
    const [filters, height, width] = layer.output_shape;
    const rows = reading(windowOf(layer), 0, i, height);
    const columns = reading(windowOf(layer), 1, j, width);
    return Array.from({ length: filters }, (_, unit) =>
      rows.flatMap((row) =>
        columns.map((column) => ({
          at: [unit, row.index, column.index],
          weight: weight.data[offset(weight.shape, [unit, channel, row.cell, column.cell])],
        })),
      ),
    ).flat();
  },
};

/** @param {import("../model.js").Layer} layer @param {import("../kinds.js").LayerParameters | null} parameters */
export function needed(layer, parameters) {
  if (!parameters) throw new Error(`${layer.name}: a ${layer.kind} layer cannot be traced without its parameters`);
  return parameters;
}
