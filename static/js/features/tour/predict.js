// @ts-check
/**
 * Predict, then look: what the first activation makes of a value that this run really has.
 *
 * @typedef {object} Choice
 * @property {string} id `right`, or the mistake that leads to it
 * @property {number} value
 */
/**
 * @typedef {object} Prediction
 * @property {import("../../state/initial.js").Place} from the value that goes in
 * @property {import("../../state/initial.js").Place} to the value that comes out
 * @property {number} x what goes in
 * @property {number} y what comes out, the engine's float32
 * @property {Choice[]} choices in order of size, no two alike when rounded
 */
import { signed } from "../../core/i18n.js";
import { inputName, inputOf } from "../../model/model.js";
import { valueAt } from "../../model/trace.js";
import { activationOf, leastAt, liveliest } from "./landmarks.js";

/**
 * @param {import("../../model/model.js").Model} model @param {import("../../api/client.js").Run} run
 * @param {number | null} [unit] the unit that is looked at; without it the liveliest
 * @returns {Prediction | null} null where the model has no activation over maps, or nothing to choose between
 */
export function predict(model, run, unit = null) {
  const layer = activationOf(model);
  const output = layer && run.activations.get(layer.name);
  if (!layer || !output) return null;
  const input = inputOf(layer, run);
  const chosen = unit !== null && unit < input.shape[0] ? unit : liveliest(input);
  const at = leastAt(input, chosen);
  const [x, y] = [valueAt(input, [chosen, ...at]), valueAt(output, [chosen, ...at])];
  /** @type {Choice[]} */
  const choices = [];
  for (const choice of [
    { id: "right", value: y },
    { id: "unchanged", value: x },
    { id: "zero", value: 0 },
    { id: "sign", value: -x },
  ]) {
    if (!choices.some(({ value }) => signed(value + 0) === signed(choice.value + 0))) choices.push(choice);
  }
  if (choices.length < 2) return null;
  const place = (/** @type {string} */ name) => ({ layer: name, unit: chosen, at });
  return {
    from: place(inputName(layer)),
    to: place(layer.name),
    x,
    y,
    choices: choices.sort((a, b) => a.value - b.value),
  };
}
