// @ts-check
/**
 * What spoke for and against a class: every value that a dense neuron reads, times its weight.
 *
 * logit = bias + Σ_i value_i · weight_i
 */

/**
 * @typedef {object} Contributions
 * @property {Float64Array} products value × weight of every element
 * @property {number} bias
 * @property {number} positive sum of the products above 0
 * @property {number} negative sum of the products below 0
 * @property {number} total positive + negative + bias, in float64
 */

/** @param {import("./trace.js").Tensor} input @param {import("./kinds.js").LayerParameters} parameters @param {number} unit
 * @returns {Contributions} */
export function contributions(input, { weight, bias }, unit) {
  const count = input.data.length;
  const products = new Float64Array(count);
  let positive = 0;
  let negative = 0;
  for (let i = 0; i < count; i++) {
    const product = input.data[i] * weight.data[unit * count + i];
    products[i] = product;
    if (product > 0) positive += product;
    else negative += product;
  }
  return { products, bias: bias.data[unit], positive, negative, total: positive + negative + bias.data[unit] };
}

/** Indices of the products by size, largest first, those of one sign. @param {Float64Array} products @param {1 | -1} sign @param {number} limit */
export function largest(products, sign, limit) {
  const found = [];
  for (let i = 0; i < products.length; i++) if (sign * products[i] > 0) found.push(i);
  return found.sort((a, b) => sign * (products[b] - products[a])).slice(0, limit);
}

/** What each map adds to the logit in total: the products of its pixels. @param {Float64Array} products @param {number} maps */
export function totals(products, maps) {
  const each = products.length / maps;
  return Float64Array.from({ length: maps }, (_, map) => {
    let sum = 0;
    for (let i = map * each; i < (map + 1) * each; i++) sum += products[i];
    return sum;
  });
}
