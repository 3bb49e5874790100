// @ts-check
/**
 * A layer's hyperparameters as a list, whatever its kind: every field of the description that is neither
 * its identity nor something derived from shapes.
 */
const NOT_HYPERPARAMETERS = new Set([
  "name",
  "kind",
  "index",
  "inputs",
  "input_shapes",
  "input_shape",
  "output_shape",
  "parameter_count",
  "parameters",
  "receptive_field",
  "record",
]);

/**
 * @param {import("./model.js").Layer} layer
 * @returns {{ key: string, text: string }[]} pairs as `3×3`, or one number where both are alike and no size
 */
export function hyperparameters(layer) {
  return Object.entries(layer)
    .filter(([key, value]) => !NOT_HYPERPARAMETERS.has(key) && value !== null && value !== undefined)
    .map(([key, value]) => ({ key, text: Array.isArray(value) ? pair(key, value) : String(value).replace(/^-/, "−") }));
}

/** What the words about a layer may mention: its hyperparameters by their names, its kind, how many units it reads.
 * @param {import("./model.js").Layer} layer @returns {Record<string, string | number>} */
export const factsOf = (layer) => ({
  kind: layer.kind,
  inputs: layer.input_shape[0],
  ...Object.fromEntries(hyperparameters(layer).map(({ key, text }) => [key, text])),
});

const SIZES = new Set(["kernel", "window"]);

/** @param {string} key @param {unknown[]} value */
const pair = (key, value) => {
  if (value.some(Array.isArray)) return value.map((ends) => `(${/** @type {number[]} */ (ends).join(", ")})`).join("×");
  return value.length === 2 && value[0] === value[1] && !SIZES.has(key) ? String(value[0]) : value.join("×");
};
