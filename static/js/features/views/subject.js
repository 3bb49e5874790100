// @ts-check
/**
 * What an opened view shows, gathered from the state: the tensors, the place, the colour range.
 *
 * @typedef {object} Subject
 * @property {import("../../model/scene.js").WholeScene} scene
 * @property {import("../../state/initial.js").View} view
 * @property {import("../../model/model.js").Layer | null} layer null for the picture's own tensor
 * @property {string} source what the layer reads first: a layer's name, or `input`
 * @property {Tensor} input what the layer reads first
 * @property {readonly string[]} sources the names of all that it reads
 * @property {readonly Tensor[]} inputs all that it reads
 * @property {Tensor} output what the layer gives, before its units are edited
 * @property {import("../../model/kinds.js").LayerParameters | null} parameters
 * @property {number} unit
 * @property {number[]} at the chosen index without the unit: [row, column], or [] for vectors
 */
/** @typedef {import("../../model/trace.js").Tensor} Tensor */
import { ownTensorOf } from "../../model/explain.js";
import { learnedOf } from "../../model/learned.js";
import { INPUT, inputsOf, isMaps, scoreLayer } from "../../model/model.js";
import { atHand, needsOf } from "../../model/needs.js";
import { isWhole } from "../../model/scene.js";
import { indexAt } from "../../model/trace.js";
import { unitValues } from "../../model/statistics.js";
import { exists } from "../../state/view.js";

/**
 * @param {import("../../model/scene.js").Scene | null} scene @param {import("../../state/initial.js").View | null} view
 * @returns {Subject | null} null while something is still missing, or where the model has no such place
 */
export function subjectOf(scene, view) {
  if (!isWhole(scene) || !view || !exists(scene.model, view)) return null;
  const { model, run, parameters } = scene;
  const layer = view.layer === INPUT ? null : (model.layer(view.layer) ?? null);
  const output = ownTensorOf(scene, view.layer);
  if (!output || (run.ask && !atHand(needsOf(model, view.layer, view.unit), run, parameters))) return null;
  const [sources, inputs] = layer ? [layer.inputs, inputsOf(layer, run)] : [[INPUT], [output]];
  return {
    scene,
    view,
    layer,
    source: sources[0],
    input: inputs[0],
    sources,
    inputs,
    output,
    parameters: layer ? learnedOf(parameters, layer.name, view.unit) : null,
    unit: view.unit,
    at: view.at ?? (isMaps(output.shape) ? strongest(output, view.unit) : []),
  };
}

/**
 * Where a unit's value is largest in size: the place worth looking at first.
 * @param {Tensor} output
 * @param {number} unit
 */
function strongest(output, unit) {
  const values = unitValues(output, unit);
  let best = 0;
  for (let i = 1; i < values.length; i++) if (Math.abs(values[i]) > Math.abs(values[best])) best = i;
  return indexAt(output.shape.slice(1), best);
}

/**
 * The value that a view is about.
 * @param {Subject} subject
 * @param {number[]} [at]
 * @returns {import("../../model/explain.js").ValueIndex}
 */
export const valueIndexOf = ({ view, unit, at: chosen }, at = chosen) => ({ layer: view.layer, at: [unit, ...at] });

/** The class that a unit stands for: those of the scores and of what normalises them.
 * @param {import("../../model/model.js").Model} model @param {string} layer @param {number} unit
 * @returns {Record<string, string> | null} its name by language */
export function classLabel(model, layer, unit) {
  const scores = scoreLayer(model);
  return scores && (layer === scores.name || layer === model.output.name)
    ? (model.classes[unit]?.labels ?? null)
    : null;
}
