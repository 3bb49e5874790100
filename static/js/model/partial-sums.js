// @ts-check
/**
 * What one input map alone gives to a convolution neuron: the map that its one kernel makes,
 * before the C results and the bias are added up.
 *
 * r[c, i, j] = Σ_{u,v} x[c, i·stride − padding + u·dilation, …] · w[o, c − first, u, v]
 *
 * A neuron of a grouped convolution reads the maps of its group only, from `first` on (`mapsOf`).
 *
 * The engine has no such tensor (it adds everything at once), so the page computes it: maps in
 * float32 for painting, single positions in float64, which add up to the output within `tolerance` (`operations.js`).
 *
 * @typedef {import("./model.js").Layer} Layer
 * @typedef {import("./trace.js").Tensor} Tensor
 */
import { mapsOf } from "./kinds/kind.js";
import { offset } from "./trace.js";

/**
 * The K×K numbers of one kernel.
 * @param {Layer} layer
 * @param {Tensor} weight
 * @param {number} unit
 * @param {number} channel the input map that it lies on
 */
export function kernelOf(layer, weight, unit, channel) {
  const size = weight.shape[2] * weight.shape[3];
  const start = offset(weight.shape, [unit, channel - mapsOf(layer, unit).first, 0, 0]);
  return weight.data.subarray(start, start + size);
}

/**
 * The result map of one input channel, rows after rows.
 * @param {Layer} layer @param {Tensor} input @param {Tensor} weight @param {number} unit @param {number} channel
 * @returns {Float32Array}
 */
export function partialMap(layer, input, weight, unit, channel) {
  const sliding = /** @type {import("./kinds.js").Window2D} */ (layer.record.window(layer));
  const [, height, width] = layer.output_shape;
  const [, inputHeight, inputWidth] = input.shape;
  const kernel = kernelOf(layer, weight, unit, channel);
  const base = channel * inputHeight * inputWidth;
  const { data } = input;
  const stride = sliding.stride[1];
  const result = new Float64Array(height * width);
  for (let u = 0; u < sliding.size[0]; u++) {
    const top = u * sliding.dilation[0] - sliding.padding[0];
    for (let v = 0; v < sliding.size[1]; v++) {
      const left = v * sliding.dilation[1] - sliding.padding[1];
      const factor = kernel[u * sliding.size[1] + v];
      // The output columns that see the map here, and not its padding.
      const first = Math.max(0, Math.ceil(-left / stride));
      const end = Math.min(width, Math.floor((inputWidth - 1 - left) / stride) + 1);
      for (let i = 0; i < height; i++) {
        const row = i * sliding.stride[0] + top;
        if (row < 0 || row >= inputHeight) continue;
        let from = base + row * inputWidth + left + first * stride;
        for (let to = i * width + first; to < i * width + end; to++, from += stride) result[to] += factor * data[from];
      }
    }
  }
  return Float32Array.from(result);
}

/** The results of all channels at one output position. The terms of a convolution's trace
 * stand channel by channel, so that each subtotal is a run of them.
 * @param {import("./trace.js").Trace} trace @param {number} channels @returns {Float64Array} */
export function partialsAt(trace, channels) {
  const each = trace.terms.length / channels;
  return Float64Array.from({ length: channels }, (_, channel) => {
    let sum = 0;
    for (let cell = 0; cell < each; cell++) {
      const { value, weight } = trace.terms[channel * each + cell];
      sum += value * /** @type {number} */ (weight);
    }
    return sum;
  });
}
