// @ts-check
import { offset, readTerm } from "../trace.js";
import { cells, reading } from "../window.js";
import { needed } from "./kind.js";
import { cut, sliding, underWindows, windowOf } from "./sliding.js";

/** The maps that a neuron reads: those of its group. @param {import("./kind.js").Layer} layer @param {number} unit */
function mapsOf({ groups = 1, input_shape: [maps], output_shape: [units] }, unit) {
  const count = maps / groups;
  return { first: Math.floor((unit * groups) / units) * count, count };
}

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
        const { first, count } = mapsOf(layer, unit);
        const terms = Array.from({ length: count }, (_, channel) =>
          places.map(([i, j], cell) => {
            const parameter = [unit, channel, Math.floor(cell / columns), cell % columns];
            const value = weight.data[offset(weight.shape, parameter)];
            return readTerm(input, [first + channel, i, j], value, parameter);
          }),
        ).flat();
        return { operation: "weighted_sum", at, terms, bias: bias ? bias.data[unit] : null, constants: {} };
      },
      consumers(layer, parameters, at) {
        const [channel, i, j] = at;
        const { weight } = needed(layer, parameters);
        const [filters, height, width] = layer.output_shape;
        const rows = reading(windowOf(layer), 0, i, height);
        const columns = reading(windowOf(layer), 1, j, width);
        const count = filters / (layer.groups ?? 1);
        const group = Math.floor((channel * (layer.groups ?? 1)) / layer.input_shape[0]);
        return Array.from({ length: count }, (_, index) => {
          const unit = group * count + index;
          const map = channel - mapsOf(layer, unit).first;
          return rows.flatMap((row) =>
            columns.map((column) => ({
              at: [unit, row.index, column.index],
              weight: weight.data[offset(weight.shape, [unit, map, row.cell, column.cell])],
            })),
          );
        }).flat();
      },
    },
    grouped: {
      // The view of a neuron lays out every map that comes in; one of a group has its values and its formula.
      view: null,
      back(layer, _source, area) {
        const [low, high] = [area.units.first, area.units.first + area.units.count - 1].map((one) =>
          mapsOf(layer, one),
        );
        const units = { first: low.first, count: high.first + high.count - low.first };
        return { units, ...underWindows(layer, area) };
      },
    },
    code(layer, at) {
      const { first, count } = mapsOf(layer, at[0]);
      return [
        ...cut(layer, at, (layer.groups ?? 1) > 1 ? `${first}:${first + count}` : ":", ""),
        `y = (window * layer["weight"][${at[0]}]).sum()${layer.bias === false ? "" : ` + layer["bias"][${at[0]}]`}`,
      ];
    },
  },
};
