// @ts-check
/**
 * Backpropagation by hand, one small operation at a time.
 *
 * An operation has named tensors (matrices) that the learner edits, an output, and the gradients
 * of L with respect to each of its inputs. Where the operation is in the middle of a network, the
 * later layers are stood in for by ∂L/∂H, which they would hand back: L = Σ H · ∂L/∂H has exactly
 * these derivatives, so that finite differences of L check every one of them.
 *
 * @typedef {import("./matrix.js").Matrix} Matrix
 * @typedef {Record<string, Matrix>} Tensors
 * @typedef {{ name: string, at: [number, number] }} Cell
 * @typedef {{ factors: (Cell | number)[], value: number }} Term a product of cells and plain numbers
 * @typedef {object} Operation
 * @property {string} id
 * @property {Tensors} initial editable tensors, in the order in which they are shown
 * @property {string} output the name of the output tensor
 * @property {(tensors: Tensors) => Tensors} forward what is computed on the way, the output among it
 * @property {string[]} steps what the stepper walks through: `forward`, then a tensor's name for its gradient
 * @property {(tensors: Tensors) => number} loss
 * @property {(tensors: Tensors, name: string, at: [number, number]) => Term[]} terms whose sum is ∂L/∂name[at]
 */
import { make, map, replace, total } from "./matrix.js";
import { correlate } from "./convolution.js";
import { cellsOf, pool } from "./pooling.js";
import { softmax } from "./normalise.js";

/** Σ H · ∂L/∂H: the loss that has the given ∂L/∂H. @param {Matrix} h @param {Matrix} dh */
const linearLoss = (h, dh) => total(map(h, (value, i, j) => value * dh[i][j]));

/** @param {Tensors} tensors @param {(Cell | number)[]} factors @returns {Term} */
const term = (tensors, ...factors) => ({
  factors,
  value: factors.reduce(
    (/** @type {number} */ product, factor) =>
      product * (typeof factor === "number" ? factor : tensors[factor.name][factor.at[0]][factor.at[1]]),
    1,
  ),
});

/** @param {string} name @param {number} row @param {number} column @returns {Cell} */
const cell = (name, row, column) => ({ name, at: [row, column] });

/** @param {Matrix} matrix @returns {[number, number][]} */
const places = (matrix) => matrix.flatMap((row, i) => row.map((_, j) => /** @type {[number, number]} */ ([i, j])));

/** @type {Operation} */
const convolution = {
  id: "convolution",
  initial: {
    X: [
      [1, 2, 0],
      [0, 1, 3],
      [2, 1, 1],
    ],
    W: [
      [1, -1],
      [2, 0],
    ],
    b: [[0.5]],
    dH: [
      [1, -2],
      [0.5, 1],
    ],
  },
  output: "H",
  forward: ({ X, W, b }) => ({ H: map(correlate(X, W), (value) => value + b[0][0]) }),
  steps: ["forward", "W", "X", "b"],
  loss: (tensors) => linearLoss(convolution.forward(tensors).H, tensors.dH),
  terms(tensors, name, [row, column]) {
    const { W, dH } = tensors;
    if (name === "b") return places(dH).map(([i, j]) => term(tensors, cell("dH", i, j)));
    if (name === "W")
      return places(dH).map(([i, j]) => term(tensors, cell("X", i + row, j + column), cell("dH", i, j)));
    // X: each output that covered this cell hands back its gradient times the weight that lay on it
    return places(dH).flatMap(([i, j]) =>
      W[row - i]?.[column - j] === undefined ? [] : [term(tensors, cell("W", row - i, column - j), cell("dH", i, j))],
    );
  },
};

/** @type {Operation} */
const maxPool = {
  id: "max-pool",
  initial: {
    X: [
      [1, 3, 2, 2],
      [0, -1, 2, 1],
      [4, 0, -2, -1],
      [1, 2, -3, -4],
    ],
    dH: [
      [1, -2],
      [0.5, 3],
    ],
  },
  output: "H",
  forward: ({ X }) => ({ H: pool(X, { window: 2, stride: 2 }).max }),
  steps: ["forward", "X"],
  loss: (tensors) => linearLoss(maxPool.forward(tensors).H, tensors.dH),
  terms(tensors, _, at) {
    const { winners } = pool(tensors.X, { window: 2, stride: 2 });
    return places(tensors.dH)
      .filter((output) => cellsOf(2, 2, output).some(([i, j]) => i === at[0] && j === at[1]))
      .map(([i, j]) =>
        term(tensors, winners[i][j].every((place, axis) => place === at[axis]) ? 1 : 0, cell("dH", i, j)),
      );
  },
};

