// @ts-check
/**
 * Changes to the network's input, computed on the (C, H, W) tensor in the order of the fields below.
 * Values are clipped to the model's own range at the end, as a photograph's would be.
 *
 * @typedef {object} Transform
 * @property {number} shift_x to the right, in pixels of the input
 * @property {number} shift_y downwards, in pixels of the input
 * @property {number} rotate degrees clockwise about the centre
 * @property {number} zoom how much larger, about the centre
 * @property {number} flip 1 mirrors left and right
 * @property {number} brightness added to every value
 * @property {number} contrast factor about the middle of the range
 * @property {number} blur standard deviation of a Gaussian, in pixels
 * @property {number} noise standard deviation of Gaussian noise, the same noise for the same setting
 * @property {number} grey how much of the colour is taken away: 0 none, 1 all
 * @property {number} swap which order of the channels: an index into `orders(C)`
 * @property {string} [cover] what is covered with grey at the end, as `cover.js` writes it
 */
/** @typedef {import("../api/wire.js").Tensor} Tensor */
/** @typedef {{ input: Tensor, share: number }} Mix another input of the same shape, and how much of the picture's own
 *   there is: 0 none, 1 nothing else */

import { coverInput } from "./cover.js";

/**
 * @param {Tensor} input (C, H, W)
 * @param {Transform} transform
 * @param {readonly number[]} [range] lowest and highest value that a picture has
 * @returns {Tensor}
 */
export function transformInput(input, transform, range = [0, 1]) {
  const [channels] = input.shape;
  let data = input.data;
  const { shift_x, shift_y, rotate, zoom, flip, cover } = transform;
  const { brightness, contrast, blur: sigma, noise, grey, swap } = transform;
  if (shift_x || shift_y || rotate || flip || zoom !== 1) data = move({ shape: input.shape, data }, transform);
  if (sigma > 0) data = blur({ shape: input.shape, data }, sigma);
  if (grey > 0 && channels === 3) data = fade(data, grey);
  if (swap > 0) data = reorder(data, orders(channels)[swap % orders(channels).length]);
  const [low, high] = range;
  const middle = (low + high) / 2;
  const random = noise > 0 ? gaussian(1) : () => 0;
  const changed = {
    shape: input.shape,
    data: data.map((value) =>
      Math.min(
        high,
        Math.max(
          low,
          (value - middle) * contrast + middle + brightness * (high - low) + noise * (high - low) * random(),
        ),
      ),
    ),
  };
  return cover ? coverInput(changed, cover, range) : changed;
}

/**
 * Shift, rotate, enlarge and mirror by asking, for each output pixel, where it comes from (bilinear between
 * four pixels). What comes from outside repeats the picture's edge: a black border would be an edge
 * that the photograph does not have.
 * @param {Tensor} tensor @param {Pick<Transform, "shift_x" | "shift_y" | "rotate" | "zoom" | "flip">} transform
 */
function move({ shape, data }, { shift_x, shift_y, rotate, zoom, flip }) {
  const [channels, height, width] = shape;
  const out = new Float32Array(data.length);
  const angle = (rotate * Math.PI) / 180;
  const cos = Math.cos(angle) / zoom;
  const sin = Math.sin(angle) / zoom;
  const [middleX, middleY] = [(width - 1) / 2, (height - 1) / 2];
  for (let row = 0; row < height; row++)
    for (let column = 0; column < width; column++) {
      const dx = column - shift_x - middleX;
      const dy = row - shift_y - middleY;
      const turned = cos * dx + sin * dy;
      const x = clamp((flip ? -turned : turned) + middleX, width - 1);
      const y = clamp(-sin * dx + cos * dy + middleY, height - 1);
      const [left, top] = [Math.floor(x), Math.floor(y)];
      const [right, bottom] = [Math.min(left + 1, width - 1), Math.min(top + 1, height - 1)];
      const [u, v] = [x - left, y - top];
      for (let channel = 0, start = 0; channel < channels; channel++, start += height * width) {
        const upper = data[start + top * width + left] * (1 - u) + data[start + top * width + right] * u;
        const lower = data[start + bottom * width + left] * (1 - u) + data[start + bottom * width + right] * u;
        out[start + row * width + column] = upper * (1 - v) + lower * v;
      }
    }
  return out;
}

/** @param {number} value @param {number} most */
const clamp = (value, most) => Math.min(most, Math.max(0, value));

/** Gaussian blur, rows then columns; the edge is repeated. @param {Tensor} tensor @param {number} sigma */
function blur({ shape, data }, sigma) {
  const [channels, height, width] = shape;
  const reach = Math.ceil(3 * sigma);
  const weights = Float64Array.from({ length: 2 * reach + 1 }, (_, index) =>
    Math.exp(-((index - reach) ** 2) / (2 * sigma * sigma)),
  );
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const pass = (
    /** @type {Float32Array} */ source,
    /** @type {number} */ length,
    /** @type {(line: number, place: number) => number} */ at,
    /** @type {number} */ lines,
  ) => {
    const out = new Float32Array(source.length);
    for (let line = 0; line < lines; line++)
      for (let place = 0; place < length; place++) {
        let sum = 0;
        for (let step = -reach; step <= reach; step++)
          sum += weights[step + reach] * source[at(line, clamp(place + step, length - 1))];
        out[at(line, place)] = sum / total;
      }
    return out;
  };
  const rows = pass(data, width, (line, place) => line * width + place, channels * height);
  return pass(
    rows,
    height,
    (line, place) => Math.floor(line / width) * height * width + place * width + (line % width),
    channels * width,
  );
}

/**
 * Towards the luma of ITU-R BT.601, as grey pictures are commonly made.
 * @param {Float32Array} data three channels
 * @param {number} amount
 */
function fade(data, amount) {
  const size = data.length / 3;
  const out = new Float32Array(data.length);
  for (let index = 0; index < size; index++) {
    const luma = 0.299 * data[index] + 0.587 * data[size + index] + 0.114 * data[2 * size + index];
    for (let channel = 0; channel < 3; channel++)
      out[channel * size + index] = data[channel * size + index] * (1 - amount) + luma * amount;
  }
  return out;
}

/** @param {Float32Array} data @param {number[]} order which channel stands in each place */
function reorder(data, order) {
  const size = data.length / order.length;
  const out = new Float32Array(data.length);
  order.forEach((from, to) => out.set(data.subarray(from * size, (from + 1) * size), to * size));
  return out;
}

/**
 * The orders of C channels that the transform panel offers: all six of three channels, else the rotations.
 * @param {number} channels @returns {number[][]} the first is the unchanged one
 */
export function orders(channels) {
  if (channels === 3)
    return [
      [0, 1, 2],
      [0, 2, 1],
      [1, 0, 2],
      [1, 2, 0],
      [2, 0, 1],
      [2, 1, 0],
    ];
  return Array.from({ length: Math.min(channels, 6) }, (_, first) =>
    Array.from({ length: channels }, (_unused, index) => (first + index) % channels),
  );
}

/** A repeatable source of standard normal numbers: mulberry32 with the Box–Muller transform. @param {number} seed */
export function gaussian(seed) {
  let state = seed >>> 0;
  const uniform = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
}
