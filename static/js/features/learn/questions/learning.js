// @ts-check
import { fixed } from "../model/numbers.js";
import { honest, mostTelling, pick } from "./making.js";

const RATE = 0.1;
const LEAST = 0.02;
const GRADIENTS = [0.5, -0.4, 0.8, -0.6];
const PER_CLASS = 450;

/** @param {import("./index.js").Given} given the class that the network thinks likeliest @param {number} [from] counted from it */
function likely({ run, model, label }, from = 0) {
  const sorted = [...run.scores].sort((a, b) => b.probability - a.probability);
  const asked = sorted[Math.min(from, sorted.length - 1)];
  const score = asked?.probability > LEAST ? asked : sorted[0]; // three decimals must say something of it
  if (!(score?.probability > LEAST)) return null; // a model without softmax gives no probabilities
  return {
    ...score,
    name: model.classes[score.class] ? label(model.classes[score.class].labels) : String(score.class),
  };
}

/** @type {import("./index.js").Question[]} */
export const learning = [
  {
    id: "gradient-of-logit",
    chapter: "learning",
    make(given) {
      const likeliest = likely(given, given.seed % 2);
      if (!likeliest) return null;
      const { probability: p, name } = likeliest;
      return honest({
        params: { class: name, p: fixed(p, 3), answer: fixed(p - 1, 3) },
        expected: p - 1,
        tolerance: 0.0015,
        mistakes: [
          { id: "sign", value: 1 - p },
          { id: "target_forgotten", value: p },
          { id: "loss", value: -Math.log(p) },
          { id: "log", value: Math.log(p) },
        ],
      });
    },
  },
  {
    id: "loss-of-picture",
    chapter: "learning",
    make(given) {
      const likeliest = likely(given, given.seed % 2);
      if (!likeliest) return null;
      const { probability: p, name } = likeliest;
      const expected = -Math.log(p);
      return honest({
        params: { class: name, p: fixed(p, 3), answer: fixed(expected, 3) },
        expected,
        tolerance: Math.max(0.004, 0.0006 / p), // p is shown with three decimals
        mistakes: [
          { id: "sign", value: Math.log(p) },
          { id: "ten", value: -Math.log10(p) },
          { id: "missing", value: 1 - p },
          { id: "probability", value: p },
        ],
      });
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
      const batch = /** @type {number} */ (
        pick(
          [64, 128, 48, 96, 256].filter((size) => pictures % size !== 0),
          seed,
        ) ?? 64
      );
      return honest({
        params: { pictures, batch, answer: Math.ceil(pictures / batch) },
        expected: Math.ceil(pictures / batch),
        tolerance: 0.01,
        mistakes: [
          { id: "last_batch_forgotten", value: Math.floor(pictures / batch) },
          { id: "not_rounded", value: Number((pictures / batch).toFixed(2)) },
          { id: "one_per_picture", value: pictures },
          { id: "batch_size", value: batch },
        ],
      });
    },
  },
];
