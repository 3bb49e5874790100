// @ts-check
import { offset, readTerm } from "../trace.js";
import { cells, reading } from "../window.js";
import { needed } from "./kind.js";
import { cut, sliding, windowOf } from "./sliding.js";

/** @type {Record<string, import("./kind.js").Row>} */
export const convolutions = {
  conv2d: {
    family: "convolution",
    connects: "all",
    mixes: true,
    view: "neuron",
    chapter: "convolution",
    window: (layer) => sliding(layer.kernel, layer),
    tracer: {
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
      consumers(layer, parameters, at) {
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
    },
    code: (layer, at) => [
      ...cut(layer, at, ":", ""),
      `y = (window * layer["weight"][${at[0]}]).sum() + layer["bias"][${at[0]}]`,
    ],
  },
};
