// @ts-check
/**
 * Which range the colours of a map span: the one source that paint, legends and readouts share.
 *
 * A range is symmetric about 0 and ends at the 99.5th percentile of |v| over everything that
 * shares it: a few outliers would otherwise leave all maps pale. Values beyond take the end colour.
 */
import { columnsOf } from "./columns.js";
import { largestMagnitude, magnitudeQuantile, unitValues } from "./statistics.js";

/** @typedef {"unit" | "layer" | "module" | "network"} Scale */
/** @typedef {import("./model.js").Model} Model */
/** @typedef {{ activations: Map<string, import("../api/wire.js").Tensor> }} Activations what of a run is needed here */
/** @typedef {{ columns: string[], limit: number | null }} Group columns side by side that share a range; null: each unit has its own */
/** @typedef {{ groups: Group[], limit: (layer: string, unit: number) => number }} Ranges */

export const QUANTILE = 0.995;

/** The limit of what shares one range; 0 where every value is 0. @param {readonly Float32Array[]} arrays */
export function limitOf(arrays) {
  return magnitudeQuantile(arrays, QUANTILE) || largestMagnitude(arrays);
}

/**
 * @param {Model} model
 * @param {Activations} run the run that sets the ranges: the drawn one, or the locked one
 * @param {Scale} scale
 * @returns {Ranges}
 */
export function rangesOf(model, run, scale) {
  const coloured = columnsOf(model).filter(({ group }) => group >= 0);
  const tensor = (/** @type {string} */ name) =>
    /** @type {import("../api/wire.js").Tensor} */ (run.activations.get(name));

  if (scale === "unit") {
    /** @type {Map<string, number>} */
    const own = new Map();
    return {
      groups: [{ columns: coloured.map(({ name }) => name), limit: null }],
      limit(layer, unit) {
        const key = `${layer}[${unit}]`;
        let limit = own.get(key);
        if (limit === undefined) own.set(key, (limit = limitOf([unitValues(tensor(layer), unit)])));
        return limit;
      },
    };
  }

  const keyOf = {
    layer: (/** @type {any} */ column) => column.group,
    module: (/** @type {any} */ column) => column.module,
    network: () => 0,
  }[scale];
  /** @type {Map<number, string[]>} */
  const shared = new Map();
  for (const column of coloured) {
    const key = keyOf(column);
    shared.set(key, [...(shared.get(key) ?? []), column.name]);
  }
  const groups = [...shared.values()].map((columns) => ({
    columns,
    limit: limitOf(columns.map((name) => tensor(name).data)),
  }));
  const byLayer = new Map(groups.flatMap(({ columns, limit }) => columns.map((name) => [name, limit])));
  return { groups, limit: (layer) => byLayer.get(layer) ?? 0 };
}
