// @ts-check
/**
 * Learned numbers. Every tensor of them has a row for each unit of its layer. A layer's stand under its name; of a
 * large model's heavy layer, which nobody reads whole, those of the units that are looked at, each under `layer[unit]`.
 *
 * @typedef {{ layer: string, unit: number | null }} Piece null: all of the layer's
 */

/** Layers with more bytes than this are asked for unit by unit. */
export const SLICED = 1_000_000;

/** How many bytes a layer's learned numbers are.
 * @param {import("./model.js").Model} model @param {string} layer */
const bytesOf = (model, layer) => 4 * (model.layer(layer)?.parameter_count ?? 0);

/**
 * What a unit's learned numbers are asked for as.
 * @param {import("./model.js").Model} model @param {string} layer @param {number} unit
 */
export const pieceFor = (model, layer, unit) => (bytesOf(model, layer) > SLICED ? `${layer}[${unit}]` : layer);

/** What a piece's name says. @param {string} name @returns {Piece} */
export function pieceNamed(name) {
  const [, layer, unit] = /^(.*)\[(\d+)\]$/.exec(name) ?? [];
  return layer === undefined ? { layer: name, unit: null } : { layer, unit: Number(unit) };
}

/** How many bytes a piece is. @param {import("./model.js").Model} model @param {string} name */
export function weighs(model, name) {
  const { layer, unit } = pieceNamed(name);
  return bytesOf(model, layer) / (unit === null ? 1 : (model.shape(layer)?.[0] ?? 1));
}

/** Whether a piece, or the whole layer of which it is one, is at hand.
 * @param {ReadonlyMap<string, unknown>} parameters @param {string} name */
export const hasLearned = (parameters, name) => parameters.has(name) || parameters.has(pieceNamed(name).layer);

/**
 * What a unit has learned: its layer's tensors, or its own rows of them.
 * @template T
 * @param {ReadonlyMap<string, T>} parameters @param {string} layer @param {number} unit
 * @returns {T | null}
 */
export const learnedOf = (parameters, layer, unit) =>
  parameters.get(layer) ?? parameters.get(`${layer}[${unit}]`) ?? null;
