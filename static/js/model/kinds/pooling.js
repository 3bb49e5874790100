// @ts-check
/** @param {string} kind @returns {import("../kinds.js").Kind} */
const pool = (kind) => ({
  kind,
  family: "pooling",
  connects: "one",
  column: true,
  mixes: false,
  closesModule: true,
  view: "pooling",
  chapter: "pooling",
  window: (layer) => ({ size: layer.window ?? [1, 1], stride: layer.stride ?? [1, 1], padding: layer.padding ?? [0, 0], dilation: [1, 1] }),
  trace: null,
});

export const pooling = ["max_pool2d", "avg_pool2d"].map(pool);
