// @ts-check
/** Probabilities of a run in class order; a model that ends before softmax has them made of its scores. */
import { softmax } from "./normalise.js";

/** @param {{ scores: readonly { class: number, logit: number, probability?: number }[] }} run */
export function shares({ scores }) {
  const made = softmax(scores.map(({ logit }) => logit));
  return scores.map((score, index) => ({ class: score.class, probability: score.probability ?? made[index] }));
}

/** The likeliest. @param {readonly { class: number, probability: number }[]} scores */
export const best = (scores) => scores.reduce((a, b) => (b.probability > a.probability ? b : a));
