// @ts-check
/**
 * Which cells of a map have a part in a place of the map that a window makes from it, one axis (0 rows, 1 columns) at a
 * time. A window that slides over the map takes the same number of cells everywhere. A transposed convolution lays a
 * window over its result for every cell; the cells whose windows cover a place are few or none, and not as many
 * everywhere.
 *
 * @typedef {{ first: number, count: number, step: number }} Cells `count` positions, `step` apart
 * @typedef {object} Reach
 * @property {readonly number[]} size rows and columns of the kernel or window
 * @property {import("./window.js").Sides} ring what lies around the map and can be covered
 * @property {(axis: number, index: number) => Cells} cells those that have a part in the result's position `index`
 * @property {(axis: number, position: number) => number} towards the result's position that a cell of the map belongs
 *   to most: the one in the middle of those it has a part in
 */
import { covered, nearest, reading, ringOf } from "./window.js";

/** @param {import("./model.js").Layer} layer @returns {Reach} */
export function reachOf(layer) {
  const { record, output_shape } = layer;
  const [input, output] = [layer.input_shape.slice(1), output_shape.slice(1)];
  const window = record.window(layer);
  if (window)
    return {
      size: window.size,
      ring: ringOf(window, input, output),
      cells: (axis, index) => ({
        first: index * window.stride[axis] - window.padding[axis],
        count: window.size[axis],
        step: window.dilation[axis],
      }),
      towards: (axis, position) => nearest(window, axis, position, output[axis]),
    };
  const spread = record.spread(layer);
  if (!spread) throw new Error(`${layer.name}: a ${layer.kind} layer has no window`);
  return {
    size: spread.size,
    ring: { top: 0, right: 0, bottom: 0, left: 0 },
    cells(axis, index) {
      const found = reading(spread, axis, index, input[axis]).map((one) => one.index); // equally far apart
      return { first: found[0] ?? 0, count: found.length, step: found.length > 1 ? found[1] - found[0] : 1 };
    },
    towards(axis, position) {
      // The middle of the kernel that the cell lays down, or what is next to it and was not cut off.
      const places = covered(spread, axis, position);
      const middle = places[Math.floor((places.length - 1) / 2)];
      const kept = places.filter((place) => place >= 0 && place < output[axis]);
      const near = kept.reduce(
        (best, place) => (Math.abs(place - middle) < Math.abs(best - middle) ? place : best),
        kept[0],
      );
      return near ?? Math.min(output[axis] - 1, Math.max(0, middle));
    },
  };
}
