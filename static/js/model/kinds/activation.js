// @ts-check
/** Activations: each value is a function of the one value at the same place (`operations/function.js`). */
import { pointwise } from "./pointwise.js";

/** @typedef {import("./kind.js").Layer} Layer */

/**
 * @param {(x: string, layer: Layer) => string[]} code with `x` as NumPy writes the operand
 * @param {{ bounds?: import("./kind.js").Kind["bounds"], constants?: (layer: Layer) => Record<string, number | undefined> }} [more]
 * @returns {import("./kind.js").Row}
 */
const activation = (code, { bounds = null, constants = () => ({}) } = {}) => ({
  ...pointwise((layer) => ({ operation: layer.kind, constants: constants(layer) })),
  chapter: "activation",
  bounds,
  code: (layer, at) => code(`x[${at.join(", ")}]`, layer),
});

/** @type {Record<string, import("./kind.js").Row>} */
export const activations = {
  relu: activation((x) => [`y = np.maximum(${x}, 0)`], { bounds: { low: 0, high: null } }),
  leaky_relu: activation((x, { slope }) => [`v = ${x}`, `y = v if v > 0 else np.float32(${slope}) * v`], {
    constants: ({ slope }) => ({ slope }),
  }),
  sigmoid: activation((x) => [`y = 1 / (1 + np.exp(-${x}))`], { bounds: { low: 0, high: 1 } }),
  tanh: activation((x) => [`y = np.tanh(${x})`], { bounds: { low: -1, high: 1 } }),
};
