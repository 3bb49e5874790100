// @ts-check
/** "Show me": from a chapter to the layer or neuron it speaks of. */
import { context } from "../../elements/context.js";
import { openView } from "../../state/view.js";

/** @typedef {import("../../model/model.js").Model} Model */

/**
 * The layer that a chapter's link means: the n-th layer of a family, or the last one.
 * @param {Model} model @param {string} family @param {string} [which] a number from 0, or `last`
 */
export function layerOf(model, family, which = "0") {
  const layers = model.layers.filter(({ record }) => record.family === family);
  return which === "last" ? layers.at(-1) : layers[Number(which)];
}

/**
 * @param {import("../../core/store.js").Store<import("../../state/initial.js").State>} store
 * @param {DOMStringMap} target `show` (family or `input`), `which`, `unit`, `open`
 */
export function showInNetwork(store, { show = "", which, unit = "0", open }) {
  const { model, run } = store.state;
  if (!model) return;
  const layer = show === "input" ? "input" : layerOf(model, show, which)?.name;
  if (!layer) return;
  const place = { layer, unit: unit === "top" ? topClass(run) : Number(unit) };
  // A step of its own: Back returns to the paragraph. Opening a view is one already (`elements/chrome/address-bar.js`).
  if (open === undefined) history.pushState(null, "", location.href);
  store.update({ selection: place });
  if (open !== undefined) openView(store, place);
  const map = context().parts.find("network");
  const control = map?.controlOf(layer, place.unit) ?? map;
  control?.scrollIntoView({ block: "center" });
  control?.focus({ preventScroll: true });
}

/** @param {import("../../api/client.js").Run | null} run */
const topClass = (run) =>
  run?.scores.length ? run.scores.reduce((best, score) => (score.logit > best.logit ? score : best)).class : 0;
