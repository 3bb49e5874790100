// @ts-check
/**
 * What an ordered list of edits makes of a model: the one place of the page where edits take effect, the twin of the
 * engine's `edits.py`. An edit is a value that travels with a run; model and parameters are never changed, what is not
 * edited is shared.
 *
 * Edits of one layer take effect in their order: first those of its kind and parameters, then, on what the layer gives,
 * those of its units.
 *
 * @typedef {{ target: "parameter", layer: string, parameter: string, at: readonly number[] } &
 *   ({ change: "set", value: number } | { change: "scale", factor: number })} ParameterEdit
 *   `at`: indices into the parameter; fewer than it has axes mean the whole part below them
 * @typedef {{ target: "unit", layer: string, unit: number } & ({ change: "set", value: number } |
 *   { change: "scale", factor: number } | { change: "clamp", low: number, high: number } | { change: "mean" } |
 *   { change: "picture", picture: { source: string, id: string } } | { change: "map", value: readonly number[] })}
 *   UnitEdit `mean`: the mean over the gallery, place by place; `picture`: the unit's map for another picture
 * @typedef {{ target: "operator", layer: string, kind: string, values: Record<string, number> }} OperatorEdit
 * @typedef {ParameterEdit | UnitEdit | OperatorEdit} Edit
 */
import { createModel } from "../model/kinds.js";
import { sizeOf } from "./kinds/kind.js";

/** @typedef {import("../model/model.js").Model} Model */
/** @typedef {import("../model/model.js").Layer} Layer */
/** @typedef {import("../api/client.js").Parameters} Parameters */
/** @typedef {import("./kinds/kind.js").Numbers} Numbers */
/** @typedef {(edit: UnitEdit) => Numbers | null} Maps the values that an edit of a unit puts in their place, where the
 *   edit does not hold them itself (`mean`, `picture`) */
/**
 * @typedef {object} Edited
 * @property {Model} base the model that was edited
 * @property {Model} model with the kinds that edits have put in
 * @property {Parameters} parameters with the numbers that edits have changed
 * @property {ReadonlyMap<string, readonly UnitEdit[]>} units the edits of units by layer
 * @property {readonly Edit[]} edits
 * @property {Maps} maps
 */

/**
 * @param {Model} model @param {Parameters} parameters @param {readonly Edit[]} [edits] @param {Maps} [maps]
 * @returns {Edited}
 */
export function edited(model, parameters, edits = [], maps = () => null) {
  /** @type {Map<string, UnitEdit[]>} */
  const units = new Map();
  let changed = parameters;
  /** @type {Map<string, Layer>} */
  const swapped = new Map();
  for (const edit of edits) {
    const layer = swapped.get(edit.layer) ?? model.layer(edit.layer);
    if (!layer) throw new RangeError(`${model.id} has no layer ${edit.layer}`);
    if (edit.target === "unit") units.set(layer.name, [...(units.get(layer.name) ?? []), checkedUnit(layer, edit)]);
    else if (edit.target === "operator") swapped.set(layer.name, swappedLayer(layer, edit));
    else changed = withParameter(changed, edit);
  }
  return {
    base: model,
    model: swapped.size ? withLayers(model, swapped) : model,
    parameters: changed,
    units,
    edits,
    maps,
  };
}

/**
 * The layers on which the edits of two runs of one model differ: in the layer itself, its kind and numbers, or in its
 * units.
 * @param {Edited} one @param {Edited} other
 */
export function differing(one, other) {
  if (one.base !== other.base) throw new Error(`a run of ${one.base.id} cannot be continued as one of another model`);
  const named = [...new Set([...one.edits, ...other.edits].map(({ layer }) => layer))];
  const differ = (/** @type {boolean} */ units) => {
    const of = (/** @type {Edited} */ { edits }, /** @type {string} */ layer) =>
      JSON.stringify(edits.filter((edit) => edit.layer === layer && (edit.target === "unit") === units));
    return new Set(named.filter((layer) => of(one, layer) !== of(other, layer)));
  };
  return { layers: differ(false), units: differ(true) };
}

// Kinds.

const FUNCTIONS = [
  ...["relu", "leaky_relu", "clip", "elu", "selu", "sigmoid", "hard_sigmoid", "swish", "hard_swish"],
  ...["gelu", "softplus", "tanh"],
];
/** Kinds of which each can take the place of any other: no learned numbers, the same shapes. */
const EXCHANGEABLE = [FUNCTIONS, ["max_pool2d", "avg_pool2d"], ["global_max_pool2d", "global_avg_pool2d"]];

/** What a kind's hyperparameters are unless an edit or the former kind says otherwise: the engine's own. */
const USUAL = {
  leaky_relu: { slope: 0.01 },
  clip: { low: 0, high: 6 },
  elu: { alpha: 1 },
  hard_sigmoid: { slope: 1 / 6, offset: 0.5 },
  gelu: { approximate: false },
  avg_pool2d: { count_include_pad: true },
};

/** The kinds that a layer can become, its own among them. @param {{ kind: string }} layer */
export const swaps = ({ kind }) => EXCHANGEABLE.find((kinds) => kinds.includes(kind)) ?? [kind];

