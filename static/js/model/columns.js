// @ts-check
/**
 * The columns of the network map, read off a model's description.
 *
 * Every layer whose kind has a column gets one, beginning with the input. The layer that holds the
 * class scores becomes the output column; a softmax after it is shown in the same column.
 */
import { INPUT, isMaps, unitCount } from "./model.js";

/** @typedef {import("./model.js").Model} Model */
/** @typedef {import("./model.js").Layer} Layer */
/**
 * @typedef {object} Column
 * @property {string} name of the layer, or `input`
 * @property {Layer | null} layer null for the input
 * @property {"maps" | "vector" | "classes"} form
 * @property {number[]} shape
 * @property {number} units
 * @property {number} module counted from 0; the input and the classes belong to none (−1)
 * @property {number} group layers that share a range at scale level "layer"; −1 for input and classes
 * @property {"all" | "one" | "none"} connects which units of the column before a unit reads
 * @property {boolean} mixes a wider gap stands before it
 * @property {Layer | null} probabilities the softmax that is shown in this column
 */

/** @type {WeakMap<Model, readonly Column[]>} */
const known = new WeakMap();

/** @param {Model} model @returns {readonly Column[]} */
export function columnsOf(model) {
  let columns = known.get(model);
  if (!columns) known.set(model, (columns = Object.freeze(build(model))));
  return columns;
}

/** @param {Model} model @returns {Column[]} */
function build(model) {
  const scores = scoreLayer(model);
  /** @type {Column[]} */
  const columns = [
    {
      name: INPUT,
      layer: null,
      form: isMaps(model.input.shape) ? "maps" : "vector",
      shape: model.input.shape,
      units: unitCount(model.input.shape),
      module: -1,
      group: -1,
      connects: "none",
      mixes: false,
      probabilities: null,
    },
  ];
  let module = 0;
  let group = -1;
  let closed = false;
  /** @type {Layer[]} layers since the last column */
  let folded = [];
  for (const layer of model.layers) {
    const { record } = layer;
    folded.push(layer);
    if (closed) module++;
    closed = record.closesModule;
    const isScores = layer === scores;
    if (scores && layer.index > scores.index) break;
    if (!record.column && !isScores && record.family !== "probability") continue;
    const mixes = folded.some((one) => one.record.mixes);
    if (mixes || group < 0) group++;
    columns.push({
      name: layer.name,
      layer,
      form: isScores ? "classes" : isMaps(layer.output_shape) ? "maps" : "vector",
      shape: layer.output_shape,
      units: unitCount(layer.output_shape),
      module: isScores ? -1 : module,
      group: isScores ? -1 : group,
      connects: folded.some((one) => one.record.connects === "all")
        ? "all"
        : folded.some((one) => one.record.connects === "none")
          ? "none"
          : "one",
      mixes: mixes || isScores,
      probabilities: isScores
        ? (model.layers.slice(layer.index + 1).find((later) => later.record.family === "probability") ?? null)
        : null,
    });
    folded = [];
  }
  return columns;
}

/**
 * The layer whose values are the class scores before normalisation: the last one that is not a
 * probability, if it is a vector with one value for each class.
 * @param {Model} model @returns {Layer | null}
 */
export function scoreLayer(model) {
  const last = model.layers.findLast((layer) => layer.record.family !== "probability");
  return last &&
    model.classes.length > 0 &&
    !isMaps(last.output_shape) &&
    unitCount(last.output_shape) === model.classes.length
    ? last
    : null;
}

/**
 * The unit of the column before that unit `unit` reads where it reads one only. Equal counts give
 * the same index; a flattened vector gives the map its value came from (C, H, W order).
 * @param {{ units: number }} before @param {{ units: number }} column @param {number} unit
 */
export const sourceUnit = (before, column, unit) => Math.floor((unit * before.units) / column.units);
