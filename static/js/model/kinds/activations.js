// @ts-check
/** @param {string} kind @returns {import("../kinds.js").Kind} */
const activation = (kind) => ({
  kind,
  family: "activation",
  connects: "one",
  column: true,
  mixes: false,
  closesModule: false,
  view: "activation",
  chapter: "activation",
  window: () => null,
  trace: null,
});

export const activations = ["relu", "leaky_relu", "sigmoid", "tanh"].map(activation);
