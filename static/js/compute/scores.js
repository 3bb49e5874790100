// @ts-check
/**
 * The class scores of a pass, as the server's answer has them: the twin of `server/run_answer.py` and of the engine's
 * `Run.logits` and `Run.probabilities`.
 */
import { inputName, isMaps } from "../model/model.js";

/** @typedef {import("../model/model.js").Model} Model */
/** @typedef {import("./kinds/kind.js").Tensor} Tensor */
/** @typedef {import("./kinds/kind.js").Numbers} Numbers */

/**
 * One entry a class, in class order; null where the model computes no such number.
 * @param {Model} model @param {ReadonlyMap<string, Tensor>} activations
 * @returns {{ class: number, logit: number | null, probability: number | null }[]}
 */
export function scoresOf(model, activations) {
  const { ending, output, classes } = model;
  const valuesOf = (/** @type {string} */ name) => /** @type {Tensor} */ (activations.get(name));
  const last = valuesOf(output.name);
  const scores = ending === "logits" || ending === null ? last : valuesOf(inputName(output));
  const logits = isMaps(scores.shape) ? null : ending === "binary" ? [0, scores.data[0]] : scores.data;
  const probabilities = probabilitiesOf(ending, last.data);
  return classes.map((_, index) => ({
    class: index,
    logit: logits?.[index] ?? null,
    probability: probabilities?.[index] ?? null,
  }));
}

/** @param {Model["ending"]} ending @param {Numbers} last */
function probabilitiesOf(ending, last) {
  if (ending === "softmax" || ending === "sigmoid") return last;
  if (ending === "log_softmax") return last.map((value) => Math.exp(value));
  return ending === "binary" ? Float32Array.of(1 - last[0], last[0]) : null;
}
