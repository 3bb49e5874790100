// @ts-check
/**
 * The one registry of layer kinds on the page: kind → record, collected from the families under `kinds/`; and models,
 * whose layers each have their record.
 *
 * The steps to a new kind are in docs/engine.md. A kind that is not here still shows its maps, shapes and values.
 *
 * @typedef {import("./kinds/kind.js").Kind} Kind
 * @typedef {import("./kinds/kind.js").Window2D} Window2D
 * @typedef {import("./kinds/kind.js").Tensor} Tensor
 * @typedef {import("./kinds/kind.js").LayerParameters} LayerParameters
 * @typedef {import("./model.js").Model} Model
 * @typedef {import("./model.js").Layer} Layer
 */
import { activations, softmaxes } from "./kinds/activation.js";
import { convolutions } from "./kinds/convolution.js";
import { denses } from "./kinds/dense.js";
import { joins } from "./kinds/joins.js";
import { PLAIN } from "./kinds/kind.js";
import { normalisations } from "./kinds/normalisation.js";
import { pools } from "./kinds/pooling.js";
import { reshapes } from "./kinds/reshape.js";
import { INPUT } from "./model.js";

const ROWS = {
  ...convolutions,
  ...activations,
  ...normalisations,
  ...pools,
  ...reshapes,
  ...joins,
  ...denses,
  ...softmaxes,
};

const KINDS = new Map(
  Object.entries(ROWS).map(([kind, row]) => [kind, Object.freeze({ ...PLAIN, kind, words: `kinds.${kind}`, ...row })]),
);

/** @param {string} kind @returns {Kind} */
export const kindOf = (kind) => KINDS.get(kind) ?? { ...PLAIN, kind };

/** The record of one layer: its kind's, with what differs where its units read a part of the maps only.
 * @param {{ kind: string, groups?: number, order?: string }} layer @returns {Kind} */
export function recordOf({ kind, groups = 1, order }) {
  const record = kindOf(kind);
  if (groups > 1 && record.grouped) return Object.freeze({ ...record, ...record.grouped });
  // The view of a flatten layer lays out map after map.
  return order === "hwc" ? Object.freeze({ ...record, view: "copy" }) : record;
}

export const kinds = () => [...KINDS.keys()];

/** @param {any} description the answer of `GET /models/{id}` @returns {Model} */
export function createModel(description) {
  /** @type {Map<string, number[]>} */
  const shapes = new Map([[INPUT, description.input.shape]]);
  /** @type {Map<string, Layer[]>} */
  const consumers = new Map([[INPUT, []]]);
  let before = INPUT;
  /** @type {Layer[]} */
  const layers = description.layers.map((/** @type {any} */ layer, /** @type {number} */ index) => {
    const inputs = layer.inputs ?? [before];
    const read = inputs.map((/** @type {string} */ name) => shapes.get(name));
    const record = recordOf(layer);
    const indexed = Object.freeze({ ...layer, index, inputs, input_shapes: read, input_shape: read[0], record });
    shapes.set(layer.name, layer.output_shape);
    consumers.set(layer.name, []);
    for (const name of new Set(inputs)) consumers.get(name)?.push(indexed);
    before = layer.name;
    return indexed;
  });
  const byName = new Map(layers.map((layer) => [layer.name, layer]));
  const places = placesOf(layers);
  return Object.freeze({
    ...description,
    layers,
    output: layers[layers.length - 1],
    ending: description.output?.ending ?? null,
    added: description.output?.added ?? [],
    layer: (/** @type {string} */ name) => byName.get(name),
    consumers: (/** @type {string} */ name) => consumers.get(name) ?? [],
    shape: (/** @type {string} */ name) => shapes.get(name),
    placeOf: (/** @type {string} */ name) => places.get(name) ?? "",
  });
}

/** What layers have in common that are counted together. @param {Layer} layer */
const sortOf = ({ record: { family, kind } }) => (family === "activation" || family === "join" ? kind : family);

/**
 * Where layers stand in the graph, among those of their sort: `1b`, the second in the first module. Of a sort that a
 * module has once the module is enough, of one that the model has once nothing is needed.
 * @param {readonly Layer[]} layers @returns {Map<string, string>}
 */
function placesOf(layers) {
  const module = new Map([[INPUT, 1]]);
  for (const { name, inputs, record } of layers)
    module.set(name, Math.max(...inputs.map((input) => module.get(input) ?? 1)) + Number(record.closesModule));
  // What closes a module still belongs to it.
  const own = (/** @type {Layer} */ { name, record }) => (module.get(name) ?? 1) - Number(record.closesModule);
  /** @type {Map<string, Map<number, Layer[]>>} by sort, by module */
  const sorts = new Map();
  for (const layer of layers) {
    const sort = sorts.get(sortOf(layer)) ?? new Map();
    sorts.set(sortOf(layer), sort.set(own(layer), [...(sort.get(own(layer)) ?? []), layer]));
  }
  return new Map(
    [...sorts.values()].flatMap((modules) =>
      [...modules].flatMap(([number, here]) =>
        here.map(({ name }, index) => {
          const letter = here.length > 1 ? letters(index) : "";
          return /** @type {const} */ ([name, modules.size > 1 || letter ? `${number}${letter}` : ""]);
        }),
      ),
    ),
  );
}

/** a, b, … z, aa, ab, … @param {number} index @returns {string} */
const letters = (index) =>
  (index >= 26 ? letters(Math.floor(index / 26) - 1) : "") + String.fromCharCode(97 + (index % 26));
