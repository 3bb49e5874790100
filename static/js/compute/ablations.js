// @ts-check
/**
 * What becomes of a class's score without each unit of some layers, computed in the page: the twin of
 * `server/analyses.py` for units that are put to 0. Each row is a run from that unit on; whoever takes the rows decides
 * how many at once.
 */
import { editText } from "../model/edits.js";
import { scoreLayer } from "../model/model.js";
import { edited } from "./edits.js";
import { backward, run } from "./engine.js";
import { placeOf } from "./here.js";
import { multiplicationsOf } from "./registry.js";
import { scoresOf } from "./scores.js";

/** @typedef {import("../model/model.js").Model} Model */
/** @typedef {import("../api/client.js").Parameters} Parameters */
/** @typedef {import("../api/wire.js").Tensor} Tensor */
/**
 * @typedef {{ layer: string, unit: number, edit: string, logit: number, logit_change: number,
 *   probability: number | null, probability_change: number | null, answer: number, predicted: number,
 *   silent: boolean }} Row
 */
/**
 * @typedef {object} Subject
 * @property {Model} model as it was learned @property {Parameters} parameters
 * @property {readonly import("./edits.js").Edit[]} edits what is changed of it already
 * @property {Tensor} input
 */

/** The most multiplications of a table: about a second. */
const MOST = 1e9;

/** The layers whose units are switched off unless others are asked for: those of activation functions, else all maps.
 * @param {Model} model */
export function ablated(model) {
  const before = model.layers.slice(0, -1);
  const functions = before.filter(({ record }) => record.family === "activation");
  return functions.length > 0 ? functions : before.filter(({ output_shape }) => output_shape.length === 3);
}

/** Whether a table is made here. @param {Model} model @param {readonly { output_shape: number[] }[]} layers */
export const ablatable = (model, layers) =>
  placeOf(model) === "page" &&
  scoreLayer(model) !== null &&
  layers.reduce((units, { output_shape }) => units + output_shape[0], 0) * multiplicationsOf(model) <= MOST;

/**
 * The run itself, then a row for each unit.
 * @param {Subject} subject @param {readonly string[]} layers
 * @returns {{ class: number, logit: number, probability: number | null, answer: number, rows: Generator<Row> }}
 */
export function ablations({ model, parameters, edits, input }, layers) {
  const whole = run(edited(model, parameters, edits), input);
  const found = scoresFrom(whole);
  const category = found.answer;
  const { logit, probability } = found.of(category);
  return { class: category, logit, probability, answer: found.answer, rows: rows() };

  function* rows() {
    const scores = /** @type {import("../model/model.js").Layer} */ (scoreLayer(model)).name;
    const gradients = backward(whole, scores, category).activations;
    for (const layer of layers) {
      const { data, shape } = /** @type {Tensor} */ (whole.activations.get(layer));
      const size = data.length / shape[0];
      const gradient = gradients.get(layer)?.data;
      for (let unit = 0; unit < shape[0]; unit++) {
        const off = {
          target: /** @type {const} */ ("unit"),
          layer,
          unit,
          change: /** @type {const} */ ("set"),
          value: 0,
        };
        const after = scoresFrom(run(edited(model, parameters, [...edits, off]), input, whole));
        const now = after.of(category);
        let [predicted, silent] = [0, true];
        for (let at = unit * size; at < (unit + 1) * size; at++) {
          if (data[at] !== 0) silent = false;
          if (gradient) predicted -= gradient[at] * data[at];
        }
        yield {
          layer,
          unit,
          edit: editText(off),
          logit: now.logit,
          logit_change: now.logit - logit,
          probability: now.probability,
          probability_change: now.probability === null || probability === null ? null : now.probability - probability,
          answer: after.answer,
          predicted: predicted || 0,
          silent,
        };
      }
    }
  }
}

/** @param {import("./engine.js").Pass} pass */
function scoresFrom({ subject, activations }) {
  const scores = scoresOf(subject.model, activations);
  const logits = scores.map(({ logit }) => /** @type {number} */ (logit));
  if (!logits.every(Number.isFinite)) throw new RangeError(`${subject.model.id} overflows`);
  return {
    answer: logits.indexOf(Math.max(...logits)),
    of: (/** @type {number} */ index) => ({ logit: logits[index], probability: scores[index].probability }),
  };
}
