// @ts-check
/** What kinds with a sliding window share. */
import { span } from "../window.js";

/** @typedef {import("./kind.js").Layer} Layer */

/** The window of a layer's description, whose padding may have four sides.
 * @param {number[] | undefined} size @param {Layer} layer */
export const sliding = (size, { stride, padding = [0, 0], dilation, ceil }) => ({
  size: size ?? [1, 1],
  stride: stride ?? [1, 1],
  padding: padding.map((side) => (typeof side === "number" ? side : side[0])),
  after: padding.map((side) => (typeof side === "number" ? side : side[1])),
  dilation: dilation ?? [1, 1],
  ceil: ceil ?? false,
});

/** @param {Layer} layer */
export const windowOf = (layer) => /** @type {ReturnType<typeof sliding>} */ (layer.record.window(layer));

/** The maps that a neuron reads: those of its group. @param {Layer} layer @param {number} unit */
export function mapsOf({ groups = 1, input_shape: [maps], output_shape: [units] }, unit) {
  const count = maps / groups;
  return { first: Math.floor((unit * groups) / units) * count, count };
}

/**
 * Rows and columns under the windows of an area.
 * @param {Layer} layer
 * @param {import("../receptive-field.js").Area} area
 */
export function underWindows(layer, { top, left, bottom, right }) {
  const { size, stride, padding, dilation } = windowOf(layer);
  const first = (/** @type {number} */ index, /** @type {number} */ axis) => index * stride[axis] - padding[axis];
  const last = (/** @type {number} */ index, /** @type {number} */ axis) =>
    first(index, axis) + span(size[axis], dilation[axis]) - 1;
  return { top: first(top, 0), left: first(left, 1), bottom: last(bottom, 0), right: last(right, 1) };
}

/** NumPy's `window = x[:, 30:33, 24:27]`, or the same of a padded copy.
 * @param {Layer} layer
 * @param {readonly number[]} at
 * @param {string} maps first index
 * @param {string} fill what stands in the padding
 * @param {string} [beyond] what stands where a window reaches beyond the padding */
export function cut(layer, [, row, column], maps, fill, beyond = fill) {
  const { size, stride, padding, after, dilation } = windowOf(layer);
  const slice = (/** @type {number} */ axis, /** @type {number} */ index) => {
    const first = index * stride[axis];
    return `${first}:${first + span(size[axis], dilation[axis])}${dilation[axis] > 1 ? `:${dilation[axis]}` : ""}`;
  };
  const padded = (/** @type {number[]} */ before, /** @type {number[]} */ behind, /** @type {string} */ value) =>
    [...before, ...behind].some((width) => width > 0)
      ? [`x = np.pad(x, ((0, 0), (${before[0]}, ${behind[0]}), (${before[1]}, ${behind[1]}))${value})`]
      : [];
  const more = [row, column].map((index, axis) => {
    const end = index * stride[axis] + span(size[axis], dilation[axis]);
    return Math.max(0, end - layer.input_shape[axis + 1] - padding[axis] - after[axis]);
  });
  return [
    ...padded(padding, after, fill),
    ...padded([0, 0], more, beyond),
    `window = x[${maps}, ${slice(0, row)}, ${slice(1, column)}]`,
  ];
}
