// @ts-check
/**
 * Activation functions beside their derivatives.
 * @typedef {{ id: string, f: (x: number, slope?: number) => number, slope: (x: number, slope?: number) => number }}
 *   Activation
 */

import { functions } from "../../../model/operations/function.js";

/** The slope of leaky ReLU below 0 in the chapter's graphs. */
export const LEAK = 0.1;

const [relu, leakyRelu, sigmoid, tanh] = [
  functions.relu.value,
  functions.leaky_relu.value,
  functions.sigmoid.value,
  functions.tanh.value,
];

/** @type {Activation[]} at 0, where ReLU has no derivative, the engine takes 0 */
export const ACTIVATIONS = [
  { id: "relu", f: (x) => relu(x, {}), slope: (x) => (x > 0 ? 1 : 0) },
  { id: "leaky_relu", f: (x, slope = LEAK) => leakyRelu(x, { slope }), slope: (x, leak = LEAK) => (x > 0 ? 1 : leak) },
  { id: "sigmoid", f: (x) => sigmoid(x, {}), slope: (x) => sigmoid(x, {}) * (1 - sigmoid(x, {})) },
  { id: "tanh", f: (x) => tanh(x, {}), slope: (x) => 1 - tanh(x, {}) ** 2 },
];

/** @param {string} id */
export const activationOf = (id) => /** @type {Activation} */ (ACTIVATIONS.find((activation) => activation.id === id));
