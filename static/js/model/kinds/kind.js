// @ts-check
import { isMaps, unitCount } from "../model.js";
import { readTerm } from "../trace.js";
import { span } from "../window.js";

/**
 * What a kind of layer is to the page. Each file of this folder holds one family of kinds, each kind with all that
 * the page knows of it; `kinds.js` collects them. Below: what several families share.
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
/** @typedef {{ first: number, count: number }} Units units side by side */
/**
 * @typedef {object} Area a part of an output
 * @property {Units} units
 * @property {number} top @property {number} left first row and column
 * @property {number} bottom @property {number} right last row and column, included
 */
/** @typedef {import("../trace.js").Trace} Trace */
/** @typedef {import("../../api/wire.js").Tensor} Tensor */
/** @typedef {import("../trace.js").Learned} Learned */
/** @typedef {{ weight: Learned, bias: Learned, mean?: Learned, variance?: Learned, slope?: Learned }} LayerParameters
 */

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

/** The window of a layer's description, whose padding may have four sides.
 * @param {number[] | undefined} size @param {Layer} layer */
export const sliding = (size, { stride, padding = [0, 0], dilation, ceil }) => ({
  size: size ?? [1, 1],
  stride: stride ?? [1, 1],
  padding: padding.map((side) => (typeof side === "number" ? side : side[0])),
  after: padding.map((side) => (typeof side === "number" ? side : side[1])),
  dilation: dilation ?? [1, 1],
  ceil: ceil ?? false,
});

/** @param {Layer} layer */
export const windowOf = (layer) => /** @type {ReturnType<typeof sliding>} */ (layer.record.window(layer));

/** The maps that a neuron reads: those of its group. @param {Layer} layer @param {number} unit */
export function mapsOf({ groups = 1, input_shape: [maps], output_shape: [units] }, unit) {
  const count = maps / groups;
  return { first: Math.floor((unit * groups) / units) * count, count };
}

/**
 * Rows and columns under the windows of an area.
 * @param {Layer} layer
 * @param {Area} area
 */
export function underWindows(layer, { top, left, bottom, right }) {
  const { size, stride, padding, dilation } = windowOf(layer);
  const first = (/** @type {number} */ index, /** @type {number} */ axis) => index * stride[axis] - padding[axis];
  const last = (/** @type {number} */ index, /** @type {number} */ axis) =>
    first(index, axis) + span(size[axis], dilation[axis]) - 1;
  return { top: first(top, 0), left: first(left, 1), bottom: last(bottom, 0), right: last(right, 1) };
}

/** All of an output. @param {readonly number[]} shape @returns {Area} */
export const wholeOf = (shape) => ({
  units: { first: 0, count: unitCount(shape) },
  top: 0,
  left: 0,
  bottom: isMaps(shape) ? shape[1] - 1 : 0,
  right: isMaps(shape) ? shape[2] - 1 : 0,
});

/**
 * What of one of its inputs a part of a layer's output was made from; null where nothing of it, or where nobody knows.
 * @param {Layer} layer
 * @param {number} source which of its inputs
 * @param {Area} area of its output
 * @returns {Area | null}
 */
export function stepBack(layer, source, area) {
  const { record } = layer;
  if (record.back) return record.back(layer, source, area);
  if (record.connects === "none") return null;
  const shape = layer.input_shapes[source];
  const whole = wholeOf(shape);
  const units = record.connects === "all" ? whole.units : sameUnits(area.units, layer.output_shape, shape);
  const sliding = record.window(layer);
  if (sliding && isMaps(shape)) {
    const back = (/** @type {number} */ first, /** @type {number} */ last, /** @type {number} */ axis) => [
      first * sliding.stride[axis] - sliding.padding[axis],
      last * sliding.stride[axis] - sliding.padding[axis] + sliding.dilation[axis] * (sliding.size[axis] - 1),
    ];
    const [top, bottom] = back(area.top, area.bottom, 0);
    const [left, right] = back(area.left, area.right, 1);
    return { units, top, left, bottom, right };
  }
  // Without a window, the same place of a map of the same size; of any other (a vector, one value for a whole map) all.
  const alike =
    shape.length === layer.output_shape.length &&
    shape.every((size, axis) => !axis || size === layer.output_shape[axis]);
  return record.connects === "one" && alike ? { ...area, units } : { ...whole, units };
}

/** Units of the same index; where the counts differ, each input unit owns an equal share of the output's.
 * @param {Units} units @param {readonly number[]} output @param {readonly number[]} input @returns {Units} */
function sameUnits({ first, count }, output, input) {
  const share = (/** @type {number} */ unit) => Math.floor((unit * unitCount(input)) / unitCount(output));
  return { first: share(first), count: share(first + count - 1) - share(first) + 1 };
}

/** The smallest area that holds both. @param {Area} a @param {Area} b @returns {Area} */
export function hull(a, b) {
  const first = Math.min(a.units.first, b.units.first);
  const end = Math.max(a.units.first + a.units.count, b.units.first + b.units.count);
  return {
    units: { first, count: end - first },
    top: Math.min(a.top, b.top),
    left: Math.min(a.left, b.left),
    bottom: Math.max(a.bottom, b.bottom),
    right: Math.max(a.right, b.right),
  };
}

/** NumPy's `window = x[:, 30:33, 24:27]`, or the same of a padded copy.
 * @param {Layer} layer
 * @param {readonly number[]} at
 * @param {string} maps first index
 * @param {string} fill what stands in the padding
 * @param {string} [beyond] what stands where a window reaches beyond the padding */
export function cut(layer, [, row, column], maps, fill, beyond = fill) {
  const { size, stride, padding, after, dilation } = windowOf(layer);
  const slice = (/** @type {number} */ axis, /** @type {number} */ index) => {
    const first = index * stride[axis];
    return `${first}:${first + span(size[axis], dilation[axis])}${dilation[axis] > 1 ? `:${dilation[axis]}` : ""}`;
  };
  const padded = (/** @type {number[]} */ before, /** @type {number[]} */ behind, /** @type {string} */ value) =>
    [...before, ...behind].some((width) => width > 0)
      ? [`x = np.pad(x, ((0, 0), (${before[0]}, ${behind[0]}), (${before[1]}, ${behind[1]}))${value})`]
      : [];
  const more = [row, column].map((index, axis) => {
    const end = index * stride[axis] + span(size[axis], dilation[axis]);
    return Math.max(0, end - layer.input_shape[axis + 1] - padding[axis] - after[axis]);
  });
  return [
    ...padded(padding, after, fill),
    ...padded([0, 0], more, beyond),
    `window = x[${maps}, ${slice(0, row)}, ${slice(1, column)}]`,
  ];
}
