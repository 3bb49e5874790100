// @ts-check
/**
 * What made one output value: the page's twin of the engine's `trace.py`, held to it by fixtures.
 *
 * @typedef {object} Term one operand, one layer earlier
 * @property {number[]} at index of the operand in the layer's input; in padding it lies outside
 * @property {number} value the operand (0 in padding)
 * @property {number | null} weight what it is multiplied by; null where there is none
 * @property {number[] | null} parameter index of the weight in the weight tensor
 * @property {boolean} [padding] the operand lies in the padding
 * @property {boolean} [winner] the one a maximum chose
 */
/**
 * @typedef {object} Trace
 * @property {string} operation `weighted_sum`, `maximum`, `mean`, `copy`, `softmax`, or an activation's kind
 * @property {Term[]} terms
 * @property {number | null} bias
 * @property {number} value the output value, from the engine's float32 where the run is at hand
 */

/** Position of `at` in a tensor's flat data, C order. @param {readonly number[]} shape @param {readonly number[]} at */
export function offset(shape, at) {
  let position = 0;
  for (let axis = 0; axis < shape.length; axis++) position = position * shape[axis] + at[axis];
  return position;
}

/** @param {{ shape: readonly number[], data: Float32Array }} tensor @param {readonly number[]} at */
export const valueAt = (tensor, at) => tensor.data[offset(tensor.shape, at)];
