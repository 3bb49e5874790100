// @ts-check
/**
 * Where values come from and go to, by kind of layer: the arithmetic beside the records of `kinds.js`.
 *
 * Nothing of it is needed to draw the network, so it is loaded with what explains single values.
 *
 * @typedef {object} Origin
 * @property {(layer: Layer, inputs: readonly Tensor[], parameters: LayerParameters | null, at: number[]) => import("./trace.js").Trace} trace
 *   what made one output value (see `trace.js`); kinds that read one thing take the first of `inputs`
 * @property {(layer: Layer, parameters: LayerParameters | null, at: number[], source: number) => Reader[]} readers
 *   where the value at index `at` of the layer's input number `source` goes: the output values that read it
 */
/** @typedef {import("./model.js").Layer} Layer */
/** @typedef {import("./kinds.js").LayerParameters} LayerParameters */
/** @typedef {import("../api/wire.js").Tensor} Tensor */
/** @typedef {{ at: number[], weight: number | null }} Reader an output value and what it multiplies the read value by */
import { convolution } from "./kinds/conv2d.js";
import { dense, flatten, softmax } from "./kinds/linear.js";
import { activation, normalisation } from "./kinds/pointwise.js";
import { average, maximum } from "./kinds/pooling.js";

/** @type {Record<string, Origin>} */
const ORIGINS = {
  conv2d: convolution,
  relu: activation,
  leaky_relu: activation,
  sigmoid: activation,
  tanh: activation,
  batch_norm2d: normalisation,
  max_pool2d: maximum,
  avg_pool2d: average,
  flatten,
  dense,
  softmax,
};

/** Null for a kind that the page does not know. @param {Layer} layer @returns {Origin | null} */
export const originOf = ({ kind }) => (Object.hasOwn(ORIGINS, kind) ? ORIGINS[kind] : null);
