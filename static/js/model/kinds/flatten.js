// @ts-check
/** @type {import("../kinds.js").Kind} */
export const flatten = {
  kind: "flatten",
  family: "reshape",
  connects: "one",
  column: false,
  mixes: false,
  closesModule: false,
  view: "output",
  chapter: "flatten",
  window: () => null,
  trace: null,
};
