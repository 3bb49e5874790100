// @ts-check
/**
 * The opened view: what it shows, how one gets there and out again, and its address.
 *
 * A view is a place (a unit, or one value of it) seen through a view's name. Its trail is the
 * list of places that were followed, from the score towards the pixel; the view's own place is
 * one of them, or the trail is empty.
 *
 * @typedef {import("./initial.js").Place} Place
 * @typedef {import("./initial.js").View} View
 * @typedef {import("./initial.js").State} State
 * @typedef {import("../core/store.js").Store<State>} Store
 * @typedef {import("../model/model.js").Model} Model
 */
import { INPUT } from "../model/model.js";
import { openView, viewFor } from "./actions.js";
import { formatView, indexOf, parseView, sameIndex, samePlace } from "./place.js";

export { openClass, openView, viewFor } from "./actions.js"; // the first step in, which the map needs from its start

/**
 * One level out: from the microscope to its neuron, from the softmax formula to the score, from any other view to the
 * map.
 * @param {Store} store
 */
export function climb(store) {
  const { view, model } = store.state;
  if (!view || !model) return;
  const outer = view.name === "microscope" ? viewFor(model, view.layer) : null;
  store.update({ view: outer ? { ...view, name: outer, input: undefined } : null });
}

/** @param {Store} store */
export const closeView = (store) => store.update({ view: null });

/** Keep the shown view and look at another position of it. @param {Store} store @param {number[]} at */
export function pointAt(store, at) {
  const { view } = store.state;
  if (!view || sameIndex(view.at, at)) return;
  const place = { layer: view.layer, unit: view.unit, at };
  store.update({
    view: { ...view, at, trail: view.trail?.some((step) => samePlace(step, place)) ? view.trail : undefined },
  });
}

/**
 * Go from the shown value to a value that it was made of; the trail grows by one step.
 * @param {Store} store @param {Place} from the value that is explained @param {Place} to one of its operands
 */
export function follow(store, from, to) {
  const { view } = store.state;
  const trail = view?.trail ?? [];
  const here = trail.findIndex((step) => samePlace(step, from));
  const before = here < 0 ? [from] : trail.slice(0, here + 1);
  const ahead = here >= 0 && trail[here + 1] && samePlace(trail[here + 1], to);
  openView(store, to, { trail: ahead ? trail : [...before, to] });
}

/** Go on to a value that reads the shown one: the trail grows at its beginning.
 * @param {Store} store @param {Place} from @param {Place} to */
export function followForward(store, from, to) {
  const trail = store.state.view?.trail ?? [];
  const here = trail.findIndex((step) => samePlace(step, from));
  if (here > 0 && samePlace(trail[here - 1], to)) openView(store, to, { trail });
  else openView(store, to, { trail: [to, ...(here < 0 ? [from] : trail.slice(here))] });
}

/**
 * Whether the loaded model has this place: shared links may name another model's.
 * @param {Model} model
 * @param {Place} place
 */
export function exists(model, { layer, unit, at }) {
  const shape = layer === INPUT ? model.input.shape : model.layer(layer)?.output_shape;
  if (!shape) return false;
  const index = indexOf({ layer, unit, at });
  return (
    (index.length === 1 || index.length === shape.length) && index.every((position, axis) => position < shape[axis])
  );
}

/** The view's row in the table of `address.js`. @type {import("../core/url-state.js").Field<State>} */
export const VIEW_FIELD = {
  parameter: "view",
  parse: (text) => {
    const view = parseView(text);
    return view && { view };
  },
  format: ({ view }) => (view ? formatView(view) : null),
};
