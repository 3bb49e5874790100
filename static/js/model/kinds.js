// @ts-check
/**
 * The one registry of layer kinds on the page: kind → record, collected from the families under `kinds/`.
 *
 * The steps to a new kind are in docs/engine.md. A kind that is not here still shows its maps, shapes and values.
 *
 * @typedef {import("./kinds/kind.js").Kind} Kind
 * @typedef {import("./kinds/kind.js").Window2D} Window2D
 * @typedef {import("./kinds/kind.js").Tensor} Tensor
 * @typedef {import("./kinds/kind.js").LayerParameters} LayerParameters
 */
import { activations } from "./kinds/activation.js";
import { convolutions } from "./kinds/convolution.js";
import { denses } from "./kinds/dense.js";
import { joins } from "./kinds/joins.js";
import { PLAIN } from "./kinds/kind.js";
import { normalisations } from "./kinds/normalisation.js";
import { pools } from "./kinds/pooling.js";
import { reshapes } from "./kinds/reshape.js";
import { softmaxes } from "./kinds/softmax.js";

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
