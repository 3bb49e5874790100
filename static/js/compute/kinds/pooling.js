// @ts-check
/** Pooling: a window of values becomes one. */
import { windowOf } from "../../model/kinds/kind.js";
import { mapsAndPlaces, zeros } from "./kind.js";

/** @typedef {import("./kind.js").Layer} Layer */
/** @typedef {import("./kind.js").Numbers} Numbers */

/**
 * The cells of each window along one axis that lie on the map, and how many count for a mean.
 * @param {Layer} layer @param {number} axis
 * @returns {{ first: number, end: number, counted: number }[]}
 */
function stretches(layer, axis) {
  const { size, stride, padding, after } = windowOf(layer);
  const side = layer.input_shape[axis + 1];
  const padded = layer.count_include_pad ?? true;
  return Array.from({ length: layer.output_shape[axis + 1] }, (_, index) => {
    const start = index * stride[axis] - padding[axis];
    const [first, end] = [Math.max(0, start), Math.min(side, start + size[axis])];
    // What a window reaches over beyond the padding, with `ceil`, never counts.
    const counted = padded ? Math.min(side + after[axis], start + size[axis]) - start : end - first;
    return { first, end, counted };
  });
}

/**
 * Calls `visit` for every window of every map.
 * @param {Layer} layer
 * @param {(at: number, from: number, rows: { first: number, end: number, counted: number },
 *   columns: { first: number, end: number, counted: number }) => void} visit
 *   `at`: the place of the output; `from`: the first place of the map that is read
 */
function windows(layer, visit) {
  const [maps, height, width] = layer.input_shape;
  const [rows, columns] = [stretches(layer, 0), stretches(layer, 1)];
  let at = 0;
  for (let map = 0; map < maps; map++)
    for (const down of rows) for (const across of columns) visit(at++, map * height * width, down, across);
}

/**
 * The place of the largest value under each window; of equal ones the first, row by row.
 * @param {Layer} layer @param {Numbers} x
 */
function winnersUnder(layer, x) {
  const [maps, height, width] = layer.input_shape;
  const [rows, columns] = [stretches(layer, 0), stretches(layer, 1)];
  const found = new Int32Array(maps * rows.length * columns.length);
  let at = 0;
  for (let map = 0; map < maps; map++)
    for (let row = 0; row < rows.length; row++)
      for (let column = 0; column < columns.length; column++) {
        const [top, left] = [map * height + rows[row].first, columns[column].first];
        let won = top * width + left;
        let most = x[won];
        for (let line = top; line < map * height + rows[row].end; line++)
          for (let place = line * width + left; place < line * width + columns[column].end; place++)
            if (x[place] > most) {
              won = place;
              most = x[place];
            }
        found[at++] = won;
      }
  return found;
}

/** The largest value of each map. @param {Numbers} x @param {number} maps @param {number} places */
function winners(x, maps, places) {
  return Array.from({ length: maps }, (_, map) => {
    let found = map * places;
    for (let place = found + 1; place < (map + 1) * places; place++) if (x[place] > x[found]) found = place;
    return found;
  });
}

/** @type {Record<string, import("./kind.js").Computed>} */
export const pools = {
  max_pool2d: {
    forward(layer, [{ data: x }], _parameters, y) {
      const won = winnersUnder(layer, x);
      for (let at = 0; at < y.length; at++) y[at] = x[won[at]];
    },
    /** All of dy goes to the cell that won. */
    backward(layer, [{ data: x }], _parameters, _y, dy) {
      const won = winnersUnder(layer, x);
      const sums = new Float64Array(x.length);
      for (let at = 0; at < dy.length; at++) sums[won[at]] += dy[at];
      const dx = zeros(dy, x.length);
      dx.set(sums);
      return { inputs: [dx] };
    },
  },
  avg_pool2d: {
    forward(layer, [{ data: x }], _parameters, y) {
      const width = layer.input_shape[2];
      windows(layer, (at, from, rows, columns) => {
        let sum = 0;
        for (let row = rows.first; row < rows.end; row++)
          for (let place = from + row * width + columns.first; place < from + row * width + columns.end; place++)
            sum += x[place];
        y[at] = sum / (rows.counted * columns.counted);
      });
    },
    /** dy / count goes to every cell of the window. */
    backward(layer, [{ data: x }], _parameters, _y, dy) {
      const width = layer.input_shape[2];
      const sums = new Float64Array(x.length);
      windows(layer, (at, from, rows, columns) => {
        const share = dy[at] / (rows.counted * columns.counted);
        for (let row = rows.first; row < rows.end; row++)
          for (let place = from + row * width + columns.first; place < from + row * width + columns.end; place++)
            sums[place] += share;
      });
      const dx = zeros(dy, x.length);
      dx.set(sums);
      return { inputs: [dx] };
    },
  },
  global_avg_pool2d: {
    forward(_layer, [{ data: x, shape }], _parameters, y) {
      const { maps, places } = mapsAndPlaces(shape);
      for (let map = 0; map < maps; map++) {
        let sum = 0;
        for (let place = map * places; place < (map + 1) * places; place++) sum += x[place];
        y[map] = sum / places;
      }
    },
    backward(_layer, [{ data: x, shape }], _parameters, _y, dy) {
      const { maps, places } = mapsAndPlaces(shape);
      const dx = zeros(dy, x.length);
      for (let map = 0; map < maps; map++) dx.fill(dy[map] / places, map * places, (map + 1) * places);
      return { inputs: [dx] };
    },
  },
  global_max_pool2d: {
    forward(_layer, [{ data: x, shape }], _parameters, y) {
      const { maps, places } = mapsAndPlaces(shape);
      winners(x, maps, places).forEach((place, map) => (y[map] = x[place]));
    },
    backward(_layer, [{ data: x, shape }], _parameters, _y, dy) {
      const { maps, places } = mapsAndPlaces(shape);
      const dx = zeros(dy, x.length);
      winners(x, maps, places).forEach((place, map) => (dx[place] = dy[map]));
      return { inputs: [dx] };
    },
  },
};
