// @ts-check
/** Layers that put values elsewhere and change none. */
import { windowOf } from "../../model/kinds/kind.js";
import { mapsAndPlaces, sizeOf, zeros } from "./kind.js";

/** @typedef {import("./kind.js").Layer} Layer */
/** @typedef {import("./kind.js").Numbers} Numbers */

/**
 * A kind of which every value is a copy: a walk through pairs of places.
 * @param {(layer: Layer, copy: (from: number, to: number) => void) => void} walk calls `copy` with a place of the input
 *   and one of the output
 * @param {(layer: Layer) => number} [ground] what stands where nothing is copied to
 * @returns {import("./kind.js").Computed}
 */
const copying = (walk, ground = () => 0) => ({
  forward(layer, [{ data: x }], _parameters, y) {
    y.fill(ground(layer));
    walk(layer, (from, to) => {
      y[to] = x[from];
    });
  },
  /** What was copied hands its gradient back; a value with several copies gets the sum of theirs. */
  backward(layer, [{ data: x }], _parameters, _y, dy) {
    const sums = new Float64Array(x.length);
    walk(layer, (from, to) => {
      sums[from] += dy[to];
    });
    const dx = zeros(dy, x.length);
    dx.set(sums);
    return { inputs: [dx] };
  },
});

/** Every (map, row, column) of maps with the place in their data. @param {readonly number[]} shape
 * @param {(map: number, row: number, column: number, place: number) => void} visit */
function everywhere([maps, rows, columns], visit) {
  let place = 0;
  for (let map = 0; map < maps; map++)
    for (let row = 0; row < rows; row++)
      for (let column = 0; column < columns; column++) visit(map, row, column, place++);
}

/** @type {Record<string, import("./kind.js").Computed>} */
export const reshapes = {
  flatten: copying((layer, copy) => {
    const { maps, places } = mapsAndPlaces(layer.input_shape);
    const pixelwise = layer.order === "hwc" && layer.input_shape.length === 3;
    for (let map = 0; map < maps; map++)
      for (let place = 0; place < places; place++) {
        const from = map * places + place;
        copy(from, pixelwise ? place * maps + map : from);
      }
  }),
  pad: copying(
    (layer, copy) => {
      const [, height, width] = layer.output_shape;
      const { padding } = windowOf(layer);
      everywhere(layer.input_shape, (map, row, column, from) =>
        copy(from, (map * height + row + padding[0]) * width + column + padding[1]),
      );
    },
    ({ value = 0 }) => value,
  ),
  slice: copying(({ input_shape: shape, output_shape: taken, axis = 0, start = 0, step = 1 }, copy) => {
    // Along the axis some are taken; what stands before and behind it goes along whole.
    const [before, behind] = [sizeOf(shape.slice(0, axis)), sizeOf(shape.slice(axis + 1))];
    let to = 0;
    for (let outer = 0; outer < before; outer++)
      for (let index = 0; index < taken[axis]; index++)
        for (let inner = 0; inner < behind; inner++)
          copy((outer * shape[axis] + start + index * step) * behind + inner, to++);
  }),
  channel_shuffle: copying(({ input_shape: shape, groups = 1 }, copy) => {
    const { maps, places } = mapsAndPlaces(shape);
    for (let map = 0; map < maps; map++) {
      const from = (map % groups) * (maps / groups) + Math.floor(map / groups);
      for (let place = 0; place < places; place++) copy(from * places + place, map * places + place);
    }
  }),
  upsample: copying(({ input_shape: [, rows, columns], output_shape, factor = [1, 1] }, copy) =>
    everywhere(output_shape, (map, row, column, to) =>
      copy((map * rows + Math.floor(row / factor[0])) * columns + Math.floor(column / factor[1]), to),
    ),
  ),
};