/** @type {Operation} */
const relu = {
  id: "relu",
  initial: {
    X: [
      [2.24, -1.3, 0.5],
      [0, 1, -0.2],
    ],
    dH: [
      [1, -2, 0.5],
      [3, -1, 2],
    ],
  },
  output: "H",
  forward: ({ X }) => ({ H: map(X, (value) => Math.max(0, value)) }),
  steps: ["forward", "X"],
  loss: (tensors) => linearLoss(relu.forward(tensors).H, tensors.dH),
  terms: (tensors, _, [i, j]) => [term(tensors, tensors.X[i][j] > 0 ? 1 : 0, cell("dH", i, j))],
};

/** @type {Operation} x, b and h are columns; W has a row for each neuron */
const dense = {
  id: "dense",
  initial: {
    X: [[1], [-2], [3]],
    W: [
      [0.5, 1, -1],
      [2, 0, 1],
    ],
    b: [[0.5], [-1]],
    dH: [[1], [-0.5]],
  },
  output: "H",
  forward: ({ X, W, b }) => ({
    H: W.map((row, k) => [row.reduce((sum, weight, i) => sum + weight * X[i][0], b[k][0])]),
  }),
  steps: ["forward", "W", "X", "b"],
  loss: (tensors) => linearLoss(dense.forward(tensors).H, tensors.dH),
  terms(tensors, name, [row, column]) {
    if (name === "b") return [term(tensors, cell("dH", row, 0))];
    if (name === "W") return [term(tensors, cell("X", column, 0), cell("dH", row, 0))];
    return tensors.dH.map((_, k) => term(tensors, cell("W", k, row), cell("dH", k, 0)));
  },
};

/** @type {Operation} z: logits; y: the target, 1 for the true class; L = −Σ y log p */
const softmaxLoss = {
  id: "softmax",
  initial: { z: [[2], [1], [-1]], y: [[0], [1], [0]] },
  output: "p",
  forward: ({ z }) => ({ p: softmax(z.flat()).map((share) => [share]) }),
  steps: ["forward", "z"],
  loss({ z, y }) {
    const p = softmax(z.flat());
    return -y.flat().reduce((sum, target, k) => sum + (target === 0 ? 0 : target * Math.log(p[k])), 0);
  },
  terms(tensors, _, [row]) {
    const { p } = softmaxLoss.forward(tensors);
    const all = { ...tensors, p };
    return [term(all, total(tensors.y), cell("p", row, 0)), term(all, -1, cell("y", row, 0))]; // Σ y is 1 for a target
  },
};

/** @type {Operation[]} */
export const OPERATIONS = [convolution, maxPool, relu, dense, softmaxLoss];

/** @param {string} id */
export const operationOf = (id) => /** @type {Operation} */ (OPERATIONS.find((operation) => operation.id === id));

/**
 * ∂L/∂name, every cell the sum of its terms.
 * @param {Operation} operation
 * @param {Tensors} tensors
 * @param {string} name
 */
export const gradient = (operation, tensors, name) =>
  map(tensors[name], (_, i, j) => operation.terms(tensors, name, [i, j]).reduce((sum, { value }) => sum + value, 0));

/** (L(value + ε) − L(value − ε)) / 2ε: what the derivative should be, found without any calculus.
 * @param {Operation} operation
 * @param {Tensors} tensors
 * @param {string} name
 * @param {[number, number]} at
 * @param {number} [step]
 */
export function finiteDifference(operation, tensors, name, at, step = 1e-4) {
  const value = tensors[name][at[0]][at[1]];
  const lossAt = (/** @type {number} */ moved) =>
    operation.loss({ ...tensors, [name]: replace(tensors[name], at, moved) });
  return (lossAt(value + step) - lossAt(value - step)) / (2 * step);
}

/** A kink: left and right derivative differ there, so that finite differences cannot agree.
 * @param {Operation} operation @param {Tensors} tensors @param {string} name @param {[number, number]} at */
export function hasKink(operation, tensors, name, at, step = 1e-4) {
  const value = tensors[name][at[0]][at[1]];
  const lossAt = (/** @type {number} */ moved) =>
    operation.loss({ ...tensors, [name]: replace(tensors[name], at, moved) });
  const here = operation.loss(tensors);
  return Math.abs(lossAt(value + step) - here - (here - lossAt(value - step))) > 0.1 * step;
}

/** Zeros around a matrix, as the full cross-correlation needs them. @param {Matrix} matrix @param {number} margin */
export const padded = (matrix, margin) =>
  make(matrix.length + 2 * margin, matrix[0].length + 2 * margin, (i, j) => matrix[i - margin]?.[j - margin] ?? 0);
