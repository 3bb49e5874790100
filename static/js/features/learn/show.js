// @ts-check
/** "Show me": from a chapter to the layer, the neuron or the picture it speaks of. */
import { context } from "../../elements/context.js";
import { parseTransform } from "../../state/transform-text.js";
import { exists, openView } from "../../state/view.js";

/** @typedef {import("../../model/model.js").Model} Model */

/**
 * The layer that a chapter's link means: the n-th layer of a family, or the last one.
 * @param {Model} model @param {string} family @param {string} [which] a number from 0, or `last`
 */
export function layerOf(model, family, which = "0") {
  const layers = model.layers.filter(({ record }) => record.family === family);
  return which === "last" ? layers.at(-1) : layers[Number(which)];
}

/** @typedef {import("../../core/store.js").Store<import("../../state/initial.js").State>} Store */

/**
 * The unit that a text speaks of; null where this model has none.
 * @param {Store} store
 * @param {DOMStringMap} target `show` (family or `input`), `which`, `unit`
 * @returns {import("../../state/initial.js").Place | null}
 */
export function placeOf({ state: { model, run } }, { show = "", which, unit = "0" }) {
  if (!model || !show) return null;
  const layer = show === "input" ? "input" : layerOf(model, show, which)?.name;
  const place = layer && { layer, unit: unit === "top" ? topClass(run) : Number(unit) };
  return place && exists(model, place) ? place : null;
}

/**
 * @param {Store} store
 * @param {DOMStringMap} target as in `placeOf`, and `open`
 * @param {ScrollLogicalPosition} block where the network's unit comes to stand in the window
 */
export function showInNetwork(store, target, block) {
  const { open } = target;
  const place = placeOf(store, target);
  if (!place) return;
  // A step of its own: Back returns to the paragraph. Opening a view is one already (`elements/chrome/address-bar.js`).
  if (open === undefined) history.pushState(null, "", location.href);
  store.update({ selection: place });
  if (open !== undefined) openView(store, place);
  const map = context().parts.find("network");
  const control = map?.controlOf(place.layer, place.unit) ?? map;
  control?.scrollIntoView({ block });
  control?.focus({ preventScroll: true });
}

/**
 * Show a picture of the gallery, changed as an address says it; Back returns to the paragraph.
 * @param {Store} store
 * @param {{ sample: string, transform: string }} target
 * @param {ScrollLogicalPosition} [block] where the network comes to stand in the window
 */
export function showPicture(store, { sample, transform }, block = "center") {
  store.update({
    picture: { source: "sample", id: sample },
    transform: transform ? parseTransform(transform) : null,
    panel: transform ? "transform" : null,
    problem: null,
  });
  const map = context().parts.find("network");
  map?.scrollIntoView({ block });
  map?.focus({ preventScroll: true });
}

/** @param {import("../../api/client.js").Run | null} run */
const topClass = (run) =>
  run?.scores.length ? run.scores.reduce((best, score) => (score.logit > best.logit ? score : best)).class : 0;
