// @ts-check
/**
 * Pictures for a network that brought none: of its own size and colours, made in this page. They say nothing that the
 * network has learnt; they show what it does with edges, areas and noise until somebody gives it a picture.
 */
import { raster } from "../../model/strokes.js";
import { gaussian } from "../../model/transform.js";
import { context } from "../../elements/context.js";
import { pictureOf } from "../../elements/grey-picture.js";

/** @typedef {(x: number, y: number) => number} Pattern brightness 0–1 at a place, 0–1 */

const wave = (/** @type {number} */ phase) => 0.5 + 0.5 * Math.sin(2 * Math.PI * phase);

/** @type {Record<string, Pattern>} */
const PATTERNS = {
  ring: (x, y) => Math.min(1, Math.max(0, 6 - 40 * Math.abs(Math.hypot(x - 0.5, y - 0.5) - 0.3))),
  stripes: (x, y) => wave((x + y) * 4),
  squares: (x, y) => ((Math.floor(x * 4) + Math.floor(y * 4)) % 2 ? 0.9 : 0.1),
  slope: (x) => x,
};

/** Strokes like the parts of digits and letters. @type {Record<string, import("../../model/strokes.js").Stroke[]>} */
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
 * @param {{ input: { shape: number[], preparation?: any } }} description
 * @returns {Promise<import("../../state/initial.js").Sample[]>}
 */
export async function picturesFor({ input: { shape, preparation } }) {
  const [channels, height, width] = shape;
  if (channels !== 1 && channels !== 3) return [];
  const invert = preparation?.invert === true;
  const drawn = channels === 1 && Math.max(height, width) <= 40;
  /** @type {[string, import("../../model/strokes.js").Grey][]} */
  const made = [
    ...(drawn
      ? Object.entries(STROKES).map(([name, strokes]) => /** @type {any} */ ([name, raster(strokes, width, height)]))
      : Object.entries(PATTERNS).map(
          ([name, pattern]) => /** @type {any} */ ([name, painted(pattern, width, height)]),
        )),
    ["noise", noise(width, height)],
  ];
  return Promise.all(made.map(([name, grey]) => sample(name, grey, invert)));
}

/** @param {string} name @param {import("../../model/strokes.js").Grey} grey @param {boolean} invert */
async function sample(name, grey, invert) {
  const { i18n } = context();
  const blob = await pictureOf(grey, { invert });
  const text = (/** @type {string} */ key) => ({ [i18n.language]: i18n.t(key) });
  return {
    id: `made-${name}`,
    class: null,
    role: "gallery",
    title: text(`pictures.made.${name}`),
    caption: text("pictures.made.caption"),
    url: "",
    thumbnail: URL.createObjectURL(blob),
    digest: "",
    borrowed: true,
    blob,
  };
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
