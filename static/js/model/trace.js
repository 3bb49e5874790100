// @ts-check
/**
 * What made one output value: the page's twin of the engine's `trace.py`, held to it by the
 * fixtures under tests/fixtures/traces.
 *
 * @typedef {object} Term one operand, one layer earlier
 * @property {number} source which of the layer's inputs it stands in, from 0
 * @property {number[]} at index of the operand in the layer's input; outside of it in padding
 * @property {number} value the operand (0 in padding)
 * @property {number | null} weight what it is multiplied by; null where there is none
 * @property {boolean} padding the operand is a cell of the padding
 * @property {number[] | null} parameter index of the weight in the layer's weight tensor
 */
/**
 * @typedef {object} Trace
 * @property {string} operation how the terms are put together (`operations.js`)
 * @property {number[]} at index of the value in the layer's output
 * @property {Term[]} terms
 * @property {number | null} bias what a weighted sum adds at the end
 * @property {Record<string, number>} constants the operation's fixed numbers: a slope, a mean …
 */
/** @typedef {{ shape: readonly number[], data: Float32Array }} Tensor */
/**
 * @typedef {Tensor & { first?: number }} Learned learned numbers, a row for each unit; `first` is the unit whose row
 *   comes first, where not all are there
 */

/** Position of `at` in a tensor's flat data, C order. @param {readonly number[]} shape @param {readonly number[]} at */
export function offset(shape, at) {
  let position = 0;
  for (let axis = 0; axis < shape.length; axis++) position = position * shape[axis] + at[axis];
  return position;
}

/** The index that stands at `position` of the flat data: the inverse of `offset`.
 * @param {readonly number[]} shape @param {number} position @returns {number[]} */
export function indexAt(shape, position) {
  const at = new Array(shape.length);
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    at[axis] = position % shape[axis];
    position = Math.floor(position / shape[axis]);
  }
  return at;
}

/**
 * Whether a tensor of this shape has a value at this index.
 * @param {readonly number[]} shape
 * @param {readonly number[]} at
 */
export const contains = (shape, at) =>
  at.length === shape.length && at.every((index, axis) => Number.isInteger(index) && index >= 0 && index < shape[axis]);

/** @param {Tensor} tensor @param {readonly number[]} at */
export const valueAt = (tensor, at) => tensor.data[offset(tensor.shape, at)];

/** The term for a cell of `input`; outside of it lies padding, which is 0.
 * @param {Tensor} input @param {number[]} at @param {number | null} [weight] @param {number[] | null} [parameter]
 * @param {number} [source] which of the layer's inputs `input` is
 * @returns {Term} */
export function readTerm(input, at, weight = null, parameter = null, source = 0) {
  const inside = contains(input.shape, at);
  return { source, at, value: inside ? valueAt(input, at) : 0, weight, padding: !inside, parameter };
}

/** What a term adds to a sum. @param {Term} term */
export const product = (term) => (term.weight === null ? term.value : term.value * term.weight);

/** A unit's row. @param {Learned} tensor @param {number} unit */
export function rowOf({ shape, data, first = 0 }, unit) {
  const size = data.length / shape[0];
  const row = unit - first;
  if (!(row >= 0 && row < shape[0]))
    throw new RangeError(`unit ${unit} is not among the ${shape[0]} from ${first} on whose learned numbers are here`);
  return data.subarray(row * size, (row + 1) * size);
}

/** The one number of a unit's row. @param {Learned} tensor @param {number} unit */
export const numberOf = (tensor, unit) => rowOf(tensor, unit)[0];
