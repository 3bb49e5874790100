// @ts-check
/**
 * Colours of data, as tables of 256 packed pixels.
 *
 * Scales are built in OKLCH (B. Ottosson, "A perceptual color space for image processing", 2020), so
 * that lightness falls evenly with |v|: they read the same to colour-blind eyes and in grey.
 * Diverging tables hold exact white at entry 128, where the value 0 falls.
 */

/** @typedef {{ readonly pixels: Uint32Array, css: (share: number) => string }} Scale `share` −1…1 (diverging) or 0…1 */

/**
 * @param {number} lightness 0–1 @param {number} chroma @param {number} hue degrees
 * @returns {[number, number, number]} sRGB 0–255
 */
export function oklch(lightness, chroma, hue) {
  const angle = (hue * Math.PI) / 180;
  const [a, b] = [chroma * Math.cos(angle), chroma * Math.sin(angle)];
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  const gamma = (/** @type {number} */ linear) =>
    Math.round(
      255 * Math.min(1, Math.max(0, linear <= 0.0031308 ? 12.92 * linear : 1.055 * linear ** (1 / 2.4) - 0.055)),
    );
  return [
    gamma(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
    gamma(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
    gamma(-0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s),
  ];
}

/** Pixels of an `ImageData` are bytes r, g, b, a in this order in memory. */
const LITTLE_ENDIAN = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1;
const pack = (/** @type {[number, number, number]} */ [r, g, b]) =>
  (LITTLE_ENDIAN ? (255 << 24) | (b << 16) | (g << 8) | r : (r << 24) | (g << 16) | (b << 8) | 255) >>> 0;

/**
 * One arm of a scale: white at 0, the end colour at 1.
 * @param {{ dark: number, chroma: number, hue: number, turn?: number }} end
 */
const arm =
  ({ dark, chroma, hue, turn = 0 }) =>
  (/** @type {number} */ share) => {
    const eased = share ** 0.9;
    return oklch(1 - (1 - dark) * eased, chroma * Math.sin(Math.PI * 0.76 * eased), hue + turn * share);
  };

/**
 * @param {(share: number) => [number, number, number]} negative colour of a share 0–1 below 0
 * @param {(share: number) => [number, number, number]} positive
 * @returns {Scale}
 */
function diverging(negative, positive) {
  const colour = (/** @type {number} */ share) => (share < 0 ? negative(-share) : positive(share));
  return scale(
    (entry) => colour(Math.max(-1, (entry - 128) / 127)),
    (share) => Math.round(127 * Math.max(-1, Math.min(1, share))) + 128,
  );
}

/** @param {(share: number) => [number, number, number]} colour @returns {Scale} */
function sequential(colour) {
  return scale(
    (entry) => colour(entry / 255),
    (share) => Math.round(255 * Math.max(0, Math.min(1, share))),
  );
}

/** The table is made when something is first painted with it, a colour's name when it is first asked for.
 * @param {(entry: number) => [number, number, number]} colour
 * @param {(share: number) => number} entryOf
 * @returns {Scale}
 */
function scale(colour, entryOf) {
  /** @type {Uint32Array | undefined} */
  let table;
  /** @type {string[]} */
  const names = [];
  return {
    get pixels() {
      return (table ??= Uint32Array.from({ length: 256 }, (_, entry) => pack(colour(entry))));
    },
    css(share) {
      const entry = entryOf(share);
      return (names[entry] ??= `rgb(${colour(entry).join(" ")})`);
    },
  };
}

/** Activations: negative red, 0 white, positive blue. */
export const ACTIVATIONS = diverging(
  arm({ dark: 0.33, chroma: 0.19, hue: 29, turn: -6 }),
  arm({ dark: 0.31, chroma: 0.155, hue: 240, turn: 16 }),
);
/** Weights: negative orange, 0 white, positive purple; never mistaken for activations. */
export const WEIGHTS = diverging(
  arm({ dark: 0.42, chroma: 0.165, hue: 62, turn: -10 }),
  arm({ dark: 0.3, chroma: 0.17, hue: 296 }),
);
/** Logits. */
export const LOGITS = sequential(arm({ dark: 0.5, chroma: 0.2, hue: 58, turn: -14 }));
/** Input channels. */
export const GREY = sequential((share) => [Math.round(255 * share), Math.round(255 * share), Math.round(255 * share)]);

/** @type {Record<string, Scale>} */
const TINTS = Object.fromEntries(
  ["red", "green", "blue"].map((name, index) => [
    name,
    sequential(
      (share) =>
        /** @type {[number, number, number]} */ (
          [0, 1, 2].map((channel) => (channel === index ? Math.round(255 * share) : Math.round(40 * share)))
        ),
    ),
  ]),
);

/** The scale of an input channel. @param {string | undefined} channel its name @param {boolean} tinted */
export const channelScale = (channel, tinted) => (tinted && channel && TINTS[channel]) || GREY;

/**
 * Write `count` values as pixels. `low`…`high` span the table; diverging tables are given
 * −limit…+limit, so that 0 falls on the middle entry.
 * @param {Uint32Array} out
 * @param {number} offset
 * @param {Float32Array} values
 * @param {number} limit
 * @param {Scale} scale
 */
export function paintDiverging(out, offset, values, limit, { pixels }) {
  const factor = limit > 0 ? 127 / limit : 0;
  for (let i = 0; i < values.length; i++) {
    let entry = Math.round(values[i] * factor) + 128;
    if (entry < 1) entry = 1;
    else if (entry > 255) entry = 255;
    out[offset + i] = pixels[entry];
  }
}

/**
 * @param {Uint32Array} out
 * @param {number} offset
 * @param {Float32Array} values
 * @param {number} low
 * @param {number} high
 * @param {Scale} scale
 */
export function paintSequential(out, offset, values, low, high, { pixels }) {
  const factor = high > low ? 255 / (high - low) : 0;
  for (let i = 0; i < values.length; i++) {
    let entry = Math.round((values[i] - low) * factor);
    if (entry < 0) entry = 0;
    else if (entry > 255) entry = 255;
    out[offset + i] = pixels[entry];
  }
}

/** The colour of one value on a diverging scale. @param {Scale} scale @param {number} value @param {number} limit */
export const colourOf = (scale, value, limit) => scale.css(limit > 0 ? value / limit : 0);
