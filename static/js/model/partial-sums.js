// @ts-check
/**
 * What one input map alone gives to a convolution neuron: the map that its one kernel makes,
 * before the C results and the bias are added up.
 *
 * r[c, i, j] = Σ_{u,v} x[c, i·stride − padding + u·dilation, …] · w[o, c − first, u, v]
 *
 * A transposed convolution lays the kernel, times the value, over its result instead:
 *
 * r[c, i·stride − padding + u·dilation, …] = Σ_{i,u,…} x[c, i, j] · w[o, c − first, u, v]
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
import { rowOf } from "./trace.js";

/**
 * The K×K numbers of one kernel.
 * @param {Layer} layer
 * @param {Tensor} weight
 * @param {number} unit
 * @param {number} channel the input map that it lies on
 */
export function kernelOf(layer, weight, unit, channel) {
  const size = weight.shape[2] * weight.shape[3];
  const start = (channel - mapsOf(layer, unit).first) * size;
  return rowOf(weight, unit).subarray(start, start + size);
}

/**
 * What each cell of one input's kernel is multiplied by at a place, in the kernel's order; null where it meets nothing
 * (of a transposed convolution only some cells reach).
 * @param {import("./trace.js").Trace} trace @param {number} count how many inputs it adds up
 * @param {number} index of the input among them @param {readonly number[]} size rows and columns of the kernel
 * @returns {(import("./trace.js").Term | null)[]}
 */
export function termsOnKernel({ terms }, count, index, [rows, columns]) {
  /** @type {(import("./trace.js").Term | null)[]} */
  const cells = Array.from({ length: rows * columns }, () => null);
  const each = terms.length / count;
  for (const term of terms.slice(index * each, (index + 1) * each)) {
    const [, , u, v] = /** @type {number[]} */ (term.parameter);
    cells[u * columns + v] = term;
  }
  return cells;
}

/**
 * The result map of one input channel, rows after rows.
 * @param {Layer} layer @param {Tensor} input @param {Tensor} weight @param {number} unit @param {number} channel
 * @returns {Float32Array}
 */
export function partialMap(layer, input, weight, unit, channel) {
  const window = layer.record.window(layer);
  const sliding = /** @type {import("./kinds.js").Window2D} */ (window ?? layer.record.spread(layer));
  const [, height, width] = layer.output_shape;
  const [, inputHeight, inputWidth] = input.shape;
  // The windows' places, and the map that they lie on.
  const [places, under] = window
    ? [
        [height, width],
        [inputHeight, inputWidth],
      ]
    : [
        [inputHeight, inputWidth],
        [height, width],
      ];
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
      // The columns of windows whose cell lies on the map, and not beside it.
      const first = Math.max(0, Math.ceil(-left / stride));
      const end = Math.min(places[1], Math.floor((under[1] - 1 - left) / stride) + 1);
      for (let i = 0; i < places[0]; i++) {
        const row = i * sliding.stride[0] + top;
        if (row < 0 || row >= under[0]) continue;
        let cell = row * under[1] + left + first * stride;
        const last = i * places[1] + end;
        if (window)
          for (let place = i * places[1] + first; place < last; place++, cell += stride)
            result[place] += factor * data[base + cell];
        else
          for (let place = i * places[1] + first; place < last; place++, cell += stride)
            result[cell] += factor * data[base + place];
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
