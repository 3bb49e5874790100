// @ts-check
/**
 * Which range the colours of a map span: the one source that paint, legends and readouts share.
 *
 * A range is symmetric about 0 and ends at the 99.5th percentile of |v| over everything that
 * shares it: a few outliers would otherwise leave all maps pale. Values beyond take the end colour.
 * Of a large run only figures are known: the largest of the layers' percentiles counts, and of a unit its largest size.
 */
import { columnsOf } from "./columns.js";
import { largestMagnitude, magnitudeQuantile, unitValues } from "./statistics.js";

/** @typedef {"unit" | "layer" | "module" | "network"} Scale */
/** @typedef {import("./model.js").Model} Model */
/**
 * @typedef {{ activations: Map<string, import("../api/wire.js").Tensor>, overview?: Map<string,
 *   import("./statistics.js").Overview> }} Activations what of a run is needed here
 */
/**
 * @typedef {{ columns: string[], limit: number | null }} Group columns side by side that share a range; null: each unit
 *   has its own
 */
/** @typedef {{ groups: Group[], limit: (layer: string, unit: number) => number }} Ranges */

export const QUANTILE = 0.995;

/** The limit of what shares one range; 0 where every value is 0. @param {readonly Float32Array[]} arrays */
export function limitOf(arrays) {
  return magnitudeQuantile(arrays, QUANTILE) || largestMagnitude(arrays);
}

/** @param {import("./statistics.js").Overview | undefined} overview */
const magnitudeOf = (overview) =>
  overview ? overview.statistics.magnitude || Math.max(-overview.statistics.minimum, overview.statistics.maximum) : 0;

/**
 * @param {Model} model
 * @param {Activations} run the run that sets the ranges: the drawn one, or the locked one
 * @param {Scale} scale
 * @returns {Ranges}
 */
export function rangesOf(model, run, scale) {
  const { overview } = run;
  const coloured = columnsOf(model).filter(({ group, name }) => group >= 0 && (!overview || overview.has(name)));
  const tensor = (/** @type {string} */ name) =>
    /** @type {import("../api/wire.js").Tensor} */ (run.activations.get(name));
  const ofUnit = (/** @type {string} */ layer, /** @type {number} */ unit) => {
    if (!overview) return limitOf([unitValues(tensor(layer), unit)]);
    const known = overview.get(layer);
    return known ? Math.max(Math.abs(known.minimum[unit]), Math.abs(known.maximum[unit])) : 0;
  };
  const ofLayers = (/** @type {string[]} */ names) =>
    overview
      ? Math.max(0, ...names.map((name) => magnitudeOf(overview.get(name))))
      : limitOf(names.map((name) => tensor(name).data));

  if (scale === "unit") {
    /** @type {Map<string, number>} */
    const own = new Map();
    return {
      groups: [{ columns: coloured.map(({ name }) => name), limit: null }],
      limit(layer, unit) {
        const key = `${layer}[${unit}]`;
        let limit = own.get(key);
        if (limit === undefined) own.set(key, (limit = ofUnit(layer, unit)));
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
    limit: ofLayers(columns),
  }));
  const byLayer = new Map(groups.flatMap(({ columns, limit }) => columns.map((name) => [name, limit])));
  return { groups, limit: (layer) => byLayer.get(layer) ?? 0 };
}
