// @ts-check
/**
 * Which part of every earlier output one value was made from.
 *
 * Going back through a layer with a window turns rows r₀…r₁ into
 * r₀·stride − padding … r₁·stride − padding + dilation·(size − 1); the same for columns.
 * Positions in the padding lie outside the map and may be negative. Where several ways lead from a value to the same
 * output, its region is the smallest one that holds what each of them reads.
 */
import { hull, stepBack, wholeOf } from "./kinds/kind.js";
import { INPUT, isMaps } from "./model.js";

/** @typedef {import("./model.js").Model} Model */
/** @typedef {import("./kinds/kind.js").Area} Area */
/** @typedef {import("./kinds/kind.js").Units} Units */
/**
 * @typedef {Area & { layer: string, shape: readonly number[] }} Region an area of the output of a layer, or of `input`,
 *   with that output's shape
 */

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
