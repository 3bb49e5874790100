// @ts-check
/** @type {import("../kinds.js").Kind} */
export const dense = {
  kind: "dense",
  family: "dense",
  connects: "all",
  column: true,
  mixes: true,
  closesModule: false,
  view: "output",
  chapter: "flatten",
  window: () => null,
  trace: null,
};
