// @ts-check
/**
 * Runs made in the page, in the form in which the server answers, and how far they are from the server's.
 */
import { edited } from "./edits.js";
import { run } from "./engine.js";
import { placeFor } from "./place.js";
import { isComputable, multiplicationsOf } from "./registry.js";
import { scoresOf } from "./scores.js";

/** @typedef {import("../model/model.js").Model} Model */
/** @typedef {import("../api/client.js").Run} Run */
/** @typedef {import("../api/client.js").Parameters} Parameters */
/** @typedef {import("../api/wire.js").Tensor} Tensor */
/** @typedef {{ layer: string, difference: number, share: number }} Apart by how much two runs differ at most, and in
 *   which layer; `share`: of that layer's largest value */

/** Where runs of a model are made. @param {Model} model @returns {"page" | "worker" | "server"} */
export const placeOf = (model) =>
  model.in_pieces || !isComputable(model) ? "server" : placeFor(multiplicationsOf(model));

/**
 * Run an input; null where a value overflows, of which the server says where.
 * @param {Model} model @param {Parameters} parameters @param {Tensor} input
 * @param {readonly import("./edits.js").Edit[]} [edits]
 * @param {Pick<Run, "input" | "activations"> | null} [before] a run of the same input without edits, whose values are
 *   kept wherever no edit reaches
 * @returns {Run | null}
 */
export function runOf(model, parameters, input, edits = [], before = null) {
  const known = before && { ...before, subject: edited(model, parameters), own: new Map() };
  const { activations, own } = run(edited(model, parameters, edits), input, known);
  const found = /** @type {Map<string, Tensor>} */ (activations);
  for (const { data } of found.values()) if (!isFinite(data)) return null;
  return {
    model: model.id,
    input,
    activations: found,
    ...(own.size > 0 && { own: /** @type {Map<string, Tensor>} */ (own) }),
    scores: /** @type {Run["scores"]} */ (scoresOf(model, found)),
    source: "page",
    preparation: null,
    note: null,
  };
}

/** Whether all values are finite: what is not carries on into a sum. @param {Float32Array} data */
function isFinite(data) {
  let sum = 0;
  for (let at = 0; at < data.length; at++) sum += data[at] - data[at];
  return sum === 0;
}

/**
 * By how much two runs of one input differ at most, measured against each layer's largest value.
 * @param {Run} one @param {Run} other of which the largest values are taken @returns {Apart}
 */
export function apart(one, other) {
  let found = { layer: "", difference: 0, share: 0 };
  for (const [layer, { data }] of other.activations) {
    const mine = /** @type {Tensor} */ (one.activations.get(layer)).data;
    let [largest, difference] = [0, 0];
    for (let at = 0; at < data.length; at++) {
      largest = Math.max(largest, Math.abs(data[at]));
      difference = Math.max(difference, Math.abs(data[at] - mine[at]));
    }
    const share = largest > 0 ? difference / largest : Number(difference > 0);
    if (share >= found.share) found = { layer, difference, share };
  }
  return found;
}
