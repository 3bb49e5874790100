// @ts-check
/**
 * Which part of every earlier output one value was made from.
 *
 * Going back through a layer with a window turns rows r₀…r₁ into
 * r₀·stride − padding … r₁·stride − padding + dilation·(size − 1); the same for columns.
 * Positions in the padding lie outside the map and may be negative. Where several ways lead from a value to the same
 * output, its region is the smallest one that holds what each of them reads.
 */
import { INPUT, isMaps, unitCount } from "./model.js";

/** @typedef {import("./model.js").Model} Model */
/** @typedef {import("./model.js").Layer} Layer */
/** @typedef {{ first: number, count: number }} Units units side by side */
/**
 * @typedef {object} Area a part of an output
 * @property {Units} units
 * @property {number} top @property {number} left first row and column
 * @property {number} bottom @property {number} right last row and column, included
 */
/**
 * @typedef {Area & { layer: string, shape: readonly number[] }} Region an area of the output of a layer, or of `input`,
 *   with that output's shape
 */

/** All of an output. @param {readonly number[]} shape @returns {Area} */
export const wholeOf = (shape) => ({
  units: { first: 0, count: unitCount(shape) },
  top: 0,
  left: 0,
  bottom: isMaps(shape) ? shape[1] - 1 : 0,
  right: isMaps(shape) ? shape[2] - 1 : 0,
});

/**
 * The regions behind one value, nearest layer first, the picture last. They end at a layer of a kind that the
 * page does not know: nobody here can say what its values see.
 * @param {Model} model @param {{ layer: string, unit: number, at?: number[] }} place `at` [row, column] for maps
 * @returns {Region[]}
 */
export function regionsBehind(model, { layer: name, unit, at }) {
  const start = model.layer(name);
  if (!start) return [];
  const whole = wholeOf(start.output_shape);
  const [top, left, bottom, right] = at ? [at[0], at[1], at[0], at[1]] : [0, 0, whole.bottom, whole.right];
  const own = isMaps(start.output_shape) ? { ...whole, top, left, bottom, right } : whole;
  /** @type {Map<string, Area>} */
  const found = new Map([[name, { ...own, units: { first: unit, count: 1 } }]]);
  for (let index = start.index; index >= 0; index--) {
    const layer = model.layers[index];
    const area = found.get(layer.name);
    if (!area) continue;
    layer.inputs.forEach((input, source) => {
      const read = stepBack(layer, source, area);
      const known = found.get(input);
      if (read) found.set(input, known ? hull(known, read) : read);
    });
  }
  return [...model.layers.slice(0, start.index).map((layer) => layer.name), INPUT]
    .filter((earlier) => found.has(earlier))
    .sort((a, b) => (model.layer(b)?.index ?? -1) - (model.layer(a)?.index ?? -1))
    .map((layer) => ({
      layer,
      shape: /** @type {number[]} */ (model.shape(layer)),
      .../** @type {Area} */ (found.get(layer)),
    }));
}

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

/** Whether a region has part in a unit. @param {{ units: Units }} region @param {number} unit */
export const holds = ({ units }, unit) => unit >= units.first && unit < units.first + units.count;

/**
 * The part of a region that lies on the map, or null when all of it is padding.
 * @param {Area & { shape: readonly number[] }} region
 */
export function visiblePart({ top, left, bottom, right, shape }) {
  if (!isMaps(shape)) return null;
  const part = {
    top: Math.max(0, top),
    left: Math.max(0, left),
    bottom: Math.min(shape[1] - 1, bottom),
    right: Math.min(shape[2] - 1, right),
  };
  return part.top > part.bottom || part.left > part.right ? null : part;
}
