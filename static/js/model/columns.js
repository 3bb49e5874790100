// @ts-check
/**
 * The columns of the network map, read off a model's description.
 *
 * Every layer whose kind has a column gets one, beginning with the input. The layer that holds the
 * class scores becomes the output column; a softmax after it is shown in the same column. One number at the end that
 * stands for two classes is shown as the two.
 */
import { hull, stepBack, wholeOf } from "./kinds/kind.js";
import { INPUT, isBinary, isMaps, probabilitiesOf, scoreLayer, unitCount } from "./model.js";

/** @typedef {import("./model.js").Model} Model */
/** @typedef {import("./model.js").Layer} Layer */
/**
 * @typedef {object} Column
 * @property {string} name of the layer, or `input`
 * @property {Layer | null} layer null for the input
 * @property {"maps" | "vector" | "classes" | "pair"} form `pair`: one unit that says two classes
 * @property {number[]} shape
 * @property {number} units
 * @property {number} module counted from 0; the input and the classes belong to none (−1)
 * @property {number} group layers that share a range at scale level "layer"; −1 for input and classes
 * @property {"all" | "one" | "none"} connects which units of the columns before a unit reads
 * @property {boolean} mixes a wider gap stands before it
 * @property {Layer | null} probabilities the softmax that is shown in this column
 * @property {readonly string[]} sources the columns that it reads, through layers without a column of their own
 * @property {(unit: number) => ReadUnits[]} reads which units of them one of its units is made from
 * @property {import("./blocks.js").Block | null} fold the closed block that the column stands for, if it is one's last
 *   layer
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
    fold: null,
  };
  /** @type {Map<string, Column>} */
  const columns = new Map([[INPUT, input]]);
  /** How many closed modules lie before a layer's output. @type {Map<string, number>} */
  const modules = new Map([[INPUT, 0]]);
  const after = scores ? descendantsOf(model, scores) : new Set();
  const pair = isBinary(model) ? model.output : null;
  let group = -1;
  for (const layer of model.layers) {
    if (after.has(layer)) continue;
    const { record } = layer;
    const module = Math.max(...layer.inputs.map((name) => modules.get(name) ?? 0));
    modules.set(layer.name, module + Number(record.closesModule));
    const isScores = layer === scores;
    const says = isScores || layer === pair;
    if (!record.column && !isScores && record.family !== "probability") continue;
    const links = linksOf(model, layer, columns);
    const before = columns.get(links.sources[0])?.group ?? -1;
    // Where several things meet, none of their ranges is the range of what comes out.
    const own = links.mixes || links.sources.length > 1 || before < 0 ? ++group : before;
    columns.set(layer.name, {
      name: layer.name,
      layer,
      form: isScores ? "classes" : layer === pair ? "pair" : isMaps(layer.output_shape) ? "maps" : "vector",
      shape: layer.output_shape,
      units: unitCount(layer.output_shape),
      module: says ? -1 : module,
      group: says ? -1 : own,
      probabilities: isScores ? probabilitiesOf(model, layer) : null,
      fold: null,
      ...links,
      mixes: links.mixes || says,
    });
  }
  return [...columns.values()];
}

/** Whether a column shows classes with their shares, not values in colours. @param {Pick<Column, "form">} column */
export const saysClasses = ({ form }) => form === "classes" || form === "pair";

/** All layers that a layer's values reach. @param {Model} model @param {Layer} layer @returns {Set<Layer>} */
function descendantsOf(model, layer) {
  const reached = new Set(model.consumers(layer.name));
  for (const one of reached) for (const consumer of model.consumers(one.name)) reached.add(consumer);
  return reached;
}

/**
 * The columns while some blocks are closed: of a closed block only the last layer has one.
 * @param {Model} model @param {readonly import("./blocks.js").Block[]} closed @returns {Column[]}
 */
export function shownColumns(model, closed) {
  if (!closed.length) return [...columnsOf(model)];
  const hidden = new Set(closed.flatMap(({ layers }) => layers.slice(0, -1)));
  const shown = columnsOf(model).filter(({ name }) => !hidden.has(name));
  const byName = new Map(shown.map((column) => [column.name, column]));
  // Of several closed blocks that end in the same layer the largest stands there.
  const folds = new Map(
    [...closed].sort((a, b) => a.layers.length - b.layers.length).map((block) => [block.id, block]),
  );
  return shown.map((column) =>
    column.layer
      ? {
          ...column,
          ...linksOf(model, column.layer, byName),
          ...(saysClasses(column) && { mixes: true }),
          fold: folds.get(column.name) ?? null,
        }
      : column,
  );
}

/** What a layer's column reads: columns, through layers that have none, or none that is shown.
 * @param {Model} model
 * @param {Layer} layer
 * @param {ReadonlyMap<string, unknown>} columns the names of those that are shown
 * @returns {Pick<Column, "connects" | "mixes" | "sources" | "reads">} */
function linksOf(model, layer, columns) {
  const between = new Set([layer]);
  /** @type {Set<string>} */
  const sources = new Set();
  for (const one of between)
    for (const name of one.inputs) {
      const before = model.layer(name);
      if (columns.has(name)) sources.add(name);
      else if (before) between.add(before);
    }
  const some = (/** @type {(record: import("./kinds.js").Kind) => boolean} */ is) =>
    [...between].some(({ record }) => is(record));
  return {
    connects: some(({ connects }) => connects === "all")
      ? "all"
      : some(({ connects }) => connects === "none")
        ? "none"
        : "one",
    mixes: some(({ mixes }) => mixes),
    sources: [...sources],
    reads: (unit) => readUnits(model, layer, unit, columns),
  };
}

/** Which units of the columns before a unit of a layer is made from.
 * @param {Model} model
 * @param {Layer} layer
 * @param {number} unit
 * @param {ReadonlyMap<string, unknown>} columns
 * @returns {ReadUnits[]}
 */
function readUnits(model, layer, unit, columns) {
  /** @type {Map<string, import("./kinds/kind.js").Area>} */
  const areas = new Map([[layer.name, { ...wholeOf(layer.output_shape), units: { first: unit, count: 1 } }]]);
  for (let index = layer.index; index >= 0; index--) {
    const one = model.layers[index];
    const area = areas.get(one.name);
    if (!area || (one !== layer && columns.has(one.name))) continue;
    one.inputs.forEach((name, source) => {
      const read = stepBack(one, source, area);
      const known = areas.get(name);
      if (read) areas.set(name, known ? hull(known, read) : read);
    });
  }
  areas.delete(layer.name);
  return [...areas].filter(([name]) => columns.has(name)).map(([from, { units }]) => ({ from, ...units }));
}

/** The words that say plainly what a column does, from its kind and its place: the layer of the scores is the one that
 * decides. @param {Column} column */
export const plainWords = ({ layer, form }) =>
  form === "classes" ? "network.plain.classes" : layer ? `${layer.record.words}.plain` : "network.plain.input";

/** @type {WeakMap<Column, Uint32Array>} */
const owners = new WeakMap();

/**
 * For each element of the vector that a column's layer reads, the unit of the column before that it is a value of:
 * a flattened vector holds many values of each map.
 * @param {Model} model
 * @param {Column} column
 * @returns {Uint32Array | null} null where an element has no such unit, or several
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
