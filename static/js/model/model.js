// @ts-check
/**
 * A model's description as the page uses it: the server's JSON, indexed.
 *
 * Layers stand in order; `input` is not one of them. Everything the page knows of a layer's
 * behaviour comes from the record of its kind (`kinds.js`), never from its name or position.
 */
import { kindOf } from "./kinds.js";

/**
 * @typedef {object} Layer
 * @property {string} name
 * @property {string} kind
 * @property {number} index
 * @property {number[]} input_shape the output shape of the layer before, or of the input
 * @property {number[]} output_shape (C, H, W) for maps, (N,) for vectors
 * @property {number} parameter_count
 * @property {{ size: number[], jump: number[], start: number[] } | null} receptive_field
 * @property {import("./kinds.js").Kind} record
 * @property {number} [filters] @property {number[]} [kernel] @property {number[]} [window]
 * @property {number[]} [stride] @property {number[]} [padding] @property {number[]} [dilation]
 * @property {boolean} [count_include_pad] @property {number} [slope] @property {number} [units] @property {number} [epsilon]
 */

/**
 * @typedef {object} Model
 * @property {string} id
 * @property {Record<string, string>} title
 * @property {string} digest
 * @property {{ shape: number[], channels: string[], range: number[] }} input
 * @property {{ index: number, name: string, labels: Record<string, string>, wnid?: string }[]} classes
 * @property {number} parameter_count
 * @property {Layer[]} layers
 * @property {any} training
 * @property {string | null} samples_default
 * @property {(name: string) => Layer | undefined} layer
 */

/** @param {any} description the answer of `GET /models/{id}` @returns {Model} */
export function createModel(description) {
  let shape = description.input.shape;
  /** @type {Layer[]} */
  const layers = description.layers.map((/** @type {any} */ layer, /** @type {number} */ index) => {
    const indexed = Object.freeze({ ...layer, index, input_shape: shape, record: kindOf(layer.kind) });
    shape = layer.output_shape;
    return indexed;
  });
  const byName = new Map(layers.map((layer) => [layer.name, layer]));
  return Object.freeze({ ...description, layers, layer: (/** @type {string} */ name) => byName.get(name) });
}

/** The name under which the picture's tensor stands beside the layers' outputs. */
export const INPUT = "input";

/** How many units a shape has: channels of maps, elements of a vector. @param {readonly number[]} shape */
export const unitCount = (shape) => shape[0];

/** Whether a shape is of maps (C, H, W), not of a vector (N,). @param {readonly number[]} shape */
export const isMaps = (shape) => shape.length === 3;

/** What a layer reads: the output of the layer before, or the input.
 * @param {Model} model @param {Layer} layer @param {import("../api/client.js").Run} run */
export const inputOf = (model, layer, run) =>
  layer.index === 0
    ? run.input
    : /** @type {import("../api/wire.js").Tensor} */ (run.activations.get(model.layers[layer.index - 1].name));

/** The name of what a layer reads. @param {Model} model @param {Layer} layer */
export const inputName = (model, layer) => (layer.index === 0 ? INPUT : model.layers[layer.index - 1].name);

/** `62×62×10` (height × width × depth) or `10`. @param {readonly number[]} shape */
export const shapeText = (shape) => (shape.length === 3 ? `${shape[1]}×${shape[2]}×${shape[0]}` : String(shape[0]));
