// @ts-check
import { numberOf, offset, readTerm, rowOf } from "../trace.js";
import { cells, reading, span } from "../window.js";
import { needed, cut, mapsOf, sliding, underWindows, windowOf } from "./kind.js";

/** The window of a transposed convolution, which slides over its output: one place for each of the input's.
 * @param {import("./kind.js").Layer} layer */
const spreadOf = (layer) => sliding(layer.kernel, layer);

/** The input values whose kernels reach an output place, as rows and columns with the kernel's cell that lies there.
 * @param {import("./kind.js").Layer} layer @param {readonly number[]} at */
const reaching = (layer, [, row, column]) => ({
  rows: reading(spreadOf(layer), 0, row, layer.input_shape[1]),
  columns: reading(spreadOf(layer), 1, column, layer.input_shape[2]),
});

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
      /**
       * y[o, i, j] = b[o] + Σ_{c,u,v} x[c, i·stride − padding + u·dilation, …] · w[o, c, u, v]; terms in the order of
       * w.
       */
      trace(layer, [input], parameters, at) {
        const [unit, row, column] = at;
        const { weight, bias } = needed(layer, parameters);
        const places = cells(windowOf(layer), row, column);
        const [, columns] = windowOf(layer).size;
        const { first, count } = mapsOf(layer, unit);
        const kernels = rowOf(weight, unit);
        const terms = Array.from({ length: count }, (_, channel) =>
          places.map(([i, j], cell) =>
            readTerm(input, [first + channel, i, j], kernels[channel * places.length + cell], [
              unit,
              channel,
              Math.floor(cell / columns),
              cell % columns,
            ]),
          ),
        ).flat();
        return { operation: "weighted_sum", at, terms, bias: bias ? numberOf(bias, unit) : null, constants: {} };
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
  conv_transpose2d: {
    family: "transposed_convolution",
    connects: "all",
    mixes: true,
    view: "neuron",
    chapter: "convolution",
    spread: spreadOf,
    back(layer, _source, area) {
      const { size, stride, padding, dilation } = spreadOf(layer);
      const [low, high] = [area.units.first, area.units.first + area.units.count - 1].map((one) => mapsOf(layer, one));
      const between = (/** @type {number} */ first, /** @type {number} */ last, /** @type {number} */ axis) => [
        Math.max(0, Math.ceil((first + padding[axis] - span(size[axis], dilation[axis]) + 1) / stride[axis])),
        Math.min(layer.input_shape[axis + 1] - 1, Math.floor((last + padding[axis]) / stride[axis])),
      ];
      const [top, bottom] = between(area.top, area.bottom, 0);
      const [left, right] = between(area.left, area.right, 1);
      if (top > bottom || left > right) return null;
      return { units: { first: low.first, count: high.first + high.count - low.first }, top, left, bottom, right };
    },
    tracer: {
      /**
       * y[o, i·stride + u·dilation − padding, …] = b[o] + Σ x[c, i, j] · w[o, c, u, v]: the values whose kernels reach.
       */
      trace(layer, [input], parameters, at) {
        const { weight, bias } = needed(layer, parameters);
        const { rows, columns } = reaching(layer, at);
        const { first, count } = mapsOf(layer, at[0]);
        const kernels = rowOf(weight, at[0]);
        const [, ...own] = weight.shape;
        const terms = Array.from({ length: count }, (_, channel) =>
          rows.flatMap((row) =>
            columns.map((column) => {
              const parameter = [at[0], channel, row.cell, column.cell];
              const factor = kernels[offset(own, parameter.slice(1))];
              return readTerm(input, [first + channel, row.index, column.index], factor, parameter);
            }),
          ),
        ).flat();
        return { operation: "weighted_sum", at, terms, bias: bias ? numberOf(bias, at[0]) : null, constants: {} };
      },
      consumers(layer, parameters, [channel, row, column]) {
        const { weight } = needed(layer, parameters);
        const [filters, height, width] = layer.output_shape;
        const spread = spreadOf(layer);
        const units = Array.from({ length: filters }, (_, unit) => ({ unit, ...mapsOf(layer, unit) }));
        return units
          .filter(({ first, count }) => channel >= first && channel < first + count)
          .flatMap(({ unit, first }) =>
            cells(spread, row, column).flatMap(([i, j], cell) => {
              const parameter = [unit, channel - first, Math.floor(cell / spread.size[1]), cell % spread.size[1]];
              const inside = i >= 0 && j >= 0 && i < height && j < width;
              return inside ? [{ at: [unit, i, j], weight: weight.data[offset(weight.shape, parameter)] }] : [];
            }),
          );
      },
    },
    code(layer, at) {
      const { first, count } = mapsOf(layer, at[0]);
      const { rows, columns } = reaching(layer, at);
      const list = (/** @type {number[]} */ numbers) => `[${numbers.join(", ")}]`;
      const maps = (layer.groups ?? 1) > 1 ? `${first}:${first + count}` : ":";
      const pick = (/** @type {(one: { index: number, cell: number }) => number} */ of) =>
        `[:, ${list(rows.map(of))}][:, :, ${list(columns.map(of))}]`;
      return [
        `near = x[${maps}]${pick(({ index }) => index)}`,
        `cells = layer["weight"][${at[0]}]${pick(({ cell }) => cell)}`,
        `y = (near * cells).sum()${layer.bias === false ? "" : ` + layer["bias"][${at[0]}]`}`,
      ];
    },
  },
};
