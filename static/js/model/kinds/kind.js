// @ts-check
import { readTerm } from "../trace.js";

/**
 * What a kind of layer is to the page. Each file of this folder holds one family of kinds, each kind with all that
 * the page knows of it; `kinds.js` collects them.
 *
 * @typedef {object} Kind
 * @property {string} kind
 * @property {string} words where the catalogue has its words: `name` and `about`
 * @property {"convolution" | "transposed_convolution" | "activation" | "normalisation" | "pooling" | "global_pooling" |
 *   "reshape" | "rearrangement" | "join" | "dense" | "probability" | "log_probability" | "unknown"} family
 * @property {"all" | "one" | "none"} connects which units before a unit reads: every one, the one of its own index
 * @property {boolean} column whether its output is a column of the network map
 * @property {boolean} mixes it makes new values from all units before it: a wider gap stands before it and
 *   a new colour range begins with it
 * @property {boolean} closesModule a module ends with it
 * @property {{ low: number | null, high: number | null } | null} bounds values that the layer's function cannot pass
 * @property {string | null} view the opened view of one of its units
 * @property {string} chapter the chapter of Learn that explains it
 * @property {(layer: Layer) => Window2D | null} window the sliding window, if it has one
 * @property {(layer: Layer) => Window2D | null} spread the window that slides over its output, one place for each value
 *   of the input
 * @property {((layer: Layer, source: number, area: Area) => Area | null) | null} back what of input number `source` a
 *   part
 *   of the output is made from (null: nothing of it), for a kind of which `connects` and `window` do not say it
 * @property {Partial<Kind> | null} grouped what differs where a unit reads a part of the maps only (`groups`)
 * @property {Tracer | null} tracer where its values come from and go to; null where the page does not know
 * @property {Code | null} code how NumPy makes one of its values
 */
/**
 * @typedef {object} Tracer
 * @property {(layer: Layer, inputs: readonly Tensor[], parameters: LayerParameters | null, at: number[]) => Trace}
 *   trace
 *   what made one output value; kinds that read one thing take the first of `inputs`
 * @property {(layer: Layer, parameters: LayerParameters | null, at: number[], source: number) => Consumer[]} consumers
 *   where the value at index `at` of the layer's input number `source` goes: the output values that read it
 */
/**
 * @typedef {{ at: number[], weight: number | null }} Consumer an output value and what it multiplies the read value by
 */
/**
 * @typedef {(layer: Layer, at: readonly number[]) => string[]} Code lines in which `x` is the layer's input (`xs` the
 *   list of them where there are several) and `layer` its parameters; the last one sets `y`
 */
/** @typedef {Partial<Kind> & { tracer: Tracer, code: Code }} Row what a kind's file says of it */
/**
 * @typedef {{ size: number[], stride: number[], padding: number[], after?: number[], dilation: number[],
 *   ceil?: boolean }} Window2D `padding` lies before the first row and column,
 * `after` behind the last (as much where it is left out); `ceil`: a window counts that only begins on the map
 */
/** @typedef {import("../model.js").Layer} Layer */
/** @typedef {import("../receptive-field.js").Area} Area */
/** @typedef {import("../trace.js").Trace} Trace */
/** @typedef {import("../../api/wire.js").Tensor} Tensor */
/** @typedef {{ weight: Tensor, bias: Tensor, mean?: Tensor, variance?: Tensor, slope?: Tensor }} LayerParameters */

/** What a kind is unless its row says otherwise, which is also all that is known of an unknown one. @type {Kind} */
export const PLAIN = {
  kind: "",
  words: "kinds.unknown",
  family: "unknown",
  connects: "none",
  column: true,
  mixes: false,
  closesModule: false,
  bounds: null,
  view: null,
  chapter: "cnn",
  window: () => null,
  spread: () => null,
  back: null,
  grouped: null,
  tracer: null,
  code: null,
};

/**
 * A layer's learned numbers, which it cannot be traced without.
 * @param {Layer} layer
 * @param {LayerParameters | null} parameters
 */
export function needed(layer, parameters) {
  if (!parameters) throw new Error(`${layer.name}: a ${layer.kind} layer cannot be traced without its parameters`);
  return parameters;
}

/**
 * What kinds share that make each value from the one value at the same place.
 * @param {(layer: Layer, parameters: LayerParameters | null, at: number[]) =>
 *   { operation: string, constants: Record<string, number | undefined> }} how
 * @returns {Partial<Kind> & { tracer: Tracer }}
 */
export const pointwise = (how) => ({
  family: "activation",
  connects: "one",
  view: "activation",
  tracer: {
    trace(layer, [input], parameters, at) {
      const { operation, constants } = how(layer, parameters, at);
      return {
        operation,
        at,
        terms: [readTerm(input, at)],
        bias: null,
        constants: /** @type {Record<string, number>} */ (constants),
      };
    },
    consumers: (_layer, _parameters, at) => [{ at, weight: null }],
  },
});
