// @ts-check
/**
 * What the page computes of a kind of layer: forward beside backward, one record a kind, the twins of the engine's
 * `forward` and `backward`. Each file of this folder holds one family; `../registry.js` collects them.
 *
 * Sums are formed in float64 and rounded once, when a value is stored: activations and gradients have the type of the
 * input, float32 in the page.
 *
 * @typedef {object} Computed
 * @property {(layer: Layer, inputs: readonly Tensor[], parameters: LayerParameters | null, y: Numbers) => void} forward
 *   writes the layer's values into `y`
 * @property {(layer: Layer, inputs: readonly Tensor[], parameters: LayerParameters | null, y: Numbers, dy: Numbers) =>
 *   Handed} backward from dy, the gradient with respect to `y`
 * @property {(layer: Layer) => number} [multiplications] how many multiply-adds its weighted sums take
 */
/**
 * @typedef {object} Handed the gradients with respect to what a layer reads and to what it has learned
 * @property {Numbers[]} inputs in the order of its inputs
 * @property {Record<string, Numbers>} [parameters] by the layer's own names
 */
/** @typedef {Float32Array | Float64Array} Numbers */
/** @typedef {{ shape: readonly number[], data: Numbers }} Tensor */
/** @typedef {Record<string, Tensor>} LayerParameters */
/** @typedef {import("../../model/model.js").Layer} Layer */

/** How many numbers a tensor of this shape has. @param {readonly number[]} shape */
export const sizeOf = (shape) => shape.reduce((product, size) => product * size, 1);

/** Zeros of the same type. @param {Numbers} like @param {number} length @returns {Numbers} */
export const zeros = (like, length) =>
  like instanceof Float64Array ? new Float64Array(length) : new Float32Array(length);

/** A layer's learned numbers, without which it cannot be computed.
 * @param {Layer} layer @param {LayerParameters | null} parameters */
export function learned(layer, parameters) {
  if (!parameters) throw new Error(`${layer.name}: a ${layer.kind} layer cannot be computed without its parameters`);
  return parameters;
}

/** Maps as (C, P): how many, and how many places each has; a vector has maps of one place.
 * @param {readonly number[]} shape */
export const mapsAndPlaces = ([maps, ...sides]) => ({ maps, places: sizeOf(sides) });
