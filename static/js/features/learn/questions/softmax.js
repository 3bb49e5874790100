// @ts-check
import { fixed, short } from "../model/numbers.js";
import { firstTelling, honest } from "./making.js";

/**
 * Pairs of classes whose logits differ enough to tell and little enough to reckon with.
 * @param {import("./index.js").Given} given
 */
function rivals({ run, model, label }) {
  const sorted = [...run.scores].sort((a, b) => b.logit - a.logit);
  const pairs = sorted.flatMap((first, i) =>
    sorted.slice(i + 1).map((second) => ({ first, second, gap: first.logit - second.logit })),
  );
  const fit = pairs.filter(({ gap }) => gap > 0.4 && gap < 4);
  const name = (/** @type {{ class: number }} */ score) =>
    model.classes[score.class] ? label(model.classes[score.class].labels) : String(score.class);
  return (fit.length ? fit : pairs).map((pair) => ({
    ...pair,
    params: {
      a: name(pair.first),
      b: name(pair.second),
      za: fixed(pair.first.logit),
      zb: fixed(pair.second.logit),
      gap: fixed(pair.gap),
    },
  }));
}

/** @type {import("./index.js").Question[]} */
export const softmax = [
  {
    id: "times-as-likely",
    chapter: "softmax",
    make: (given) =>
      firstTelling(given.seed, rivals(given), (pair) => {
        const expected = Math.exp(pair.gap);
        return {
          params: { ...pair.params, answer: fixed(expected) },
          expected,
          tolerance: 0.02 * expected + 0.02, // both logits are shown rounded, and e^gap magnifies it
          mistakes: [
            { id: "difference", value: pair.gap },
            { id: "ratio_of_logits", value: pair.first.logit / pair.second.logit },
            { id: "inverse", value: 1 / expected },
          ],
        };
      }),
  },
  {
    id: "only-two-classes",
    chapter: "softmax",
    make: (given) =>
      firstTelling(given.seed + 1, rivals(given), (pair) => {
        const expected = 1 / (1 + Math.exp(-pair.gap));
        return {
          params: { ...pair.params, answer: `${fixed(100 * expected, 1)}%` },
          expected,
          tolerance: 0.008,
          unit: "percent",
          mistakes: [
            { id: "plain_share", value: pair.first.logit / (pair.first.logit + pair.second.logit) },
            { id: "other_class", value: 1 - expected },
            { id: "min_max", value: 1 },
            { id: "half", value: 0.5 },
          ],
        };
      }),
  },
  {
    id: "very-hot",
    chapter: "softmax",
    make({ run, model }) {
      if (model.classes.length < 2) return null;
      const top = Math.max(...run.scores.map(({ probability }) => probability));
      return honest({
        params: { classes: model.classes.length, answer: `${short(100 / model.classes.length)}%` },
        expected: 1 / model.classes.length,
        tolerance: 0.002,
        unit: "percent",
        mistakes: [
          { id: "winner_takes_all", value: 1 },
          { id: "nothing", value: 0 },
          { id: "unchanged", value: top },
          { id: "half", value: 0.5 },
        ],
      });
    },
  },
];
