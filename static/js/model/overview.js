// @ts-check
/**
 * What is known of a layer of a large run before its values are asked for: figures of all its values and of each unit,
 * and small pictures of some units. It is made by the server (`detail=overview`, docs/api.md).
 */

/**
 * @typedef {object} Thumbnails units side by side
 * @property {number} first @property {number} count
 * @property {number} rows @property {number} columns of each picture
 * @property {Float32Array} low what 0 stands for, by unit @property {Float32Array} high what 255 stands for
 * @property {Uint8Array} data
 */
/**
 * @typedef {object} Overview
 * @property {{ count: number, zeros: number, minimum: number, maximum: number, mean: number, magnitude: number }}
 *   statistics
 *   `magnitude`: the 99.5th percentile of |value|
 * @property {Float32Array} minimum of each unit @property {Float32Array} maximum of each unit
 * @property {Thumbnails[]} thumbnails
 */
/** @typedef {import("../api/wire.js").Tensor} Tensor */

/** How many units an overview shows of each layer: as many as a tall window has room for. */
export const SHOWN = 16;

/**
 * Whether all of these units have their pictures.
 * @param {Overview} overview
 * @param {number} first
 * @param {number} count
 */
export const hasThumbnails = ({ thumbnails, maximum }, first, count) =>
  thumbnails.some((one) => one.first <= first && one.first + one.count >= Math.min(first + count, maximum.length));

/**
 * A unit's small picture as numbers: its shape is (1, rows, columns).
 * @param {Overview} overview
 * @param {number} unit
 * @returns {Tensor | null}
 */
export function thumbnailOf({ thumbnails }, unit) {
  const found = thumbnails.find(({ first, count }) => unit >= first && unit < first + count);
  if (!found) return null;
  const { first, rows, columns, low, high, data } = found;
  const index = unit - first;
  const step = (high[index] - low[index]) / 255;
  const values = Float32Array.from(
    { length: rows * columns },
    (_, at) => low[index] + step * data[index * rows * columns + at],
  );
  return { shape: [1, rows, columns], data: values };
}

/**
 * What was known and what was asked for since.
 * @param {Overview | undefined} known
 * @param {Overview} more
 * @returns {Overview}
 */
export const merged = (known, more) =>
  known ? { ...known, thumbnails: [...more.thumbnails, ...known.thumbnails].slice(0, 8) } : more;
