// @ts-check
/** Layers that put values elsewhere and change none. */
import { indexAt, offset, readTerm } from "../trace.js";

/** Element i of a flattened vector is map ⌊i / (H·W)⌋, row ⌊i / W⌋ mod H, column i mod W.
 * @type {NonNullable<import("./kind.js").Kind["back"]>} */
const flattenedFrom = (layer, _source, { units: { first, count } }) => {
  const [, rows = 1, columns = 1] = layer.input_shape;
  const [start, end] = [first, first + count - 1];
  const map = (/** @type {number} */ element) => Math.floor(element / (rows * columns));
  const units = { first: map(start), count: map(end) - map(start) + 1 };
  if (count > 1) return { units, top: 0, left: 0, bottom: rows - 1, right: columns - 1 };
  const [row, column] = [Math.floor((start % (rows * columns)) / columns), start % columns];
  return { units, top: row, left: column, bottom: row, right: column };
};

/** @type {Record<string, import("./kind.js").Row>} */
export const reshapes = {
  flatten: {
    family: "reshape",
    connects: "one",
    column: false,
    view: "flatten",
    chapter: "flatten",
    back: flattenedFrom,
    tracer: {
      /** Map by map, row by row: a copy of one value. */
      trace: (_layer, [input], _parameters, at) => ({
        operation: "copy",
        at,
        terms: [readTerm(input, indexAt(input.shape, at[0]))],
        bias: null,
        constants: {},
      }),
      consumers: (layer, _parameters, at) => [{ at: [offset(layer.input_shape, at)], weight: null }],
    },
    code: (_layer, [unit]) => [`y = x.reshape(-1)[${unit}]`],
  },
};
