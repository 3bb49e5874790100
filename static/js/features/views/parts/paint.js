// @ts-check
/** How the maps of a view are coloured: the picture's channels as on the network map, all else around 0. */
import { ACTIVATIONS, channelScale, paintDiverging, paintSequential } from "../../../draw/colour.js";
import { INPUT } from "../../../model/model.js";
import { unitValues } from "../../../model/statistics.js";

/** @typedef {import("../../../model/explain.js").Scene} Scene */

/** Paint one unit of a layer (or of the input). @param {import("./heat.js").Heat} heat @param {Scene} scene
 * @param {string} layer
 * @param {import("../../../model/trace.js").Tensor} tensor
 * @param {number} unit
 * @param {number} limit
 * @param {boolean} tint
 */
export function paintUnit(heat, scene, layer, tensor, unit, limit, tint) {
  heat.paint(unitValues(tensor, unit), limit, ACTIVATIONS, unitPainter(scene, layer, unit, limit, tint));
}

/**
 * What writes values of a unit as pixels.
 * @param {Scene} scene @param {string} layer @param {number} unit @param {number} limit @param {boolean} tint
 * @returns {(out: Uint32Array, offset: number, values: Float32Array) => void}
 */
export function unitPainter({ model }, layer, unit, limit, tint) {
  if (layer !== INPUT) return (out, offset, values) => paintDiverging(out, offset, values, limit, ACTIVATIONS);
  const scale = channelScale(model.input.channels[unit], tint);
  const [low, high] = model.input.range;
  return (out, offset, values) => paintSequential(out, offset, values, low, high, scale);
}

/** The scale and limit that number cells of a layer's values are coloured with.
 * @param {string} layer @param {number} limit @param {number} inputHigh */
export const cellLook = (layer, limit, inputHigh) =>
  layer === INPUT ? { scale: ACTIVATIONS, limit: inputHigh } : { scale: ACTIVATIONS, limit };
