// @ts-check
/**
 * Questions to the state that more than one part asks.
 *
 * @typedef {import("./initial.js").State} State
 */

/** The gallery picture that a reference means. @param {State} state @param {import("./initial.js").PictureRef | null} ref */
export const sampleOf = (state, ref) => (ref?.source === "sample" ? state.samples.find(({ id }) => id === ref.id) : undefined);

/** The person's picture that a reference means. @param {State} state @param {import("./initial.js").PictureRef | null} ref */
export const ownOf = (state, ref) => (ref?.source === "own" ? state.ownPictures.find(({ digest }) => digest === ref.id) : undefined);

/** The model's default picture. @param {State} state @returns {import("./initial.js").PictureRef | null} */
export const defaultPicture = ({ model, samples }) => {
  const id = model?.samples_default ?? samples[0]?.id;
  return id === undefined || id === null ? null : { source: "sample", id };
};

/** The gallery pictures before and after the chosen one. @param {State} state @param {number} reach */
export function neighbours(state, reach) {
  const place = state.samples.findIndex(({ id }) => state.picture?.source === "sample" && id === state.picture.id);
  if (place < 0) return [];
  return state.samples.filter((_, index) => index !== place && Math.abs(index - place) <= reach);
}

/** The class with the highest score, or null. Models without a softmax have logits only. @param {State["run"]} run */
export const topScore = (run) => run?.scores.reduce((best, score) => (strength(score) > strength(best) ? score : best)) ?? null;

/** @param {{ probability: number | null, logit: number | null }} score */
const strength = ({ probability, logit }) => probability ?? logit ?? -Infinity;
