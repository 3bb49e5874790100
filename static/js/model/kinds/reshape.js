// @ts-check
/** Layers that put values elsewhere and change none. */
import { indexAt, offset, readTerm } from "../trace.js";
import { cut, sliding, windowOf } from "./kind.js";

/** @typedef {import("./kind.js").Kind} Kind */
/** @typedef {import("./kind.js").Layer} Layer */
/** @typedef {import("./kind.js").Row} Row */

/** Maps (C, H, W) as a flatten layer reads them: (C, H, W) again, or pixel by pixel, (H, W, C).
 * @param {Layer} layer @param {readonly number[]} at */
const read = ({ order }, at) => (order === "hwc" && at.length === 3 ? [at[1], at[2], at[0]] : [...at]);

/** The place in the maps of an element of the vector. @param {Layer} layer @param {number} element */
function unflattened(layer, element) {
  const at = indexAt(read(layer, layer.input_shape), element);
  return layer.order === "hwc" && at.length === 3 ? [at[2], at[0], at[1]] : at;
}

/** Where the elements of a vector lie in the maps: one in a single place, several in whole maps.
 * @type {NonNullable<Kind["back"]>} */
const flattenedFrom = (layer, _source, { units: { first, count } }) => {
  const [maps, rows = 1, columns = 1] = layer.input_shape;
  const [unit, row = 0, column = 0] = unflattened(layer, first);
  if (count === 1) return { units: { first: unit, count: 1 }, top: row, left: column, bottom: row, right: column };
  const [last] = unflattened(layer, first + count - 1);
  const units = layer.order === "hwc" ? { first: 0, count: maps } : { first: unit, count: last - unit + 1 };
  return { units, top: 0, left: 0, bottom: rows - 1, right: columns - 1 };
};

/**
 * A kind of which every value is a copy of one value.
 * @param {(layer: Layer, at: readonly number[]) => number[]} from where it stands in the input
 * @param {(layer: Layer, at: number[]) => number[][]} to where an input value is copied to
 * @returns {Pick<Row, "family" | "connects" | "view" | "tracer" | "code">}
 */
const copying = (from, to) => ({
  family: "rearrangement",
  connects: "one",
  view: "copy",
  tracer: {
    trace: (layer, [input], _parameters, at) => ({
      operation: "copy",
      at,
      terms: [readTerm(input, from(layer, at))],
      bias: null,
      constants: {},
    }),
    consumers: (layer, _parameters, at) => to(layer, at).map((one) => ({ at: one, weight: null })),
  },
  code: (layer, at) => [`y = x[${from(layer, at).join(", ")}]`],
});

/** A slice as numbers. @param {Layer} layer */
const slicing = ({ axis = 0, start = 0, stop = 0, step = 1 }) => ({ axis, start, stop, step });

/** @param {readonly number[]} at @param {number} axis @param {number} value */
const replaced = (at, axis, value) => at.map((index, position) => (position === axis ? value : index));

/**
 * A copy of a range with its ends where a function says.
 * @param {number} first
 * @param {number} last
 * @param {(index: number) => number} from
 * @returns {[number, number]}
 */
const stretched = (first, last, from) => [from(first), from(last)];

/** The map that a shuffled map was. @param {Layer} layer @param {number} unit */
function dealtFrom({ groups = 1, input_shape: [maps] }, unit) {
  return (unit % groups) * (maps / groups) + Math.floor(unit / groups);
}

/** @type {Record<string, Row>} */
export const reshapes = {
  flatten: {
    ...copying(
      (layer, [element]) => unflattened(layer, element),
      (layer, at) => [[offset(read(layer, layer.input_shape), read(layer, at))]],
    ),
    family: "reshape",
    column: false,
    view: "flatten",
    chapter: "flatten",
    back: flattenedFrom,
    code: ({ order, input_shape: shape }, [unit]) => [
      `y = x${order === "hwc" && shape.length === 3 ? ".transpose(1, 2, 0)" : ""}.reshape(-1)[${unit}]`,
    ],
  },
  pad: {
    family: "rearrangement",
    connects: "one",
    view: "copy",
    window: (layer) => sliding([1, 1], layer),
    tracer: {
      /** What stands on the map, or the value that is written around it. */
      trace(layer, [input], _parameters, at) {
        const { padding } = windowOf(layer);
        const term = readTerm(input, [at[0], at[1] - padding[0], at[2] - padding[1]]);
        const terms = [term.padding ? { ...term, value: layer.value ?? 0 } : term];
        return { operation: "copy", at, terms, bias: null, constants: {} };
      },
      consumers: (layer, _parameters, [unit, row, column]) => {
        const { padding } = windowOf(layer);
        return [{ at: [unit, row + padding[0], column + padding[1]], weight: null }];
      },
    },
    code: (layer, at) => [
      ...cut(layer, at, String(at[0]), layer.value ? `, constant_values=${layer.value}` : ""),
      "y = window[0, 0]",
    ],
  },
  slice: {
    ...copying(
      (layer, at) => {
        const { axis, start, step } = slicing(layer);
        return replaced(at, axis, start + at[axis] * step);
      },
      (layer, at) => {
        const { axis, start, stop, step } = slicing(layer);
        const index = (at[axis] - start) / step;
        return at[axis] < stop && index >= 0 && Number.isInteger(index) ? [replaced(at, axis, index)] : [];
      },
    ),
    back(layer, _source, area) {
      const { axis, start, step } = slicing(layer);
      const taken = (/** @type {number} */ index) => start + index * step;
      if (axis === 0) {
        const [first, last] = stretched(area.units.first, area.units.first + area.units.count - 1, taken);
        return { ...area, units: { first, count: last - first + 1 } };
      }
      const [low, high] =
        axis === 1 ? stretched(area.top, area.bottom, taken) : stretched(area.left, area.right, taken);
      return axis === 1 ? { ...area, top: low, bottom: high } : { ...area, left: low, right: high };
    },
  },
  channel_shuffle: {
    ...copying(
      (layer, [unit, ...place]) => [dealtFrom(layer, unit), ...place],
      ({ groups = 1, input_shape: [maps] }, [unit, ...place]) => [
        [(unit % (maps / groups)) * groups + Math.floor(unit / (maps / groups)), ...place],
      ],
    ),
    back(layer, _source, area) {
      const { first, count } = area.units;
      const found = Array.from({ length: count }, (_, index) => dealtFrom(layer, first + index));
      const low = Math.min(...found);
      return { ...area, units: { first: low, count: Math.max(...found) - low + 1 } };
    },
  },
  upsample: {
    ...copying(
      ({ factor = [1, 1] }, [unit, row, column]) => [unit, Math.floor(row / factor[0]), Math.floor(column / factor[1])],
      ({ factor = [1, 1] }, [unit, row, column]) =>
        Array.from({ length: factor[0] * factor[1] }, (_, index) => [
          unit,
          row * factor[0] + Math.floor(index / factor[1]),
          column * factor[1] + (index % factor[1]),
        ]),
    ),
    back({ factor = [1, 1] }, _source, area) {
      const [top, bottom] = stretched(area.top, area.bottom, (row) => Math.floor(row / factor[0]));
      const [left, right] = stretched(area.left, area.right, (column) => Math.floor(column / factor[1]));
      return { ...area, top, left, bottom, right };
    },
  },
};
