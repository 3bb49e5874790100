// @ts-check
import { learned, zeros } from "./kind.js";

/** @type {Record<string, import("./kind.js").Computed>} */
export const denses = {
  dense: {
    multiplications: ({ input_shape: [inputs], output_shape: [units] }) => inputs * units,
    /** y[o] = b[o] + Σ_i w[o, i] · x[i] */
    forward(layer, [{ data: x }], parameters, y) {
      const { weight, bias } = learned(layer, parameters);
      const w = weight.data;
      for (let unit = 0, at = 0; unit < y.length; unit++) {
        let sum = bias ? bias.data[unit] : 0;
        for (let index = 0; index < x.length; index++, at++) sum += w[at] * x[index];
        y[unit] = sum;
      }
    },
    /** dx[i] = Σ_o w[o, i] · dy[o], dw[o, i] = dy[o] · x[i], db = dy */
    backward(layer, [{ data: x }], parameters, _y, dy) {
      const { weight, bias } = learned(layer, parameters);
      const w = weight.data;
      const sum = new Float64Array(x.length);
      const dw = zeros(dy, w.length);
      for (let unit = 0, at = 0; unit < dy.length; unit++) {
        const d = dy[unit];
        for (let index = 0; index < x.length; index++, at++) {
          sum[index] += w[at] * d;
          dw[at] = d * x[index];
        }
      }
      const dx = zeros(dy, x.length);
      dx.set(sum);
      return { inputs: [dx], parameters: { weight: dw, ...(bias && { bias: dy.slice() }) } };
    },
  },
};
