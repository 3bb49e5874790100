// @ts-check
/**
 * What Learn's elements share beyond the page's own context.
 * @typedef {{ api: import("../../api/learn.js").LearnApi, progress: import("../../state/progress.js").Progress }}
 *   LearnContext
 */
/** @type {LearnContext | null} */
let provided = null;

/** @param {LearnContext} context */
export function provideLearn(context) {
  provided = context;
}

/** @returns {LearnContext} */
export function learn() {
  if (!provided) throw new Error("learn() was called before index.js provided it");
  return provided;
}
