// @ts-check
/** The colour range that everything in one view shares. */
import { limitOf } from "../../../model/ranges.js";
import { unitValues } from "../../../model/statistics.js";
import { INPUT } from "../../../model/model.js";
import { colourRanges } from "../../../state/selectors.js";

/** @typedef {import("../subject.js").Subject} Subject */

/**
 * On the unit scale the view's own values set the range; on the others the map's ranges of what
 * goes in and comes out do, the larger of the two, so that colours stay what they are on the map.
 * @param {import("../../../state/initial.js").State} state @param {Subject} subject
 * @param {() => Float32Array[]} values everything that is painted in the view
 */
export function viewLimit(state, { scene, sources, layer, view }, values) {
  const ranges = colourRanges(state, scene);
  if (state.scale === "unit" || !ranges) return limitOf(values());
  const limits = [...sources, layer?.name ?? view.layer]
    .filter((name) => name !== INPUT)
    .map((name) => ranges.limit(name, view.unit));
  return Math.max(...limits, 0) || limitOf(values());
}

/** Every map of a tensor, or the one unit that a layer reads. @param {Subject} subject */
export function inputValues({ source, input, layer, unit }) {
  if (source === INPUT) return [];
  return layer?.record.connects === "one" && input.shape.length === 3 ? [unitValues(input, unit)] : [input.data];
}
