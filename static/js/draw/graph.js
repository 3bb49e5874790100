// @ts-check
/** The graph of a function of one value: where it is drawn, its curve, its ticks. Pure geometry. */

const MARGIN = { left: 46, right: 14, top: 12, bottom: 30 };
const SAMPLES = 160;

/** A drawing area with scales for both axes.
 * @param {[number, number]} across @param {[number, number]} up @param {number} width @param {number} height */
export function graphBox(across, up, width, height) {
  const [left, right, top, bottom] = [MARGIN.left, width - MARGIN.right, MARGIN.top, height - MARGIN.bottom];
  const clamp = (/** @type {number} */ value, /** @type {[number, number]} */ [low, high]) =>
    Math.max(low, Math.min(high, value));
  return {
    left,
    right,
    top,
    bottom,
    across,
    up,
    x: (/** @type {number} */ value) =>
      round(left + ((clamp(value, across) - across[0]) / (across[1] - across[0])) * (right - left)),
    y: (/** @type {number} */ value) => round(bottom - ((clamp(value, up) - up[0]) / (up[1] - up[0])) * (bottom - top)),
  };
}

/**
 * The graph of `apply` over the values that occur: symmetric about 0, so that both sides are seen.
 * @param {(x: number) => number} apply @param {Float32Array} values @param {number} width @param {number} height
 */
export function functionSamples(apply, values, width, height) {
  let largest = 0;
  for (const value of values) largest = Math.max(largest, Math.abs(value));
  const end = nice(largest || 1);
  const xs = Array.from({ length: SAMPLES + 1 }, (_, index) => -end + (2 * end * index) / SAMPLES);
  const ys = xs.map(apply);
  const [low, high] = [Math.min(0, ...ys), Math.max(0, ...ys)];
  const space = 0.06 * (high - low || 1);
  const box = graphBox([-end, end], [low - space, high + space], width, height);
  const path = xs.map((x, index) => `${index ? "L" : "M"}${box.x(x)} ${box.y(ys[index])}`).join("");
  return {
    box,
    path,
    ticks: [
      ...ticks([-end, end]).map((value) => ({ axis: "x", x: box.x(value), y: 0, text: text(value) })),
      ...ticks([low, high]).map((value) => ({ axis: "y", x: 0, y: box.y(value), text: text(value) })),
    ],
  };
}

/** The next number of the form 1, 2 or 5 times a power of ten. @param {number} value */
export function nice(value) {
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 5, 10].map((step) => step * power).find((step) => step >= value * 0.999999) ?? value;
}

/** About four round numbers in a range. @param {[number, number]} range */
export function ticks([low, high]) {
  const step = nice((high - low) / 5);
  const found = [];
  for (let index = Math.ceil(low / step - 1e-9); index * step <= high * (1 + 1e-9) + 1e-12; index++)
    found.push(index * step);
  return found;
}

const round = (/** @type {number} */ value) => Math.round(value * 100) / 100;
const text = (/** @type {number} */ value) => String(Number(value.toPrecision(6))).replace("-", "−");
