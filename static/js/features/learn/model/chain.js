// @ts-check
/**
 * The chain rule on a small graph: u = w · x, z = u + b, f = max(0, z), L = (f − y)². Each node knows the slope of its
 * own operation; on the way back these local slopes are multiplied.
 *
 * @typedef {{ w: number, x: number, b: number, y: number }} Inputs
 * @typedef {"f" | "z" | "b" | "u" | "w" | "x"} Name
 */

/** In the order in which the gradients are found, from the loss back. @type {readonly Name[]} */
export const BACKWARDS = Object.freeze(/** @type {Name[]} */ (["f", "z", "b", "u", "w", "x"]));

/** From which node a gradient comes. @type {Record<Name, "L" | Name>} */
export const AFTER = { f: "L", z: "f", b: "z", u: "z", w: "u", x: "u" };

/** @param {Inputs} inputs */
export function forward({ w, x, b, y }) {
  const u = w * x;
  const z = u + b;
  const f = Math.max(0, z);
  return { u, z, f, L: (f - y) ** 2 };
}

/** The slope of the node behind `name` with respect to it. @param {Inputs} inputs @param {Name} name */
export function local(inputs, name) {
  const { z, f } = forward(inputs);
  /** @type {Record<Name, number>} */
  const slopes = { f: 2 * (f - inputs.y), z: z > 0 ? 1 : 0, b: 1, u: 1, w: inputs.x, x: inputs.w };
  return slopes[name];
}

/** ∂L/∂name: the gradient of the node behind it times the local slope. @param {Inputs} inputs @param {Name} name
 * @returns {number} */
export const gradient = (inputs, name) => {
  const after = AFTER[name];
  return (after === "L" ? 1 : gradient(inputs, after)) * local(inputs, name);
};

/**
 * (L(value + ε) − L(value − ε)) / 2ε, for what can be turned.
 * @param {Inputs} inputs @param {"w" | "x" | "b"} name @param {number} [step]
 */
export function difference(inputs, name, step = 1e-4) {
  const at = (/** @type {number} */ by) => forward({ ...inputs, [name]: inputs[name] + by }).L;
  return (at(step) - at(-step)) / (2 * step);
}
