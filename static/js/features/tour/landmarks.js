// @ts-check
/**
 * Where a tour stops in a model, found by the layers' kinds alone, and what is worth looking at there.
 *
 * @typedef {import("../../model/model.js").Model} Model
 * @typedef {import("../../model/model.js").Layer} Layer
 * @typedef {import("../../api/wire.js").Tensor} Tensor
 */
import { isMaps, scoreLayer } from "../../model/model.js";
import { indexAt } from "../../model/trace.js";
import { unitValues } from "../../model/statistics.js";

/** The first layer of a family that gives maps. @param {Model} model @param {Layer["record"]["family"]} family */
const first = (model, family) =>
  model.layers.find(({ record, output_shape: shape }) => record.family === family && isMaps(shape)) ?? null;

/** @param {Model} model */
export const convolutionOf = (model) => first(model, "convolution");

/** @param {Model} model */
export const activationOf = (model) => first(model, "activation");

/** @param {Model} model */
export const poolingOf = (model) => first(model, "pooling");

/** @param {Model} model */
export const scoresOf = (model) => scoreLayer(model);

/** What turns the scores into probabilities; null where the model ends in scores. @param {Model} model */
export function probabilitiesOf(model) {
  const { output } = model;
  return scoreLayer(model) && output.record.family === "probability" ? output : null;
}

/** The layer whose values the class list shows last: the end of every trail. @param {Model} model */
export const endOf = (model) => probabilitiesOf(model) ?? scoresOf(model);

/** The unit with the largest value in size: where there is something to see. @param {Tensor} tensor */
export function liveliest(tensor) {
  let [best, strength] = [0, -1];
  for (let unit = 0; unit < tensor.shape[0]; unit++) {
    for (const value of unitValues(tensor, unit)) {
      if (Math.abs(value) <= strength) continue;
      [best, strength] = [unit, Math.abs(value)];
    }
  }
  return best;
}

/** Where in a unit's map the least value stands: [row, column]. @param {Tensor} tensor @param {number} unit */
export function leastAt(tensor, unit) {
  const values = unitValues(tensor, unit);
  let least = 0;
  values.forEach((value, index) => {
    if (value < values[least]) least = index;
  });
  return indexAt(tensor.shape.slice(1), least);
}
