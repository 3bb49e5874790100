// @ts-check
/**
 * The colour ranges that are in force: those of the drawn run, or, while they are locked, those of the
 * run that was drawn when the lock was set. Paint, legends and readouts all ask here.
 */
import { rangesOf } from "../model/ranges.js";

/** @typedef {import("./initial.js").State} State */
/** @typedef {import("../model/ranges.js").Ranges} Ranges */

/** @type {WeakMap<object, Map<string, Ranges>>} by run: a run is never changed, so its ranges stay */
const known = new WeakMap();

/** @param {State} state @returns {Ranges | null} null as long as nothing can be drawn */
export function colourRanges({ model, run, lock, lockedRun, scale }) {
  if (!model || !run || run.model !== model.id) return null;
  const source = lock && lockedRun?.model === model.id ? lockedRun : run;
  let scales = known.get(source);
  if (!scales) known.set(source, (scales = new Map()));
  let ranges = scales.get(scale);
  if (!ranges) scales.set(scale, (ranges = rangesOf(model, source, scale)));
  return ranges;
}
