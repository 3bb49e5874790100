// @ts-check
/**
 * The one registry of layer kinds on the page: kind → record. It says what a kind is; how its values come
 * about is in `origins.js`, which is loaded with whatever first asks for it.
 *
 * A new kind is one row here, one file in `kinds/` with its line in `origins.js`, its words in both
 * catalogues under `kinds.<kind>`, and a fixture. A kind that is not here still shows its maps, shapes and values.
 */

/**
 * @typedef {object} Kind
 * @property {string} kind
 * @property {"convolution" | "activation" | "pooling" | "reshape" | "dense" | "probability" | "unknown"} family
 * @property {"all" | "one" | "none"} connects which units before a unit reads: every one, the one of its own index
 * @property {boolean} column whether its output is a column of the network map
 * @property {boolean} mixes it makes new values from all units before it: a wider gap stands before it and
 *   a new colour range begins with it
 * @property {boolean} closesModule a module ends with it
 * @property {{ low: number | null, high: number | null } | null} bounds values that the layer's function cannot pass
 * @property {string | null} view the opened view of one of its units
 * @property {string} chapter the chapter of Learn that explains it
 * @property {(layer: Layer) => Window2D | null} window the sliding window, if it has one
 * @property {((layer: Layer, source: number, area: Area) => Area | null) | null} back what of input number `source` a part
 *   of the output is made from (null: nothing of it), for a kind of which `connects` and `window` do not say it
 */
/** @typedef {import("./model.js").Layer} Layer */
/** @typedef {import("./receptive-field.js").Area} Area */
/** @typedef {{ size: number[], stride: number[], padding: number[], dilation: number[] }} Window2D */
/** @typedef {import("../api/wire.js").Tensor} Tensor */
/** @typedef {{ weight: Tensor, bias: Tensor, mean?: Tensor, variance?: Tensor }} LayerParameters */

/** What a kind is unless its row says otherwise, which is also all that is known of an unknown one. @type {Kind} */
const PLAIN = {
  kind: "",
  family: "unknown",
  connects: "none",
  column: true,
  mixes: false,
  closesModule: false,
  bounds: null,
  view: null,
  chapter: "cnn",
  window: () => null,
  back: null,
};

/** Element i of a flattened vector is map ⌊i / (H·W)⌋, row ⌊i / W⌋ mod H, column i mod W. @type {NonNullable<Kind["back"]>} */
const flattenedFrom = (layer, _source, { units: { first, count } }) => {
  const [, rows = 1, columns = 1] = layer.input_shape;
  const [start, end] = [first, first + count - 1];
  const map = (/** @type {number} */ element) => Math.floor(element / (rows * columns));
  const units = { first: map(start), count: map(end) - map(start) + 1 };
  if (count > 1) return { units, top: 0, left: 0, bottom: rows - 1, right: columns - 1 };
  const [row, column] = [Math.floor((start % (rows * columns)) / columns), start % columns];
  return { units, top: row, left: column, bottom: row, right: column };
};

/** @param {number[] | undefined} size @param {Layer} layer @returns {Window2D} */
const sliding = (size, { stride, padding, dilation }) => ({
  size: size ?? [1, 1],
  stride: stride ?? [1, 1],
  padding: padding ?? [0, 0],
  dilation: dilation ?? [1, 1],
});

/** @type {Partial<Kind>} */
const ACTIVATION = { family: "activation", connects: "one", view: "activation", chapter: "activation" };
/** @type {Partial<Kind>} */
const POOLING = {
  family: "pooling",
  connects: "one",
  closesModule: true,
  view: "pooling",
  chapter: "pooling",
  window: (layer) => sliding(layer.window, layer),
};

/** @type {Record<string, Partial<Kind>>} */
const ROWS = {
  conv2d: {
    family: "convolution",
    connects: "all",
    mixes: true,
    view: "neuron",
    chapter: "convolution",
    window: (layer) => sliding(layer.kernel, layer),
  },
  relu: { ...ACTIVATION, bounds: { low: 0, high: null } },
  leaky_relu: ACTIVATION,
  sigmoid: { ...ACTIVATION, bounds: { low: 0, high: 1 } },
  tanh: { ...ACTIVATION, bounds: { low: -1, high: 1 } },
  batch_norm2d: { ...ACTIVATION, chapter: "overfitting" },
  max_pool2d: POOLING,
  avg_pool2d: POOLING,
  flatten: {
    family: "reshape",
    connects: "one",
    column: false,
    view: "flatten",
    chapter: "flatten",
    back: flattenedFrom,
  },
  dense: { family: "dense", connects: "all", mixes: true, view: "output", chapter: "flatten" },
  softmax: { family: "probability", connects: "all", column: false, view: "softmax", chapter: "softmax" },
};

const KINDS = new Map(Object.entries(ROWS).map(([kind, row]) => [kind, Object.freeze({ ...PLAIN, kind, ...row })]));

/** @param {string} kind @returns {Kind} */
export const kindOf = (kind) => KINDS.get(kind) ?? { ...PLAIN, kind };

export const kinds = () => [...KINDS.keys()];
