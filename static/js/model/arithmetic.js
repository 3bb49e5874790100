// @ts-check
/** The arithmetic behind a layer's sizes and counts, with real numbers, as plain data and text. */
import { leftOver, outputSize, endOf } from "./window.js";

export { shapeText } from "./model.js";

/** @typedef {import("./model.js").Layer & { parameters?: Record<string, number[]> }} Layer */

/**
 * The learned numbers of one unit: `10·9 + 1 = 91` for ten 3×3 kernels and a bias.
 * @param {Layer} layer
 * @returns {{ factors: number[], bias: number, perUnit: number, units: number, total: number } | null} null without
 *   parameters
 */
export function parameterArithmetic(layer) {
  const weight = layer.parameters?.weight;
  if (!weight || layer.parameter_count === 0) return null;
  const [, inputs, ...kernel] = weight;
  const factors = kernel.length ? [inputs, product(kernel)] : [inputs];
  const bias = layer.parameters?.bias ? 1 : 0;
  return { factors, bias, perUnit: product(factors) + bias, units: weight[0], total: layer.parameter_count };
}

/**
 * The output sizes of a sliding window, or of a transposed convolution, with every number written out, one entry for an
 * axis (a single one where both axes are alike).
 * @param {Layer} layer
 * @returns {{ axis: "both" | "height" | "width", text: string, result: number, exact: boolean }[]} empty without a
 *   window
 */
export function sizeArithmetic(layer) {
  const spread = layer.record.spread(layer);
  if (spread) return onceIfAlike([0, 1].map((axis) => enlarged(layer, spread, axis)));
  const sliding = layer.record.window(layer);
  if (!sliding || layer.input_shape.length !== 3) return [];
  const entries = [0, 1].map((axis) => {
    const [size, kernel, stride, padding, after, dilation] = [
      layer.input_shape[axis + 1],
      sliding.size[axis],
      sliding.stride[axis],
      sliding.padding[axis],
      endOf(sliding, axis),
      sliding.dilation[axis],
    ];
    const [open, close] = sliding.ceil ? ["⌈", "⌉"] : ["⌊", "⌋"];
    return {
      axis: /** @type {"both" | "height" | "width"} */ (axis === 0 ? "height" : "width"),
      text: `${open}(${size} − ${covered(kernel, dilation)} + ${padding === after ? `2·${padding}` : `${padding} + ${after}`}) / ${stride}${close} + 1`,
      result: outputSize(sliding, axis, size),
      exact: leftOver(sliding, axis, size) === 0,
    };
  });
  return onceIfAlike(entries);
}

/**
 * How the receptive field of a layer grows out of that of the layer before, one entry for an axis (a single
 * one where both are alike): `5 + (3 − 1)·1 = 7`. The last factor is how many pixels apart neighbours before lie.
 * @param {import("./model.js").Model} model @param {Layer} layer
 * @returns {{ axis: "both" | "height" | "width", text: string, result: number }[]} empty where there is no such field
 */
export function fieldArithmetic(model, layer) {
  const sliding = layer.record.window(layer);
  const source = model.layer(layer.inputs[0]);
  const before = source ? source.receptive_field : { size: [1, 1], jump: [1, 1] };
  const after = layer.receptive_field;
  if (!sliding || !before || !after) return [];
  const entries = [0, 1].map((axis) => {
    const [kernel, dilation] = [sliding.size[axis], sliding.dilation[axis]];
    const cells = dilation === 1 ? `(${kernel} − 1)` : `${dilation}·(${kernel} − 1)`;
    return {
      axis: /** @type {"both" | "height" | "width"} */ (axis === 0 ? "height" : "width"),
      text: `${before.size[axis]} + ${cells}·${before.jump[axis]}`,
      result: after.size[axis],
    };
  });
  return onceIfAlike(entries);
}

/** How far a kernel reaches along one axis, written out. @param {number} kernel @param {number} dilation */
const covered = (kernel, dilation) => (dilation === 1 ? `${kernel}` : `(${dilation}·(${kernel} − 1) + 1)`);

/** The output size of a transposed convolution along one axis: all that its windows cover, without what is cut off.
 * @param {Layer} layer @param {import("./kinds.js").Window2D} spread @param {number} axis */
function enlarged(layer, spread, axis) {
  const [size, result] = [layer.input_shape[axis + 1], layer.output_shape[axis + 1]];
  const [before, after] = [spread.padding[axis], endOf(spread, axis)];
  const [cut, kept] = [before === after ? `2·${before}` : `${before} − ${after}`, layer.output_padding?.[axis] ?? 0];
  const whole = `(${size} − 1)·${spread.stride[axis]} + ${covered(spread.size[axis], spread.dilation[axis])}`;
  return {
    axis: /** @type {"both" | "height" | "width"} */ (axis === 0 ? "height" : "width"),
    text: `${whole}${before || after ? ` − ${cut}` : ""}${kept ? ` + ${kept}` : ""}`,
    result,
    exact: true,
  };
}

/**
 * One entry where both axes are alike.
 * @template {{ axis: "both" | "height" | "width", text: string }} T
 * @param {T[]} entries
 * @returns {T[]}
 */
const onceIfAlike = ([rows, columns]) => (rows.text === columns.text ? [{ ...rows, axis: "both" }] : [rows, columns]);

/** @param {number[]} numbers */
const product = (numbers) => numbers.reduce((result, number) => result * number, 1);
