// @ts-check
/** Which values of a large run, and which learned numbers, must be at hand to show or explain something. */
import { hasLearned, pieceFor } from "./learned.js";
import { INPUT, isMaps, isNormalised } from "./model.js";

/** @typedef {import("./model.js").Model} Model */
/**
 * @typedef {{ tensors: string[], parameters: string[] }} Needs layers by their names, learned numbers by those of their
 *   pieces (`learned.js`)
 */

/**
 * What an opened view of a unit shows: its layer's output, what that reads, the maps behind a flattened vector, what
 * the unit has learned, and what weighs or normalises its values.
 * @param {Model} model
 * @param {string} name of the layer
 * @param {number} unit
 * @returns {Needs} */
export function needsOf(model, name, unit) {
  const layer = model.layer(name);
  if (!layer) return { tensors: [], parameters: [] };
  const behind = layer.inputs.flatMap((input) => {
    const before = model.layer(input);
    return before?.record.family === "reshape" ? before.inputs : [];
  });
  const after = model
    .consumers(name)
    .filter(
      (consumer) => isNormalised(consumer) || (layer.record.family === "reshape" && consumer.record.family === "dense"),
    );
  const tensors = new Set([name, ...layer.inputs, ...behind, ...after.map((consumer) => consumer.name)]);
  tensors.delete(INPUT);
  const parameters = learned([layer, ...after]).map((one) => (one === name ? pieceFor(model, name, unit) : one));
  return { tensors: [...tensors], parameters };
}

/**
 * What the evidence of a layer's units is found from (`evidence.js`): all values back to the last maps with more than
 * one
 * place, and the weights of the dense layer that is nearest to them, the only one whose units are sums over places.
 * @param {Model} model @param {string} name @returns {Needs}
 */
export function needsOfEvidence(model, name) {
  /** @type {string[]} */
  const tensors = [];
  let nearest = "";
  for (let layer = model.layer(name); layer; layer = model.layer(layer.inputs[0])) {
    tensors.push(layer.name);
    const { output_shape: shape } = layer;
    if (isMaps(shape) && shape[1] * shape[2] > 1) break;
    if (layer.record.family === "dense") nearest = layer.name;
  }
  return { tensors, parameters: nearest ? [nearest] : [] };
}

/** @param {readonly import("./model.js").Layer[]} layers */
const learned = (layers) => layers.filter(({ parameter_count: count }) => count > 0).map(({ name }) => name);

/**
 * Whether all of it is at hand.
 * @param {Needs} needs
 * @param {{ activations: ReadonlyMap<string, unknown> }} run
 * @param {ReadonlyMap<string, unknown>} parameters
 */
export const atHand = ({ tensors, parameters: learnedOf }, run, parameters) =>
  tensors.every((name) => run.activations.has(name)) && learnedOf.every((name) => hasLearned(parameters, name));
