// @ts-check
/**
 * Tag → the module of a playground. A module exports its element as `Widget`; it is loaded with the chapter that holds
 * it.
 */

/** @type {Record<string, () => Promise<{ Widget: CustomElementConstructor }>>} */
export const WIDGETS = {
  "loupe-learn-neuron": () => import("./widgets/neuron.js"),
  "loupe-learn-pixels": () => import("./widgets/pixels.js"),
  "loupe-learn-counts": () => import("./widgets/counts.js"),
  "loupe-learn-as-matrix": () => import("./widgets/as-matrix.js"),
  "loupe-learn-convolution": () => import("./widgets/convolution.js"),
  "loupe-learn-sliding": () => import("./widgets/sliding.js"),
  "loupe-learn-collapse": () => import("./widgets/collapse.js"),
  "loupe-learn-activation": () => import("./widgets/activation.js"),
  "loupe-learn-pooling": () => import("./widgets/pooling.js"),
  "loupe-learn-flatten": () => import("./widgets/flatten.js"),
  "loupe-learn-softmax": () => import("./widgets/softmax.js"),
  "loupe-learn-descent": () => import("./widgets/descent.js"),
  "loupe-learn-chain": () => import("./widgets/chain.js"),
  "loupe-learn-backprop": () => import("./widgets/backprop.js"),
  "loupe-learn-batches": () => import("./widgets/batches.js"),
  "loupe-learn-training": () => import("./widgets/training.js"),
  "loupe-learn-fails": () => import("./widgets/fails.js"),
  "loupe-learn-nudge": () => import("./widgets/nudge.js"),
  "loupe-learn-blocks": () => import("./widgets/blocks.js"),
  "loupe-learn-windows": () => import("./widgets/windows.js"),
  "loupe-learn-change": () => import("./widgets/change.js"),
};

/** Tag → the module of a tool for teachers, which exports its element as `Tool`. */
/** @type {Record<string, () => Promise<{ Tool: CustomElementConstructor }>>} */
const TOOLS = {
  "loupe-learn-sheets": () => import("./tools/sheets.js"),
  "loupe-learn-quiz": () => import("./tools/quiz.js"),
};

/** Define every playground and tool that stands in `root`. @param {Element} root */
export async function defineWidgets(root) {
  const wanted = (/** @type {string} */ tag) => root.querySelector(tag) && !customElements.get(tag);
  /** @param {string} tag @param {CustomElementConstructor} element */
  const define = (tag, element) => void (customElements.get(tag) || customElements.define(tag, element));
  await Promise.all([
    ...Object.keys(WIDGETS)
      .filter(wanted)
      .map(async (tag) => define(tag, (await WIDGETS[tag]()).Widget)),
    ...Object.keys(TOOLS)
      .filter(wanted)
      .map(async (tag) => define(tag, (await TOOLS[tag]()).Tool)),
  ]);
}