/** @param {Layer} layer @param {OperatorEdit} edit @returns {Layer} */
function swappedLayer(layer, { kind, values }) {
  if (!swaps(layer).includes(kind)) throw new RangeError(`${layer.name}: ${layer.kind} cannot become ${kind}`);
  const usual = /** @type {Record<string, object>} */ (USUAL)[kind] ?? {};
  return { ...usual, ...layer, ...values, kind };
}

/** @param {Model} model @param {ReadonlyMap<string, Layer>} swapped @returns {Model} */
const withLayers = (model, swapped) =>
  createModel({
    ...model,
    layers: model.layers.map((layer) => swapped.get(layer.name) ?? layer),
    output: { ending: model.ending, added: model.added },
  });

// Parameters.

/** @param {Parameters} parameters @param {ParameterEdit} edit @returns {Parameters} */
function withParameter(parameters, edit) {
  const layer = /** @type {any} */ (parameters.get(edit.layer));
  const tensor = layer?.[edit.parameter];
  if (!tensor) throw new RangeError(`${edit.layer} has no parameter ${edit.parameter}`);
  const { from, size } = partOf(tensor.shape, edit.at, `${edit.layer}.${edit.parameter}`);
  const data = tensor.data.slice();
  const part = data.subarray(from, from + size);
  if (edit.change === "set") part.fill(edit.value);
  else part.forEach((/** @type {number} */ value, /** @type {number} */ at) => (part[at] = value * edit.factor));
  return new Map(parameters).set(edit.layer, { ...layer, [edit.parameter]: { ...tensor, data } });
}

/** Where the part below some indices stands in a tensor's data.
 * @param {readonly number[]} shape @param {readonly number[]} at @param {string} name */
function partOf(shape, at, name) {
  if (at.length > shape.length || at.some((index, axis) => !(index >= 0 && index < shape[axis])))
    throw new RangeError(`${name} is ${shape.join("×")} and has nothing at [${at.join(", ")}]`);
  const size = sizeOf(shape.slice(at.length));
  const from = at.reduce((place, index, axis) => place * shape[axis] + index, 0) * size;
  return { from, size };
}

// Units.

/** @param {Layer} layer @param {UnitEdit} edit */
function checkedUnit(layer, edit) {
  const [count] = layer.output_shape;
  if (!(edit.unit >= 0 && edit.unit < count))
    throw new RangeError(`${layer.name} has ${count} units; there is no ${edit.unit}`);
  return edit;
}

/** The part of a layer's data that is one unit's. @param {Layer} layer @param {Numbers} data @param {number} unit */
function partOfUnit({ output_shape: [units] }, data, unit) {
  const places = data.length / units;
  return data.subarray(unit * places, (unit + 1) * places);
}

/** The values that an edit puts in the place of a unit's; null where it makes them of the unit's own.
 * @param {Edited} subject @param {UnitEdit} edit @param {number} places @returns {ArrayLike<number> | null} */
function replacement({ maps }, edit, places) {
  if (edit.change !== "mean" && edit.change !== "picture" && edit.change !== "map") return null;
  const found = edit.change === "map" ? edit.value : maps(edit);
  if (found?.length !== places)
    throw new RangeError(`${edit.layer}[${edit.unit}] needs a map of ${places} values and has ${found?.length ?? 0}`);
  return found;
}

/**
 * Edit the units of what a layer has given, in place.
 * @param {Edited} subject @param {Layer} layer @param {Numbers} data
 */
export function applyUnits(subject, layer, data) {
  for (const edit of subject.units.get(layer.name) ?? []) applyUnit(subject, edit, partOfUnit(layer, data, edit.unit));
}

/** @param {Edited} subject @param {UnitEdit} edit @param {Numbers} part */
function applyUnit(subject, edit, part) {
  const given = replacement(subject, edit, part.length);
  if (given) part.set(given);
  else if (edit.change === "set") part.fill(edit.value);
  else if (edit.change === "scale") for (let at = 0; at < part.length; at++) part[at] *= edit.factor;
  else if (edit.change === "clamp")
    for (let at = 0; at < part.length; at++) part[at] = Math.min(Math.max(part[at], edit.low), edit.high);
}

/**
 * The gradient with respect to what the layer itself gave, from that with respect to its edited values.
 * @param {Edited} subject @param {Layer} layer @param {Numbers} own what the layer itself gave @param {Numbers} dy
 * @returns {Numbers}
 */
export function handBack(subject, layer, own, dy) {
  const edits = subject.units.get(layer.name) ?? [];
  const found = dy.slice();
  const values = own.slice();
  // What each edit met, the last first on the way back.
  const met = edits.map((edit) => {
    const part = partOfUnit(layer, values, edit.unit);
    const before = part.slice();
    applyUnit(subject, edit, part);
    return before;
  });
  for (let step = edits.length - 1; step >= 0; step--) {
    const edit = edits[step];
    const part = partOfUnit(layer, found, edit.unit);
    if (edit.change === "scale") for (let at = 0; at < part.length; at++) part[at] *= edit.factor;
    else if (edit.change === "clamp") {
      const x = met[step];
      for (let at = 0; at < part.length; at++) if (x[at] < edit.low || x[at] > edit.high) part[at] = 0;
    } else part.fill(0);
  }
  return found;
}
