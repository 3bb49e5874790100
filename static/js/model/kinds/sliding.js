// @ts-check
/** What kinds with a sliding window share. */
import { span } from "../window.js";

/** @typedef {import("./kind.js").Layer} Layer */
/** @typedef {import("./kind.js").Window2D} Window2D */

/** The window of a layer's description. @param {number[] | undefined} size @param {Layer} layer @returns {Window2D} */
export const sliding = (size, { stride, padding, dilation }) => ({
  size: size ?? [1, 1],
  stride: stride ?? [1, 1],
  padding: padding ?? [0, 0],
  dilation: dilation ?? [1, 1],
});

/** @param {Layer} layer */
export const windowOf = (layer) => /** @type {Window2D} */ (layer.record.window(layer));

/** NumPy's `window = x[:, 30:33, 24:27]`, or the same of a padded copy.
 * @param {Layer} layer @param {readonly number[]} at @param {string} maps first index @param {string} fill what stands in the padding */
export function cut(layer, [, row, column], maps, fill) {
  const { size, stride, padding, dilation } = windowOf(layer);
  const slice = (/** @type {number} */ axis, /** @type {number} */ index) => {
    const first = index * stride[axis];
    return `${first}:${first + span(size[axis], dilation[axis])}${dilation[axis] > 1 ? `:${dilation[axis]}` : ""}`;
  };
  const padded = padding.some((width) => width > 0);
  const [top, left] = padding;
  return [
    ...(padded ? [`x = np.pad(x, ((0, 0), (${top}, ${top}), (${left}, ${left}))${fill})`] : []),
    `window = x[${maps}, ${slice(0, row)}, ${slice(1, column)}]`,
  ];
}
