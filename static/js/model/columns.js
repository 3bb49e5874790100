// @ts-check
/**
 * The columns of the network map, read off a model's description.
 *
 * Every layer whose kind has a column gets one, beginning with the input. The layer that holds the
 * class scores becomes the output column; a softmax after it is shown in the same column.
 */
import { INPUT, isMaps, probabilitiesOf, scoreLayer, unitCount } from "./model.js";
import { stepBack, wholeOf } from "./receptive-field.js";

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
 * @property {"all" | "one" | "none"} connects which units of the columns before a unit reads
 * @property {boolean} mixes a wider gap stands before it
 * @property {Layer | null} probabilities the softmax that is shown in this column
 * @property {readonly string[]} sources the columns that it reads, through layers without a column of their own
 * @property {(unit: number) => ReadUnits[]} reads which units of them one of its units is made from
 */
/** @typedef {{ from: string, first: number, count: number }} ReadUnits units side by side of the column of this name */

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
  /** @type {Column} */
  const input = {
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
    sources: [],
    reads: () => [],
  };
  /** @type {Map<string, Column>} */
  const columns = new Map([[INPUT, input]]);
  /** How many closed modules lie before a layer's output. @type {Map<string, number>} */
  const modules = new Map([[INPUT, 0]]);
  const after = scores ? readersOf(model, scores) : new Set();
  let group = -1;
  for (const layer of model.layers) {
    if (after.has(layer)) continue;
    const { record } = layer;
    const module = Math.max(...layer.inputs.map((name) => modules.get(name) ?? 0));
    modules.set(layer.name, module + Number(record.closesModule));
    const isScores = layer === scores;
    if (!record.column && !isScores && record.family !== "probability") continue;
    const { folded, sources } = backToColumns(model, layer, columns);
    const mixes = folded.some((one) => one.record.mixes);
    const before = columns.get(sources[0])?.group ?? -1;
    const own = mixes || before < 0 ? ++group : before;
    columns.set(layer.name, {
      name: layer.name,
      layer,
      form: isScores ? "classes" : isMaps(layer.output_shape) ? "maps" : "vector",
      shape: layer.output_shape,
      units: unitCount(layer.output_shape),
      module: isScores ? -1 : module,
      group: isScores ? -1 : own,
      connects: folded.some((one) => one.record.connects === "all")
        ? "all"
        : folded.some((one) => one.record.connects === "none")
          ? "none"
          : "one",
      mixes: mixes || isScores,
      probabilities: isScores ? probabilitiesOf(model, layer) : null,
      sources,
      reads: (unit) => readUnits(model, layer, unit, columns),
    });
  }
  return [...columns.values()];
}

/** All layers that a layer's values reach. @param {Model} model @param {Layer} layer @returns {Set<Layer>} */
function readersOf(model, layer) {
  const reached = new Set(model.readers(layer.name));
  for (const one of reached) for (const reader of model.readers(one.name)) reached.add(reader);
  return reached;
}

/** The columns that a layer reads, and the layers that lie between, itself first.
 * @param {Model} model @param {Layer} layer @param {ReadonlyMap<string, Column>} columns */
function backToColumns(model, layer, columns) {
  /** @type {Set<Layer>} */
  const folded = new Set([layer]);
  /** @type {Set<string>} */
  const sources = new Set();
  for (const one of folded)
    for (const name of one.inputs) {
      const before = model.layer(name);
      if (columns.has(name)) sources.add(name);
      else if (before) folded.add(before);
    }
  return { folded: [...folded], sources: [...sources] };
}

/** Which units of the columns before a unit of a layer is made from.
 * @param {Model} model @param {Layer} layer @param {number} unit @param {ReadonlyMap<string, Column>} columns @returns {ReadUnits[]} */
function readUnits(model, layer, unit, columns) {
  /** @type {ReadUnits[]} */
  const found = [];
  const back = (/** @type {Layer} */ one, /** @type {import("./receptive-field.js").Area} */ area) =>
    one.inputs.forEach((name, source) => {
      const read = stepBack(one, source, area);
      const before = model.layer(name);
      if (read && columns.has(name)) found.push({ from: name, ...read.units });
      else if (read && before) back(before, read);
    });
  back(layer, { ...wholeOf(layer.output_shape), units: { first: unit, count: 1 } });
  return found;
}

/** @type {WeakMap<Column, Uint32Array>} */
const owners = new WeakMap();

/**
 * For each element of the vector that a column's layer reads, the unit of the column before that it is a value of:
 * a flattened vector holds many values of each map.
 * @param {Model} model @param {Column} column @returns {Uint32Array | null} null where an element has no such unit, or several
 */
export function ownersOf(model, column) {
  const { layer } = column;
  if (!layer || isMaps(layer.input_shape) || layer.inputs.length !== 1 || column.sources.length !== 1) return null;
  let known = owners.get(column);
  if (known) return known;
  const before = model.layer(layer.inputs[0]);
  const columns = new Map(columnsOf(model).map((one) => [one.name, one]));
  known = Uint32Array.from({ length: unitCount(layer.input_shape) }, (_, element) =>
    !before || columns.has(before.name) ? element : (readUnits(model, before, element, columns)[0]?.first ?? 0),
  );
  owners.set(column, known);
  return known;
}
