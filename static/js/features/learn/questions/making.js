// @ts-check
/**
 * What the questions share: finding layers and places worth asking about.
 *
 * @typedef {import("./index.js").Given} Given
 * @typedef {import("./index.js").Numeric} Made
 * @typedef {import("../../../model/model.js").Layer} Layer
 */
import { inputOf } from "../../../model/model.js";

/** @param {Given} given @param {string} family @returns {Layer[]} */
export const layersOf = ({ model }, family) => model.layers.filter(({ record }) => record.family === family);

/** The weights of the first layer that has learned any; null where none has. @param {Given} given */
export function firstWeights({ model, parameters }) {
  const layer = model.layers.find(({ name }) => parameters.has(name));
  const learned =
    layer && /** @type {import("../../../model/kinds.js").LayerParameters} */ (parameters.get(layer.name));
  return learned ? { layer, data: learned.weight.data } : null;
}

/** @template T @param {readonly T[]} list @param {number} seed @returns {T | undefined} */
export const pick = (list, seed) => list[seed % list.length];

/** A place in 0…count − 1 that jumps about as the seed counts up. @param {number} seed @param {number} count */
export const spread = (seed, count) => (count > 0 ? (Math.floor(count / 2) + seed * 7919) % count : 0);

/** @param {Given} given @param {Layer} layer */
export const before = ({ run }, layer) => inputOf(layer, run);

/** @param {Given} given @param {Layer} layer */
export const after = ({ run }, layer) =>
  /** @type {import("../../../api/wire.js").Tensor} */ (run.activations.get(layer.name));

/** @param {readonly number[]} sizes */
export const product = (sizes) => sizes.reduce((result, size) => result * size, 1);

/** A mistake that happens to give the right number says nothing: it is left out. @param {Made} made @returns {Made} */
export const honest = (made) => ({
  ...made,
  mistakes: made.mistakes.filter(
    ({ value }) => Number.isFinite(value) && Math.abs(value - made.expected) > 2 * made.tolerance,
  ),
});

/** How many different wrong answers would be recognised. @param {Made} made */
export const telling = (made) =>
  new Set(honest(made).mistakes.map(({ value }) => Math.round(value / (2 * made.tolerance)))).size;

/**
 * The first case of a list, from the seed's on, in which every known mistake gives another number than the truth: a
 * mistake that happens to be right would confirm what the question is there to correct.
 * @template T @param {number} seed @param {readonly T[]} list @param {(one: T) => Made | null} make
 */
export function firstTelling(seed, list, make) {
  /** @type {Made | null} */
  let best = null;
  for (let step = 0; step < list.length; step++) {
    const made = make(list[(seed + step) % list.length]);
    if (!made) continue;
    if (honest(made).mistakes.length === made.mistakes.length) return made;
    if (!best || telling(made) > telling(best)) best = made;
  }
  return best && honest(best);
}

/** How many places are compared before the most telling is taken. */
const COMPARED = 60;

/**
 * The place, out of a stretch of them that the seed chooses, at which most mistakes show. Stretches
 * of different seeds do not overlap, so that another seed asks something else.
 * @param {number} seed @param {number} count @param {(index: number) => Made | null} make
 */
export function mostTelling(seed, count, make) {
  const stretch = Math.max(1, Math.min(COMPARED, Math.floor(count / 4)));
  /** @type {Made | null} */
  let best = null;
  for (let attempt = 0; attempt < Math.min(count, 8 * COMPARED); attempt++) {
    if (best && (attempt >= stretch || telling(best) === best.mistakes.length)) break;
    const made = make(spread(seed * stretch + attempt, count));
    if (made && (!best || telling(made) > telling(best))) best = made;
  }
  return best && honest(best);
}
