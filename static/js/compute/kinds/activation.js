// @ts-check
/**
 * Activations: y = f(x), value by value, with f as explanations have it (`model/operations/function.js`), and its
 * derivative here.
 */
import { erfc } from "../../model/operations/erfc.js";
import { functions } from "../../model/operations/function.js";
import { learned, mapsAndPlaces, zeros } from "./kind.js";

/** @typedef {import("./kind.js").Layer} Layer */
/** @typedef {import("./kind.js").Computed} Computed */
/** @typedef {(x: number, y: number, constants: any) => number} Slope dy/dx from x and y = f(x) */

/** @param {number} x */
const logistic = (x) => 0.5 * (1 + Math.tanh(x / 2));

/** λ · α of SELU, and λ. */
const SELU = { below: 1.0507009873554805 * 1.6732632423543772, above: 1.0507009873554805 };

/** Φ(x), the share of normal numbers below x. @param {number} x */
const share = (x) => 0.5 * erfc(-x / Math.SQRT2);

/** Φ(x) as networks have it that were trained with its approximation by tanh. @param {number} x */
const roughShare = (x) => logistic(Math.sqrt(8 / Math.PI) * (x + 0.044715 * x ** 3));

/** Beyond, Φ is 0 or 1 in float64, and powers of x would overflow for nothing. */
const REACH = 40;

/** @param {number} x */
const near = (x) => Math.min(REACH, Math.max(-REACH, x));

/** @type {Record<string, Slope>} */
const SLOPES = {
  relu: (x) => (x > 0 ? 1 : 0),
  leaky_relu: (x, _y, { slope }) => (x > 0 ? 1 : slope),
  clip: (x, _y, { low, high }) => (low < x && x < high ? 1 : 0),
  elu: (x, y, { alpha }) => (x > 0 ? 1 : y + alpha),
  selu: (x, y) => (x > 0 ? SELU.above : y + SELU.below),
  sigmoid: (_x, y) => y * (1 - y),
  hard_sigmoid: (_x, y, { slope }) => (y > 0 && y < 1 ? slope : 0),
  swish: (x, y) => logistic(x) * (1 + x - y),
  hard_swish: (x) => (x >= 3 ? 1 : x <= -3 ? 0 : x / 3 + 0.5),
  gelu: (x) => share(near(x)) + (x * Math.exp(-0.5 * near(x) ** 2)) / Math.sqrt(2 * Math.PI),
  gelu_tanh(x) {
    const [within, below] = [near(x), roughShare(near(x))];
    return below + x * below * (1 - below) * Math.sqrt(8 / Math.PI) * (1 + 3 * 0.044715 * within ** 2);
  },
  softplus: (x) => logistic(x),
  tanh: (_x, y) => 1 - y * y,
};

/** The operation's name and numbers, as the kind's tracer has them. @param {Layer} layer */
function functionOf(layer) {
  const name = layer.kind === "gelu" && layer.approximate ? "gelu_tanh" : layer.kind;
  return { value: functions[/** @type {keyof typeof functions} */ (name)].value, slope: SLOPES[name] };
}

/** @type {Computed} */
const activation = {
  forward(layer, [{ data: x }], _parameters, y) {
    const { value } = functionOf(layer);
    const constants = /** @type {any} */ (layer);
    for (let place = 0; place < x.length; place++) y[place] = value(x[place], constants);
  },
  backward(layer, [{ data: x }], _parameters, y, dy) {
    const { slope } = functionOf(layer);
    const dx = zeros(dy, x.length);
    for (let place = 0; place < x.length; place++) dx[place] = dy[place] * slope(x[place], y[place], layer);
    return { inputs: [dx] };
  },
};

/** The same for ReLU in a loop of its own: what most networks have most of. @type {Computed} */
const relu = {
  forward(_layer, [{ data: x }], _parameters, y) {
    for (let place = 0; place < x.length; place++) y[place] = x[place] > 0 ? x[place] : 0;
  },
  backward(_layer, [{ data: x }], _parameters, _y, dy) {
    const dx = zeros(dy, x.length);
    for (let place = 0; place < x.length; place++) dx[place] = x[place] > 0 ? dy[place] : 0;
    return { inputs: [dx] };
  },
};

/** A leaky ReLU with a learned slope for each map: dslope[c] = Σ dy · x over its values below 0. @type {Computed} */
const prelu = {
  forward(layer, [{ data: x, shape }], parameters, y) {
    const slopes = learned(layer, parameters).slope.data;
    const { maps, places } = mapsAndPlaces(shape);
    for (let map = 0, at = 0; map < maps; map++)
      for (let place = 0; place < places; place++, at++) y[at] = x[at] > 0 ? x[at] : slopes[map] * x[at];
  },
  backward(layer, [{ data: x, shape }], parameters, _y, dy) {
    const slopes = learned(layer, parameters).slope.data;
    const { maps, places } = mapsAndPlaces(shape);
    const [dx, slope] = [zeros(dy, x.length), zeros(dy, maps)];
    for (let map = 0, at = 0; map < maps; map++) {
      let sum = 0;
      for (let place = 0; place < places; place++, at++) {
        dx[at] = x[at] > 0 ? dy[at] : slopes[map] * dy[at];
        if (!(x[at] > 0)) sum += dy[at] * x[at];
      }
      slope[map] = sum;
    }
    return { inputs: [dx], parameters: { slope } };
  },
};

/** The functions that have kinds of their own; `gelu_tanh` is a form of `gelu`. */
const KINDS = Object.keys(SLOPES).filter((name) => name !== "gelu_tanh");

/** @type {Record<string, Computed>} */
export const activations = { ...Object.fromEntries(KINDS.map((kind) => [kind, activation])), relu, prelu };
