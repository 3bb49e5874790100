// @ts-check
/**
 * Plain statistics of activations; every function reads a Float32Array and changes nothing. Of a large run they come
 * from the server before its values do, with small pictures of some units (`detail=overview`, docs/api.md).
 */

/**
 * @typedef {object} Summary
 * @property {number} minimum @property {number} maximum @property {number} mean
 * @property {number} count @property {number} zeros values that are exactly 0
 */

/** @param {Float32Array} values @returns {Summary} */
export function summarise(values) {
  let minimum = Infinity;
  let maximum = -Infinity;
  let sum = 0;
  let zeros = 0;
  for (const value of values) {
    if (value < minimum) minimum = value;
    if (value > maximum) maximum = value;
    if (value === 0) zeros++;
    sum += value;
  }
  return { minimum, maximum, mean: sum / values.length, count: values.length, zeros };
}

/**
 * The standard deviation, √(Σ (v − mean)² / count); in a turn of its own, since a difference of two large sums would
 * lose digits.
 * @param {Float32Array} values @param {number} mean */
export function deviation(values, mean) {
  let squares = 0;
  for (const value of values) squares += (value - mean) ** 2;
  return Math.sqrt(squares / values.length);
}

/** The 31 bits of |v| in three digits: how far each is shifted, and how many values it can have. */
const DIGITS = [
  { shift: 20, values: 2048 },
  { shift: 10, values: 1024 },
  { shift: 0, values: 1024 },
];

/**
 * The nearest-rank quantile of |v| over several arrays: the ⌈q·n⌉-th smallest.
 *
 * The bits of a positive float32 sort like the float, so counting digit by digit finds it exactly in
 * linear time, without sorting; after each digit only the values that share it are left.
 * @param {readonly Float32Array[]} arrays @param {number} quantile 0–1
 */
export function magnitudeQuantile(arrays, quantile) {
  const total = arrays.reduce((count, { length }) => count + length, 0);
  if (total === 0) return 0;
  let left = arrays.map((array) => new Uint32Array(array.buffer, array.byteOffset, array.length));
  let rank = Math.max(1, Math.ceil(quantile * total));
  let found = 0;
  for (const { shift, values } of DIGITS) {
    const counts = new Uint32Array(values);
    for (const words of left)
      for (let i = 0; i < words.length; i++) counts[((words[i] & 0x7fffffff) >>> shift) & (values - 1)]++;
    let digit = 0;
    while (counts[digit] < rank) rank -= counts[digit++];
    found |= digit << shift;
    left = [sharing(left, digit, shift, values - 1, counts[digit])];
  }
  return new Float32Array(Uint32Array.of(found).buffer)[0];
}

/**
 * The words with this digit.
 * @param {readonly Uint32Array[]} arrays
 * @param {number} digit
 * @param {number} shift
 * @param {number} mask
 * @param {number} count how many they are
 */
function sharing(arrays, digit, shift, mask, count) {
  const kept = new Uint32Array(count);
  let next = 0;
  for (const words of arrays)
    for (let i = 0; i < words.length; i++)
      if ((((words[i] & 0x7fffffff) >>> shift) & mask) === digit) kept[next++] = words[i];
  return kept;
}

/** Largest |v|. @param {readonly Float32Array[]} arrays */
export function largestMagnitude(arrays) {
  let largest = 0;
  for (const array of arrays) for (let i = 0; i < array.length; i++) largest = Math.max(largest, Math.abs(array[i]));
  return largest;
}

/**
 * Counts in equal bins from `low` to `high`; the last bin includes `high`.
 * @param {Float32Array} values @param {number} low @param {number} high @param {number} bins
 */
export function histogram(values, low, high, bins) {
  const counts = new Uint32Array(bins);
  const scale = high > low ? bins / (high - low) : 0;
  for (const value of values) counts[Math.min(bins - 1, Math.max(0, Math.floor((value - low) * scale)))]++;
  return counts;
}

/**
 * What a unit's values on this picture suggest, given the bounds that its function cannot pass.
 * `silent`: all of them rest on the bound at 0, nothing after this unit learns of the picture through it.
 * `saturated`: at least nine in ten lie within 1 % of a bound, where the function hardly reacts any more.
 * @param {Float32Array} values @param {{ low: number | null, high: number | null } | null} bounds
 * @returns {"silent" | "saturated" | null}
 */
export function condition(values, bounds) {
  if (!bounds || values.length === 0) return null;
  const { low, high } = bounds;
  if (low === 0 && high === null) return values.every((value) => value === 0) ? "silent" : null;
  if (low === null || high === null) return null;
  const near = 0.01 * (high - low);
  const held = values.reduce((count, value) => count + (value - low <= near || high - value <= near ? 1 : 0), 0);
  return held >= 0.9 * values.length ? "saturated" : null;
}

/** One unit's values. @param {import("../api/wire.js").Tensor} tensor @param {number} unit */
export function unitValues({ shape, data }, unit) {
  const size = data.length / shape[0];
  return data.subarray(unit * size, (unit + 1) * size);
}

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
