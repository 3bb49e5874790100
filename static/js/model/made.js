// @ts-check
/**
 * Pictures for a model that brought none: of its own size and colours. They say nothing that the model has learnt; they
 * show what it does with edges, areas and noise until somebody gives it a picture.
 */
import { raster } from "./strokes.js";
import { gaussian } from "./transform.js";

/** @typedef {import("./strokes.js").Grey} Grey */
/** @typedef {(x: number, y: number) => number} Pattern brightness 0–1 at a place, 0–1 */

/** Up to this side a grey picture is of a stroke, as digits are. */
const SMALL = 40;

const wave = (/** @type {number} */ phase) => 0.5 + 0.5 * Math.sin(2 * Math.PI * phase);

/** @type {Record<string, Pattern>} */
const PATTERNS = {
  ring: (x, y) => Math.min(1, Math.max(0, 6 - 40 * Math.abs(Math.hypot(x - 0.5, y - 0.5) - 0.3))),
  stripes: (x, y) => wave((x + y) * 4),
  squares: (x, y) => ((Math.floor(x * 4) + Math.floor(y * 4)) % 2 ? 0.9 : 0.1),
  slope: (x) => x,
};

/** Strokes like the parts of digits and letters. @type {Record<string, import("./strokes.js").Stroke[]>} */
const STROKES = {
  loop: [
    Array.from({ length: 33 }, (_, i) => [
      0.5 + 0.2 * Math.sin((i * Math.PI) / 16),
      0.5 - 0.28 * Math.cos((i * Math.PI) / 16),
    ]),
  ],
  upright: [
    [
      [0.52, 0.2],
      [0.48, 0.8],
    ],
  ],
  corner: [
    [
      [0.3, 0.25],
      [0.7, 0.25],
      [0.45, 0.8],
    ],
  ],
};

/**
 * Names and grey pictures, the first to be shown first; none for a model that takes other than grey or colours.
 * @param {readonly number[]} shape of the input
 * @returns {[string, Grey][]}
 */
export function madePictures([channels, height, width]) {
  if (channels !== 1 && channels !== 3) return [];
  const drawn = channels === 1 && Math.max(height, width) <= SMALL;
  /** @type {[string, Grey][]} */
  const made = drawn
    ? Object.entries(STROKES).map(([name, strokes]) => [name, raster(strokes, width, height)])
    : Object.entries(PATTERNS).map(([name, pattern]) => [name, painted(pattern, width, height)]);
  return [...made, ["noise", noise(width, height)]];
}

/** @param {Pattern} pattern @param {number} width @param {number} height */
function painted(pattern, width, height) {
  const data = Float32Array.from({ length: width * height }, (_, at) =>
    pattern(((at % width) + 0.5) / width, (Math.floor(at / width) + 0.5) / height),
  );
  return { width, height, data };
}

/** The same noise every time. @param {number} width @param {number} height */
function noise(width, height) {
  const next = gaussian(1);
  const data = Float32Array.from({ length: width * height }, () => Math.min(1, Math.max(0, 0.5 + 0.2 * next())));
  return { width, height, data };
}
