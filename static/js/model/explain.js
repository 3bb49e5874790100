// @ts-check
/**
 * Where a value comes from and where it goes, in one run of one model.
 *
 * @typedef {object} Scene everything that a number is explained from
 * @property {import("./model.js").Model} model
 * @property {import("../api/client.js").Run} run
 * @property {import("../api/client.js").Parameters} parameters
 */
/** @typedef {{ layer: string, at: number[] }} Spot one value: a layer's name (or `input`) and a full index */
/**
 * @typedef {object} Explanation
 * @property {Spot} spot
 * @property {number} value the engine's float32
 * @property {import("./trace.js").Trace | null} trace null for a pixel, and for a kind the page cannot trace
 * @property {string | null} source the layer (or `input`) that the terms lie in
 */
import { INPUT, inputName, inputOf } from "./model.js";
import { originOf } from "./origins.js";
import { product, valueAt, winner } from "./trace.js";

/** The tensor that a layer (or `input`) gave. @param {Scene} scene @param {string} layer */
export const tensorOf = ({ run }, layer) => (layer === INPUT ? run.input : run.activations.get(layer));

/** @param {Scene} scene @param {Spot} spot @returns {Explanation} */
export function explain(scene, spot) {
  const tensor = tensorOf(scene, spot.layer);
  if (!tensor) throw new Error(`explain: the run has no layer ${spot.layer}`);
  const value = valueAt(tensor, spot.at);
  const layer = scene.model.layer(spot.layer);
  const origin = layer && originOf(layer);
  if (!origin) return { spot, value, trace: null, source: null };
  const trace = origin.trace(
    layer,
    inputOf(scene.model, layer, scene.run),
    scene.parameters.get(layer.name) ?? null,
    spot.at,
  );
  return { spot, value, trace, source: inputName(scene.model, layer) };
}

/** How much a term weighs in its trace, for sorting: its share of a sum, the score of a softmax.
 * @param {import("./trace.js").Trace} trace @param {import("./trace.js").Term} term */
const importance = (trace, term) => (trace.operation === "softmax" ? term.value : Math.abs(product(term)));

/** The terms that a value came from, the most important first; a maximum's winner leads.
 * @param {import("./trace.js").Trace} trace */
export function rankedTerms(trace) {
  const won = winner(trace);
  const indexed = trace.terms.map((term, index) => ({ term, index }));
  if (won !== null)
    return indexed.sort((a, b) => Number(b.index === won) - Number(a.index === won) || b.term.value - a.term.value);
  return indexed.sort((a, b) => importance(trace, b.term) - importance(trace, a.term));
}

/** The operand to follow when one only wants to reach the picture: the winner, the term that adds most
 * in the direction of the result, the score itself. @param {import("./trace.js").Trace} trace */
export function mainTerm(trace) {
  if (trace.operation === "softmax") return trace.terms[trace.at[0]];
  const won = winner(trace);
  if (won !== null) return trace.terms[won];
  const real = trace.terms.filter((term) => !term.padding);
  if (!real.length) return null;
  const sign = trace.terms.reduce((sum, term) => sum + product(term), 0) < 0 ? -1 : 1;
  return real.reduce((best, term) => (sign * product(term) > sign * product(best) ? term : best));
}

/** The way from a value to a pixel along the main operand of each step, the value itself first.
 * @param {Scene} scene @param {Spot} spot @returns {Spot[]} */
export function mainTrail(scene, spot) {
  const trail = [spot];
  for (let here = spot; here.layer !== INPUT; ) {
    const { trace, source } = explain(scene, here);
    const term = trace && mainTerm(trace);
    if (!term || source === null) break;
    here = { layer: source, at: term.at };
    trail.push(here);
  }
  return trail;
}

/** The layer that reads a layer's output; null after the last. @param {import("./model.js").Model} model @param {string} layer */
export function layerAfter(model, layer) {
  const index = layer === INPUT ? 0 : (model.layer(layer)?.index ?? model.layers.length) + 1;
  return model.layers[index] ?? null;
}

/**
 * Where a value goes: the values of the next layer that read it, with what they multiply it by,
 * and for a maximum whether it was the one taken.
 * @param {Scene} scene @param {Spot} spot
 * @returns {{ layer: import("./model.js").Layer, readers: { spot: Spot, weight: number | null, taken: boolean | null }[] } | null}
 */
export function destinations(scene, spot) {
  const layer = layerAfter(scene.model, spot.layer);
  const origin = layer && originOf(layer);
  if (!origin) return null;
  const readers = origin.readers(layer, scene.parameters.get(layer.name) ?? null, spot.at).map(({ at, weight }) => {
    const reader = { layer: layer.name, at };
    return { spot: reader, weight, taken: takes(scene, reader, spot) };
  });
  return { layer, readers };
}

/** Whether the maximum at `reader` took the value at `spot`; null where nothing is chosen.
 * @param {Scene} scene @param {Spot} reader @param {Spot} spot */
function takes(scene, reader, spot) {
  if (scene.model.layer(reader.layer)?.record.family !== "pooling") return null;
  const { trace } = explain(scene, reader);
  const won = trace && winner(trace);
  if (!trace || won === null) return null;
  return trace.terms[won].at.every((index, axis) => index === spot.at[axis]);
}
