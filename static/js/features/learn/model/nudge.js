// @ts-check
/**
 * An adversarial nudge: how the loss changes with each number of the picture, found by backpropagation through the
 * loaded network, and a step of one size in all of them that makes the loss grow (the fast gradient sign method).
 *
 * @typedef {import("../../../model/model.js").Layer} Layer
 * @typedef {import("../../../model/model.js").Model} Model
 * @typedef {import("../../../model/kinds.js").LayerParameters} LayerParameters
 */
import { inputOf } from "../../../model/model.js";

/** @typedef {(layer: Layer, x: Float32Array, dy: Float32Array, own: LayerParameters) => Float32Array} Backward */

/** ∂L/∂x of a layer from its ∂L/∂y. @type {Record<string, Backward>} */
const BACKWARD = {
  conv2d(layer, x, dy, { weight }) {
    const [channels, height, width] = layer.input_shape;
    const [maps, rows, columns] = layer.output_shape;
    const [[kh, kw], [down, right], [top, side], [gapDown, gapRight]] = /** @type {number[][]} */ ([
      layer.kernel,
      layer.stride,
      layer.padding,
      layer.dilation,
    ]);
    const dx = new Float32Array(x.length);
    for (let o = 0, at = 0; o < maps; o++)
      for (let i = 0; i < rows; i++)
        for (let j = 0; j < columns; j++, at++) {
          const slope = dy[at];
          if (slope === 0) continue;
          for (let c = 0, w = o * channels * kh * kw; c < channels; c++)
            for (let u = 0; u < kh; u++)
              for (let v = 0; v < kw; v++, w++) {
                const [row, column] = [i * down - top + u * gapDown, j * right - side + v * gapRight];
                if (row >= 0 && column >= 0 && row < height && column < width)
                  dx[(c * height + row) * width + column] += slope * weight.data[w];
              }
        }
    return dx;
  },
  max_pool2d(layer, x, dy) {
    const [, height, width] = layer.input_shape;
    const [maps, rows, columns] = layer.output_shape;
    const [[kh, kw], [down, right]] = /** @type {number[][]} */ ([layer.window, layer.stride]);
    const dx = new Float32Array(x.length);
    for (let o = 0, at = 0; o < maps; o++)
      for (let i = 0; i < rows; i++)
        for (let j = 0; j < columns; j++, at++) {
          let winner = (o * height + i * down) * width + j * right;
          for (let u = 0; u < kh; u++)
            for (let v = 0; v < kw; v++) {
              const cell = (o * height + i * down + u) * width + j * right + v;
              if (x[cell] > x[winner]) winner = cell; // of equals the first keeps its place
            }
          dx[winner] += dy[at];
        }
    return dx;
  },
  relu: (_, x, dy) => dy.map((slope, index) => (x[index] > 0 ? slope : 0)),
  flatten: (_, __, dy) => dy,
  dense(_, x, dy, { weight }) {
    const dx = new Float32Array(x.length);
    dy.forEach((slope, unit) => {
      for (let index = 0; index < x.length; index++) dx[index] += slope * weight.data[unit * x.length + index];
    });
    return dx;
  },
};

/** What a layer must not have for the plain loops above to be right. @param {Layer} layer */
const plain = (layer) =>
  layer.inputs.length === 1 &&
  (layer.groups ?? 1) === 1 &&
  (layer.padding ?? []).every((side) => (layer.kind === "conv2d" ? typeof side === "number" : side === 0)) &&
  layer.order !== "hwc" &&
  !layer.ceil;

/** The layers from the picture to the scores, where all of them can be walked back; null for other networks.
 * @param {Model} model @returns {readonly Layer[] | null} */
export function walkable(model) {
  const last = model.layers.at(-1);
  const before = last?.kind === "softmax" ? model.layers.slice(0, -1) : model.layers;
  const fits = before.every(
    (layer, index) =>
      Object.hasOwn(BACKWARD, layer.kind) && plain(layer) && layer.inputs[0] === (before[index - 1]?.name ?? "input"),
  );
  return fits && before.length ? before : null;
}

/**
 * ∂L/∂x for L = −ln p of a class.
 * @param {Model} model @param {Map<string, LayerParameters>} parameters
 * @param {import("../../../api/client.js").Run} run
 * @param {number[]} probabilities in class order @param {number} target
 * @returns {Float32Array | null}
 */
export function inputGradient(model, parameters, run, probabilities, target) {
  const layers = walkable(model);
  if (!layers) return null;
  /** @type {Float32Array} */
  let slope = Float32Array.from(probabilities, (p, index) => p - (index === target ? 1 : 0));
  for (const layer of [...layers].reverse())
    slope = BACKWARD[layer.kind](
      layer,
      inputOf(layer, run).data,
      slope,
      /** @type {LayerParameters} */ (parameters.get(layer.name)),
    );
  return slope;
}

/**
 * The picture with every number moved by `size` in the direction that makes the loss grow, and kept in its range.
 * @param {import("../../../api/wire.js").Tensor} input @param {Float32Array} slope @param {number} size
 * @param {readonly number[]} range
 */
export const nudged = ({ shape, data }, slope, size, [least, most]) => ({
  shape,
  data: data.map((value, index) => Math.min(most, Math.max(least, value + size * Math.sign(slope[index])))),
});
