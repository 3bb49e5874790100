// @ts-check
/** Classes of the run as questions speak of them. */
import { fixed } from "../model/numbers.js";

/**
 * Classes of the run, those first with which one can reckon: neither as good as certain, where 1 − p and −ln p are the
 * same to three decimals, nor next to nothing. With the others the question is "suppose it were true".
 * @param {import("./index.js").Given} given
 */
export function classesOf({ run, model, label }) {
  const plain = run.scores.filter(({ probability: p }) => p > 0.05 && p < 0.9);
  const others = run.scores.filter((score) => !plain.includes(score) && score.probability > 1e-5);
  return [...plain, ...others.sort((a, b) => Math.abs(a.probability - 0.3) - Math.abs(b.probability - 0.3))].map(
    (score) => ({
      p: score.probability,
      name: model.classes[score.class] ? label(model.classes[score.class].labels) : String(score.class),
    }),
  );
}

/** A probability as it is shown: three decimals, or three figures where those would say nothing. @param {number} p */
export const shown = (p) => (p >= 0.1 ? fixed(p, 3) : p.toPrecision(3));
