// @ts-check
/** Three ways to make shares of scores, of which only softmax does it for every score. */

/**
 * p_i = e^{z_i / T} / Σ_j e^{z_j / T}, computed after subtracting the largest.
 * @param {number[]} scores
 * @param {number} [temperature]
 */
export function softmax(scores, temperature = 1) {
  const most = Math.max(...scores);
  const powers = scores.map((score) => Math.exp((score - most) / temperature));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((power) => power / sum);
}

/** z_i / Σ_j z_j: meaningless as soon as a score is negative, undefined where the sum is 0. @param {number[]} scores */
export function plainShares(scores) {
  const sum = scores.reduce((a, b) => a + b, 0);
  return scores.map((score) => (sum === 0 ? NaN : score / sum));
}

/** (z_i − min) / (max − min): 0 to 1, but the sum is anything. @param {number[]} scores */
export function minMax(scores) {
  const [least, most] = [Math.min(...scores), Math.max(...scores)];
  return scores.map((score) => (most === least ? NaN : (score - least) / (most - least)));
}
