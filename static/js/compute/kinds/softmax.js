// @ts-check
/** From scores to probabilities, or their logarithms; the largest score is taken off all first. */
import { zeros } from "./kind.js";

/** @typedef {import("./kind.js").Numbers} Numbers */

/** @param {Numbers} x */
function largest(x) {
  let found = -Infinity;
  for (const value of x) if (value > found) found = value;
  return found;
}

/** Σ e^(x − most). @param {Numbers} x @param {number} most */
function powers(x, most) {
  let sum = 0;
  for (const value of x) sum += Math.exp(value - most);
  return sum;
}

/** @type {Record<string, import("./kind.js").Computed>} */
export const softmaxes = {
  softmax: {
    forward(_layer, [{ data: x }], _parameters, y) {
      const most = largest(x);
      const sum = powers(x, most);
      for (let unit = 0; unit < x.length; unit++) y[unit] = Math.exp(x[unit] - most) / sum;
    },
    /** dz[k] = p[k] · (dp[k] − Σ_j dp[j] · p[j]) */
    backward(_layer, _inputs, _parameters, y, dy) {
      let sum = 0;
      for (let unit = 0; unit < y.length; unit++) sum += dy[unit] * y[unit];
      const dx = zeros(dy, y.length);
      for (let unit = 0; unit < y.length; unit++) dx[unit] = y[unit] * (dy[unit] - sum);
      return { inputs: [dx] };
    },
  },
  log_softmax: {
    forward(_layer, [{ data: x }], _parameters, y) {
      const most = largest(x);
      const sum = Math.log(powers(x, most));
      for (let unit = 0; unit < x.length; unit++) y[unit] = x[unit] - most - sum;
    },
    /** dz[k] = dy[k] − e^y[k] · Σ_j dy[j] */
    backward(_layer, _inputs, _parameters, y, dy) {
      let sum = 0;
      for (const value of dy) sum += value;
      const dx = zeros(dy, y.length);
      for (let unit = 0; unit < y.length; unit++) dx[unit] = dy[unit] - Math.exp(y[unit]) * sum;
      return { inputs: [dx] };
    },
  },
};
