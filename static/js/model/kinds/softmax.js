// @ts-check
/** @type {import("../kinds.js").Kind} */
export const softmax = {
  kind: "softmax",
  family: "probability",
  connects: "all",
  column: false,
  mixes: false,
  closesModule: false,
  view: "softmax",
  chapter: "softmax",
  window: () => null,
  trace: null,
};
