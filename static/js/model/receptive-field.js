// @ts-check
/**
 * Which part of every earlier map one value was made from.
 *
 * Going back through a layer with a window turns rows r₀…r₁ into
 * r₀·stride − padding … r₁·stride − padding + dilation·(size − 1); the same for columns.
 * Positions in the padding lie outside the map and may be negative.
 */
import { INPUT, isMaps } from "./model.js";

/** @typedef {import("./model.js").Model} Model */
/**
 * @typedef {object} Region
 * @property {string} layer whose output it lies in, or `input`
 * @property {number | null} unit the one unit that is read, or null for all
 * @property {number} top @property {number} left first row and column
 * @property {number} bottom @property {number} right last row and column, included
 * @property {number[]} shape of that output
 */

/**
 * The regions behind one value, nearest layer first, the picture last. They end at a layer of a kind that the
 * page does not know: nobody here can say what its values see.
 * @param {Model} model @param {{ layer: string, unit: number, at?: number[] }} place `at` [row, column] for maps
 * @returns {Region[]}
 */
export function regionsBehind(model, place) {
  const start = model.layer(place.layer);
  if (!start) return [];
  /** @type {Region} */
  let region = isMaps(start.output_shape)
    ? {
        layer: start.name,
        unit: place.unit,
        top: place.at?.[0] ?? 0,
        left: place.at?.[1] ?? 0,
        bottom: place.at?.[0] ?? start.output_shape[1] - 1,
        right: place.at?.[1] ?? start.output_shape[2] - 1,
        shape: start.output_shape,
      }
    : { layer: start.name, unit: place.unit, top: 0, left: 0, bottom: 0, right: 0, shape: start.output_shape };
  const regions = [];
  for (let index = start.index; index >= 0; index--) {
    if (model.layers[index].record.family === "unknown") break;
    region = stepBack(model, index, region);
    regions.push(region);
  }
  return regions;
}

/** @param {Model} model @param {number} index of the layer to go back through @param {Region} region @returns {Region} */
function stepBack(model, index, region) {
  const layer = model.layers[index];
  const shape = layer.input_shape;
  const name = index === 0 ? INPUT : model.layers[index - 1].name;
  const sliding = layer.record.window(layer);
  const all = layer.record.connects !== "one";
  if (sliding && isMaps(shape)) {
    const back = (/** @type {number} */ first, /** @type {number} */ last, /** @type {number} */ axis) => [
      first * sliding.stride[axis] - sliding.padding[axis],
      last * sliding.stride[axis] - sliding.padding[axis] + sliding.dilation[axis] * (sliding.size[axis] - 1),
    ];
    const [top, bottom] = back(region.top, region.bottom, 0);
    const [left, right] = back(region.left, region.right, 1);
    return { layer: name, unit: all ? null : region.unit, top, left, bottom, right, shape };
  }
  if (!isMaps(shape)) return { ...region, layer: name, unit: all ? null : region.unit, shape };
  const whole = { layer: name, unit: null, top: 0, left: 0, bottom: shape[1] - 1, right: shape[2] - 1, shape };
  if (all) return whole;
  if (isMaps(layer.output_shape)) return { ...region, layer: name, shape };
  // a flattened vector: element i is map ⌊i / (H·W)⌋, row ⌊i / W⌋ mod H, column i mod W
  if (region.unit === null) return whole;
  const [, rows, columns] = shape;
  const position = region.unit % (rows * columns);
  const row = Math.floor(position / columns);
  const column = position % columns;
  return {
    layer: name,
    unit: Math.floor(region.unit / (rows * columns)),
    top: row,
    left: column,
    bottom: row,
    right: column,
    shape,
  };
}

/** The part of a region that lies on the map, or null when all of it is padding. @param {Region} region */
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
