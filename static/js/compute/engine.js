// @ts-check
/**
 * The engine of the page: a model's forward pass and its way back, in plain JavaScript. It is pure, knows no document
 * and asks no server; it is the twin of the engine's `network.py` and held to it by fixtures of every kind and by
 * random graphs (tests/web/compute.test.mjs, tests/web/test_compute.py).
 *
 * A pass is never changed. One with other edits shares every value with the one before that depends on no edit in which
 * the two differ.
 */
import { INPUT } from "../model/model.js";
import { applyUnits, differing, handBack } from "./edits.js";
import { sizeOf, zeros } from "./kinds/kind.js";
import { computedOf } from "./registry.js";

/** @typedef {import("./kinds/kind.js").Numbers} Numbers */
/** @typedef {import("./kinds/kind.js").Tensor} Tensor */
/** @typedef {import("../model/model.js").Model} Model */
/** @typedef {import("../model/model.js").Layer} Layer */
/** @typedef {import("./edits.js").Edited} Edited */
/**
 * @typedef {object} Pass
 * @property {Edited} subject the model as it was run
 * @property {Tensor} input
 * @property {Map<string, Tensor>} activations by layer, in the layers' order
 * @property {Map<string, Tensor>} own of layers whose units are edited, what they themselves have given
 */
/**
 * @typedef {object} Gradients the derivatives of one number with respect to all that it depends on
 * @property {Tensor} input 0 everywhere where nothing depends on it
 * @property {Map<string, Tensor>} activations by layer, in the layers' order
 * @property {Map<string, Record<string, Tensor>>} parameters by layer, by the layer's own names
 */

/**
 * Send an input through a model.
 * @param {Edited} subject as `edited` makes it
 * @param {Tensor} input (C, H, W)
 * @param {Pass | null} [before] a pass of the same model and the same input, with other edits
 * @returns {Pass}
 */
export function run(subject, input, before = null) {
  const { model } = subject;
  const same = before?.input === input ? before : null;
  const changed = same && differing(same.subject, subject);
  /** The layers that have other values than before. @type {Set<string>} */
  const others = new Set();
  /** @type {Map<string, Tensor>} */
  const activations = new Map();
  /** @type {Map<string, Tensor>} */
  const own = new Map();
  for (const layer of model.layers) {
    const { name, inputs } = layer;
    const known = same?.own.get(name) ?? same?.activations.get(name);
    const anew = !known || changed?.layers.has(name) || inputs.some((one) => others.has(one));
    const given = anew ? valueOf(subject, layer, input, activations) : known;
    if (subject.units.has(name)) own.set(name, given);
    const kept = anew || changed?.units.has(name) ? null : same?.activations.get(name);
    if (!kept) others.add(name);
    activations.set(name, kept ?? withUnits(subject, layer, given));
  }
  return { subject, input, activations, own };
}

/** What a layer has given, with its units edited. @param {Edited} subject @param {Layer} layer @param {Tensor} given */
function withUnits(subject, layer, given) {
  if (!subject.units.has(layer.name)) return given;
  const data = given.data.slice();
  applyUnits(subject, layer, data);
  return { ...given, data };
}

/** @param {Layer} layer @param {Tensor} input @param {Map<string, Tensor>} activations */
const readBy = ({ inputs }, input, activations) =>
  inputs.map((name) => (name === INPUT ? input : /** @type {Tensor} */ (activations.get(name))));

/** What the layer itself gives, before its units are edited.
 * @param {Edited} subject @param {Layer} layer @param {Tensor} input @param {Map<string, Tensor>} activations
 * @returns {Tensor} */
function valueOf({ parameters }, layer, input, activations) {
  const data = zeros(input.data, sizeOf(layer.output_shape));
  const learned = /** @type {import("./kinds/kind.js").LayerParameters | undefined} */ (parameters.get(layer.name));
  computedOf(layer).forward(layer, readBy(layer, input, activations), learned ?? null, data);
  return { shape: layer.output_shape, data };
}

/**
 * The derivatives of one value, or of a weighted sum of a layer's values, with respect to all that it depends on.
 * @param {Pass} pass
 * @param {string} name the layer whose values they are
 * @param {number | Numbers} seed the place of the value in the layer's data, or a weight for each of its values
 * @returns {Gradients}
 */
export function backward({ subject, input, activations, own }, name, seed) {
  const { model, parameters } = subject;
  const from = model.layer(name);
  if (!from) throw new Error(`there is no layer ${name} to go back from`);
  /** @type {Map<string, Numbers>} */
  const found = new Map([[name, seeded(input.data, sizeOf(from.output_shape), name, seed)]]);
  /** @type {Map<string, Record<string, Tensor>>} */
  const learned = new Map();
  for (const layer of model.layers.slice(0, from.index + 1).reverse()) {
    const dy = found.get(layer.name);
    if (!dy) continue;
    const given = (own.get(layer.name) ?? activations.get(layer.name))?.data;
    const mine = /** @type {import("./kinds/kind.js").LayerParameters | undefined} */ (parameters.get(layer.name));
    const handed = computedOf(layer).backward(
      layer,
      readBy(layer, input, activations),
      mine ?? null,
      /** @type {Numbers} */ (given),
      subject.units.has(layer.name) ? handBack(subject, layer, /** @type {Numbers} */ (given), dy) : dy,
    );
    layer.inputs.forEach((source, index) => {
      const known = found.get(source);
      found.set(source, known ? sum(known, handed.inputs[index]) : handed.inputs[index]);
    });
    if (handed.parameters && mine)
      learned.set(
        layer.name,
        Object.fromEntries(Object.entries(handed.parameters).map(([key, data]) => [key, { ...mine[key], data }])),
      );
  }
  const inOrder = model.layers.filter((layer) => found.has(layer.name));
  return {
    input: { shape: input.shape, data: found.get(INPUT) ?? zeros(input.data, input.data.length) },
    activations: new Map(
      inOrder.map(({ name: one, output_shape: shape }) => [
        one,
        { shape, data: /** @type {Numbers} */ (found.get(one)) },
      ]),
    ),
    parameters: learned,
  };
}

/** @param {Numbers} like @param {number} length @param {string} name @param {number | Numbers} seed */
function seeded(like, length, name, seed) {
  const size = typeof seed === "number" ? length : seed.length;
  if (size !== length || (typeof seed === "number" && !(seed >= 0 && seed < length)))
    throw new RangeError(`${name} has ${length} values; the way back cannot begin at ${seed}`);
  const dy = zeros(like, length);
  if (typeof seed === "number") dy[seed] = 1;
  else dy.set(seed);
  return dy;
}

/** A value with several readers gets something from each. @param {Numbers} one @param {Numbers} other */
function sum(one, other) {
  const found = zeros(one, one.length);
  for (let at = 0; at < found.length; at++) found[at] = one[at] + other[at];
  return found;
}
