// @ts-check
/**
 * Activation functions beside their derivatives.
 * @typedef {{ id: string, f: (x: number, slope?: number) => number, slope: (x: number, slope?: number) => number }} Activation
 */

/** The slope of leaky ReLU below 0 in the chapter's graphs. */
export const LEAK = 0.1;

/** @param {number} x */
const sigmoid = (x) => (x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x))); // neither branch overflows

/** @type {Activation[]} at 0, where ReLU has no derivative, the engine takes 0 */
export const ACTIVATIONS = [
  { id: "relu", f: (x) => Math.max(0, x), slope: (x) => (x > 0 ? 1 : 0) },
  { id: "leaky_relu", f: (x, leak = LEAK) => (x > 0 ? x : leak * x), slope: (x, leak = LEAK) => (x > 0 ? 1 : leak) },
  { id: "sigmoid", f: sigmoid, slope: (x) => sigmoid(x) * (1 - sigmoid(x)) },
  { id: "tanh", f: Math.tanh, slope: (x) => 1 - Math.tanh(x) ** 2 },
];

/** @param {string} id */
export const activationOf = (id) => /** @type {Activation} */ (ACTIVATIONS.find((activation) => activation.id === id));
