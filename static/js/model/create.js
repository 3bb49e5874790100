// @ts-check
import { recordOf } from "./kinds.js";
import { INPUT } from "./model.js";

/** @typedef {import("./model.js").Model} Model */
/** @typedef {import("./model.js").Layer} Layer */

/** @param {any} description the answer of `GET /models/{id}` @returns {Model} */
export function createModel(description) {
  /** @type {Map<string, number[]>} */
  const shapes = new Map([[INPUT, description.input.shape]]);
  /** @type {Map<string, Layer[]>} */
  const readers = new Map([[INPUT, []]]);
  let before = INPUT;
  /** @type {Layer[]} */
  const layers = description.layers.map((/** @type {any} */ layer, /** @type {number} */ index) => {
    const inputs = layer.inputs ?? [before];
    const read = inputs.map((/** @type {string} */ name) => shapes.get(name));
    const record = recordOf(layer);
    const indexed = Object.freeze({ ...layer, index, inputs, input_shapes: read, input_shape: read[0], record });
    shapes.set(layer.name, layer.output_shape);
    readers.set(layer.name, []);
    for (const name of new Set(inputs)) readers.get(name)?.push(indexed);
    before = layer.name;
    return indexed;
  });
  const byName = new Map(layers.map((layer) => [layer.name, layer]));
  return Object.freeze({
    ...description,
    layers,
    output: layers[layers.length - 1],
    ending: description.output?.ending ?? null,
    layer: (/** @type {string} */ name) => byName.get(name),
    readers: (/** @type {string} */ name) => readers.get(name) ?? [],
    shape: (/** @type {string} */ name) => shapes.get(name),
  });
}
