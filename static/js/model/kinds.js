// @ts-check
/**
 * The one registry of layer kinds on the page: kind → record.
 *
 * A new kind is one file in `kinds/`, one line here, its words in both catalogues under
 * `kinds.<kind>`, and a fixture. A kind that is not here still shows its maps, shapes and values.
 */
import { convolution } from "./kinds/conv2d.js";
import { activations, normalisation } from "./kinds/pointwise.js";
import { pooling } from "./kinds/pooling.js";
import { dense, flatten, softmax } from "./kinds/linear.js";

/**
 * @typedef {object} Kind
 * @property {string} kind
 * @property {"convolution" | "activation" | "pooling" | "reshape" | "dense" | "probability" | "unknown"} family
 * @property {"all" | "one" | "none"} connects which units before a unit reads: every one, the one of its own index
 * @property {boolean} column whether its output is a column of the network map
 * @property {boolean} mixes it makes new values from all units before it: a wider gap stands before it and
 *   a new colour range begins with it
 * @property {boolean} closesModule a module ends with it
 * @property {{ low: number | null, high: number | null } | null} [bounds] values that the layer's function cannot pass
 * @property {string | null} view the opened view of one of its units
 * @property {string} chapter the chapter of Learn that explains it
 * @property {(layer: import("./model.js").Layer) => Window2D | null} window the sliding window, if it has one
 * @property {((layer: import("./model.js").Layer, input: Tensor, parameters: LayerParameters | null, at: number[]) => Trace) | null} trace
 *   what made one output value (see `trace.js`)
 * @property {((layer: import("./model.js").Layer, parameters: LayerParameters | null, at: number[]) => Reader[]) | null} readers
 *   where the value at index `at` of the layer's input goes: the output values that read it
 */
/** @typedef {{ size: number[], stride: number[], padding: number[], dilation: number[] }} Window2D */
/** @typedef {import("../api/wire.js").Tensor} Tensor */
/** @typedef {{ weight: Tensor, bias: Tensor, mean?: Tensor, variance?: Tensor }} LayerParameters */
/** @typedef {{ at: number[], weight: number | null }} Reader an output value and what it multiplies the read value by */
/** @typedef {import("./trace.js").Trace} Trace */

/** @type {Map<string, Kind>} */
const KINDS = new Map([convolution, ...activations, ...pooling, flatten, dense, softmax, normalisation].map((record) => [record.kind, record]));

/** @param {string} kind @returns {Kind} */
export function kindOf(kind) {
  return KINDS.get(kind) ?? { kind, family: "unknown", connects: "none", column: true, mixes: false, closesModule: false, view: null, chapter: "cnn", window: () => null, trace: null, readers: null };
}

export const kinds = () => [...KINDS.keys()];
