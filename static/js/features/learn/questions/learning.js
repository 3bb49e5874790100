// @ts-check
import { fixed } from "../model/numbers.js";
import { firstTelling, mostTelling, pick } from "./making.js";

const RATE = 0.1;
const GRADIENTS = [0.5, -0.4, 0.8, -0.6];
const PER_CLASS = 450;
const BATCHES = [32, 128, 48, 96, 256];

/**
 * Classes of the run, those first with which one can reckon: neither as good as certain, where 1 − p and −ln p are the
 * same to three decimals, nor next to nothing. With the others the question is "suppose it were true".
 * @param {import("./index.js").Given} given
 */
function classesOf({ run, model, label }) {
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
const shown = (p) => (p >= 0.1 ? fixed(p, 3) : p.toPrecision(3));

/** @type {import("./index.js").Question[]} */
export const learning = [
  {
    id: "gradient-of-logit",
    chapter: "learning",
    make(given) {
      return firstTelling(given.seed, classesOf(given), ({ p, name }) => ({
        params: { class: name, p: shown(p), answer: fixed(p - 1, 3) },
        expected: p - 1,
        tolerance: 0.0015,
        mistakes: [
          { id: "sign", value: 1 - p },
          { id: "target_forgotten", value: p },
          { id: "loss", value: -Math.log(p) },
          { id: "log", value: Math.log(p) },
        ],
      }));
    },
  },
  {
    id: "loss-of-picture",
    chapter: "learning",
    make(given) {
      return firstTelling(given.seed, classesOf(given), ({ p, name }) => ({
        params: { class: name, p: shown(p), answer: fixed(-Math.log(p), 3) },
        expected: -Math.log(p),
        tolerance: 0.0006 + Math.min(0.0051, 0.00051 / p), // p is shown rounded
        mistakes: [
          { id: "sign", value: Math.log(p) },
          { id: "ten", value: -Math.log10(p) },
          { id: "missing", value: 1 - p },
          { id: "probability", value: p },
        ],
      }));
    },
  },
  {
    id: "one-step",
    chapter: "learning",
    make(given) {
      const layer = given.model.layers.find(({ name }) => given.parameters.has(name));
      if (!layer) return null;
      const { data } = /** @type {import("../../../model/kinds.js").LayerParameters} */ (
        given.parameters.get(layer.name)
      ).weight;
      return mostTelling(given.seed, data.length, (index) => {
        const [w, gradient] = [data[index], /** @type {number} */ (pick(GRADIENTS, index))];
        if (Math.abs(w) < 0.02) return null;
        return {
          params: {
            layer: layer.name,
            weight: fixed(w, 3),
            gradient: fixed(gradient),
            rate: RATE,
            answer: fixed(w - RATE * gradient, 3),
          },
          expected: w - RATE * gradient,
          tolerance: 0.0016,
          mistakes: [
            { id: "uphill", value: w + RATE * gradient },
            { id: "rate_forgotten", value: w - gradient },
            { id: "step_only", value: RATE * gradient },
          ],
        };
      });
    },
  },
  {
    id: "updates-per-epoch",
    chapter: "learning",
    make({ model, seed }) {
      const pictures = model.training?.data?.learnt_from ?? PER_CLASS * model.classes.length;
      return firstTelling(seed, BATCHES, (batch) => ({
        params: { pictures, batch, answer: Math.ceil(pictures / batch) },
        expected: Math.ceil(pictures / batch),
        tolerance: 0.01,
        mistakes: [
          { id: "last_batch_forgotten", value: Math.floor(pictures / batch) },
          { id: "not_rounded", value: Number((pictures / batch).toFixed(2)) },
          { id: "one_per_picture", value: pictures },
          { id: "batch_size", value: batch },
        ],
      }));
    },
  },
];
