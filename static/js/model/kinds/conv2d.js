// @ts-check
/** @type {import("../kinds.js").Kind} */
export const convolution = {
  kind: "conv2d",
  family: "convolution",
  connects: "all",
  column: true,
  mixes: true,
  closesModule: false,
  view: "neuron",
  chapter: "convolution",
  window: (layer) => ({ size: layer.kernel ?? [1, 1], stride: layer.stride ?? [1, 1], padding: layer.padding ?? [0, 0], dilation: layer.dilation ?? [1, 1] }),
  trace: null,
};
