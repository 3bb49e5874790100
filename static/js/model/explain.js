// @ts-check
/**
 * Where a value comes from and where it goes, in one scene.
 *
 * @typedef {Pick<import("./scene.js").WholeScene, "model" | "run" | "parameters">} Scene
 *   everything that a number is explained from
 */
/**
 * @typedef {{ layer: string, at: number[] }} ValueIndex one value: a layer's name (or `input`) and a full index. (A
 *   `Place`, of addresses and of the state, is a unit, and perhaps one of its values.)
 */
/**
 * @typedef {object} Explanation
 * @property {ValueIndex} valueIndex
 * @property {number} value the engine's float32
 * @property {import("./trace.js").Trace | null} trace null for a pixel, and for a kind the page cannot trace
 * @property {readonly string[]} sources the layers (or `input`) that the terms lie in, as `term.source` counts them
 */
import { learnedOf } from "./learned.js";
import { INPUT, inputsOf, tensorNamed } from "./model.js";
import { operationOf, winner } from "./operations.js";
import { product, valueAt } from "./trace.js";

/** The tensor that a layer (or `input`) gave. @param {Scene} scene @param {string} layer */
export const tensorOf = ({ run }, layer) =>
  /** @type {import("./trace.js").Tensor | undefined} */ (tensorNamed(run, layer));

/**
 * The same, of a layer whose units were edited what it gave itself: what its calculation makes.
 * @param {Scene} scene @param {string} layer
 */
export const ownTensorOf = (scene, layer) => scene.run.own?.get(layer) ?? tensorOf(scene, layer);

/**
 * Whether what a unit's values are made from is at hand: of a large run it may not be.
 * @param {Scene} scene
 * @param {import("./model.js").Layer} layer
 * @param {number} unit
 */
export const traceable = ({ run, parameters }, layer, unit) =>
  !run.ask ||
  (layer.inputs.every((name) => name === INPUT || run.activations.has(name)) &&
    (layer.parameter_count === 0 || learnedOf(parameters, layer.name, unit) !== null));

/** A value that is not at hand, of a large run, is NaN, and its trace is null.
 * @param {Scene} scene @param {ValueIndex} valueIndex @returns {Explanation} */
export function explain(scene, valueIndex) {
  const tensor = ownTensorOf(scene, valueIndex.layer);
  const layer = scene.model.layer(valueIndex.layer);
  if (!tensor && !(layer && scene.run.ask)) throw new Error(`explain: the run has no layer ${valueIndex.layer}`);
  const value = tensor ? valueAt(tensor, valueIndex.at) : NaN;
  const tracer = layer?.record.tracer;
  if (!tracer || !traceable(scene, layer, valueIndex.at[0])) return { valueIndex, value, trace: null, sources: [] };
  const learned = learnedOf(scene.parameters, layer.name, valueIndex.at[0]);
  const trace = tracer.trace(layer, inputsOf(layer, scene.run), learned, valueIndex.at);
  return { valueIndex, value, trace, sources: layer.inputs };
}

/**
 * Where a term's value stands.
 * @param {Pick<Explanation, "sources">} explanation
 * @param {import("./trace.js").Term} term
 * @returns {ValueIndex}
 */
export const termIndex = ({ sources }, { source, at }) => ({ layer: sources[source], at });

/** The terms that a value came from, the most important first; a maximum's winner leads.
 * @param {import("./trace.js").Trace} trace */
export function rankedTerms(trace) {
  const won = winner(trace);
  const importance = operationOf(trace).importance ?? ((term) => Math.abs(product(term)));
  const indexed = trace.terms.map((term, index) => ({ term, index }));
  if (won !== null)
    return indexed.sort((a, b) => Number(b.index === won) - Number(a.index === won) || b.term.value - a.term.value);
  return indexed.sort((a, b) => importance(b.term) - importance(a.term));
}

/** The operand to follow when one only wants to reach the picture: the one that the operation names, the winner,
 * the term that adds most in the direction of the result. @param {import("./trace.js").Trace} trace */
export function mainTerm(trace) {
  const { main } = operationOf(trace);
  if (main) return main(trace);
  const won = winner(trace);
  if (won !== null) return trace.terms[won];
  const real = trace.terms.filter((term) => !term.padding);
  if (!real.length) return null;
  const sign = trace.terms.reduce((sum, term) => sum + product(term), 0) < 0 ? -1 : 1;
  return real.reduce((best, term) => (sign * product(term) > sign * product(best) ? term : best));
}

/** The way from a value to a pixel along the main operand of each step, the value itself first.
 * @param {Scene} scene @param {ValueIndex} valueIndex @returns {ValueIndex[]} */
export function mainTrail(scene, valueIndex) {
  const trail = [valueIndex];
  for (let here = valueIndex; here.layer !== INPUT; ) {
    const found = explain(scene, here);
    const term = found.trace && mainTerm(found.trace);
    if (!term) break;
    here = termIndex(found, term);
    trail.push(here);
  }
  return trail;
}

/**
 * @typedef {object} Destination a layer that reads a value
 * @property {import("./model.js").Layer} layer
 * @property {{ valueIndex: ValueIndex, weight: number | null, taken: boolean | null }[] | null} consumers its
 *   values that read it, with what they multiply it by, and for a maximum whether it was the one taken; null for a
 *   kind that the page cannot trace, and where its learned numbers are missing
 * @property {boolean} [missing] of a large model: the layer's learned numbers are not at hand
 */

/**
 * Where a value goes: to every layer that reads its output.
 * @param {Scene} scene
 * @param {ValueIndex} valueIndex
 * @returns {Destination[]}
 */
export const destinations = (scene, valueIndex) =>
  scene.model.consumers(valueIndex.layer).map((layer) => {
    const { tracer } = layer.record;
    if (!tracer) return { layer, consumers: null };
    if (scene.run.ask && layer.parameter_count > 0 && !scene.parameters.has(layer.name))
      return { layer, consumers: null, missing: true };
    const parameters = scene.parameters.get(layer.name) ?? null;
    const consumers = layer.inputs
      .flatMap((name, source) =>
        name === valueIndex.layer ? tracer.consumers(layer, parameters, valueIndex.at, source) : [],
      )
      .map(({ at, weight }) => {
        const consumer = { layer: layer.name, at };
        return { valueIndex: consumer, weight, taken: takes(scene, consumer, valueIndex) };
      });
    return { layer, consumers };
  });

/** Whether the maximum at `consumer` took the value at `valueIndex`; null where nothing is chosen.
 * @param {Scene} scene @param {ValueIndex} consumer @param {ValueIndex} valueIndex */
function takes(scene, consumer, valueIndex) {
  if (scene.model.layer(consumer.layer)?.record.family !== "pooling") return null;
  const { trace } = explain(scene, consumer);
  const won = trace && winner(trace);
  if (!trace || won === null) return null;
  return trace.terms[won].at.every((index, axis) => index === valueIndex.at[axis]);
}
