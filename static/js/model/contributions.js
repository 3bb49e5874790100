// @ts-check
/**
 * What spoke for and against a class: every value that a dense neuron reads, times its weight.
 *
 * logit = bias + Σ_i value_i · weight_i
 */

import { numberOf, rowOf } from "./trace.js";

/**
 * @typedef {object} Contributions
 * @property {Float64Array} products value × weight of every element
 * @property {number} bias
 * @property {number} positive sum of the products above 0
 * @property {number} negative sum of the products below 0
 * @property {number} total positive + negative + bias, in float64
 */

/**
 * Every value that a unit reads, times its weight.
 * @param {Float32Array} input
 * @param {import("./trace.js").Tensor} weight (O, I)
 * @param {number} unit
 */
export function productsOf(input, weight, unit) {
  const row = rowOf(weight, unit);
  const products = new Float64Array(input.length);
  for (let i = 0; i < input.length; i++) products[i] = input[i] * row[i];
  return products;
}

/**
 * @param {import("./trace.js").Tensor} input
 * @param {import("./kinds.js").LayerParameters} parameters
 * @param {number} unit
 * @returns {Contributions} */
export function contributions(input, { weight, bias }, unit) {
  const products = productsOf(input.data, weight, unit);
  let positive = 0;
  let negative = 0;
  for (const product of products) {
    if (product > 0) positive += product;
    else negative += product;
  }
  const own = bias ? numberOf(bias, unit) : 0;
  return { products, bias: own, positive, negative, total: positive + negative + own };
}

/**
 * Indices of the products by size, largest first, those of one sign.
 * @param {Float64Array} products
 * @param {1 | -1} sign
 * @param {number} limit
 */
export function largest(products, sign, limit) {
  const found = [];
  for (let i = 0; i < products.length; i++) if (sign * products[i] > 0) found.push(i);
  return found.sort((a, b) => sign * (products[b] - products[a])).slice(0, limit);
}

/** What each unit before adds in total: the products of the values that it owns.
 * @param {Float64Array} products
 * @param {Uint32Array} owners the unit that each value belongs to
 * @param {number} units how many there are
 */
export function sumsByOwner(products, owners, units) {
  const sums = new Float64Array(units);
  for (let i = 0; i < products.length; i++) sums[owners[i]] += products[i];
  return sums;
}

/**
 * What each map adds to the logit in total: the products of its pixels.
 * @param {Float64Array} products
 * @param {number} maps
 */
export const totals = (products, maps) =>
  sumsByOwner(
    products,
    Uint32Array.from(products, (_, i) => Math.floor((i * maps) / products.length)),
    maps,
  );
