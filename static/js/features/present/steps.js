// @ts-check
/**
 * The layer and the neuron that come next.
 *
 * @typedef {import("../../state/initial.js").State} State
 * @typedef {import("../../state/initial.js").Place} Place
 * @typedef {"layer" | "neuron"} Axis
 */
import { columnsOf } from "../../model/columns.js";
import { INPUT, unitCount } from "../../model/model.js";
import { strength } from "../../state/selectors.js";

/**
 * What is spoken of: the opened view's unit, else what is pointed at, else what was chosen.
 * @param {State} state
 * @returns {Place | null}
 */
export const spokenOf = ({ view, hover, selection }) =>
  view ? { layer: view.layer, unit: view.unit, at: view.at } : (hover ?? selection);

/** The layers that one steps through, with their units in the order that is shown. @param {State} state */
function layersOf({ model, view, run, order }) {
  if (!model) return [];
  if (view)
    return [
      { name: INPUT, units: inOrder(unitCount(model.input.shape)) },
      ...model.layers.map(({ name, output_shape }) => ({ name, units: inOrder(unitCount(output_shape)) })),
    ];
  return columnsOf(model).map(({ name, units, form }) => ({
    name,
    units:
      form === "classes" && order === "score" && run?.model === model.id
        ? inOrder(units).sort((a, b) => strength(run.scores[b]) - strength(run.scores[a]))
        : inOrder(units),
  }));
}

/** @param {number} count */
const inOrder = (count) => Array.from({ length: count }, (_, unit) => unit);

/**
 * The place that is one step away: neurons go round, layers end at the picture and at the answer.
 * @param {State} state @param {Axis} axis @param {1 | -1} by @returns {Place | null} null where there is none
 */
export function beside(state, axis, by) {
  const layers = layersOf(state);
  const place = spokenOf(state);
  const index = place ? layers.findIndex(({ name }) => name === place.layer) : -1;
  if (!place || index < 0) {
    const start = axis === "neuron" ? layers[1] : by > 0 ? layers[0] : layers[layers.length - 1];
    return start ? { layer: start.name, unit: start.units[0] } : null;
  }
  const here = layers[index];
  const row = here.units.indexOf(place.unit);
  if (axis === "neuron")
    return { layer: here.name, unit: here.units[(row + by + here.units.length) % here.units.length], at: place.at };
  const next = layers[index + by];
  return next ? { layer: next.name, unit: next.units[Math.min(row, next.units.length - 1)] } : null;
}
