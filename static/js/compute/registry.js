// @ts-check
/** The one registry of what the page computes: kind → forward and backward, collected from the families. */
import { activations } from "./kinds/activation.js";
import { convolutions } from "./kinds/convolution.js";
import { denses } from "./kinds/dense.js";
import { joins } from "./kinds/joins.js";
import { normalisations } from "./kinds/normalisation.js";
import { pools } from "./kinds/pooling.js";
import { reshapes } from "./kinds/reshape.js";
import { softmaxes } from "./kinds/softmax.js";

/** @type {ReadonlyMap<string, import("./kinds/kind.js").Computed>} */
const KINDS = new Map(
  Object.entries({
    ...convolutions,
    ...activations,
    ...normalisations,
    ...pools,
    ...reshapes,
    ...joins,
    ...denses,
    ...softmaxes,
  }),
);

export const computedKinds = () => [...KINDS.keys()];

/** Whether the page can compute a model: it knows all of its kinds.
 * @param {{ layers: readonly { kind: string }[] }} model */
export const isComputable = ({ layers }) => layers.every(({ kind }) => KINDS.has(kind));

/** @param {{ name: string, kind: string }} layer @returns {import("./kinds/kind.js").Computed} */
export function computedOf({ name, kind }) {
  const found = KINDS.get(kind);
  if (!found) throw new Error(`${name}: this page does not compute layers of the kind ${kind}`);
  return found;
}

/** How many multiply-adds one forward pass takes: those of weighted sums, as the engine counts them.
 * @param {import("../model/model.js").Model} model */
export const multiplicationsOf = ({ layers }) =>
  layers.reduce((total, layer) => total + (KINDS.get(layer.kind)?.multiplications?.(layer) ?? 0), 0);
