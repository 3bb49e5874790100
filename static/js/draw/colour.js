// @ts-check
/**
 * Colours of data, as tables of 256 packed pixels.
 *
 * Scales are built in OKLCH (B. Ottosson, "A perceptual color space for image processing", 2020), so
 * that lightness falls evenly with |v|: they read the same to colour-blind eyes and in grey.
 * On a light page 0 is white and values darken with |v|; on a dark one 0 is the page's ground and values glow. The
 * value
 * 0 falls on entry 128 of a diverging table, which holds exactly that colour. Pictures look the same on both.
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

/** @typedef {(share: number) => [number, number, number]} Ramp the colour of a share 0–1 */
/** @typedef {{ light: Ramp, dark: Ramp }} Arm one side of a scale, on a light and on a dark page */

/** The colours of 0. `dark` is the page's ground (`--ground` in css/tokens.css). */
export const ZERO = /** @type {const} */ ({ light: [255, 255, 255], dark: [20, 22, 27] });
/** How light the ground of a dark page is in OKLCH. */
const GROUND = 0.2;

/** @type {"light" | "dark"} */
let page = "light";

/** Whether the page is dark; whoever says so has everything painted anew. @param {boolean} dark */
export const turnColours = (dark) => void (page = dark ? "dark" : "light");

/** What scales are made for now. */
export const pageIs = () => page;

/**
 * One arm: the colour of 0 at 0, the end colour at 1.
 * @param {{ dark: number, bright: number, chroma: number, hue: number, turn?: number }} end
 *   the lightness at its end on a light and on a dark page @returns {Arm} */
function arm({ dark, bright, chroma, hue, turn = 0 }) {
  /** @param {number} from @param {number} to @param {number} ease @returns {Ramp} */
  const between = (from, to, ease) => (share) => {
    const eased = share ** ease;
    return oklch(from + (to - from) * eased, chroma * Math.sin(Math.PI * 0.76 * eased), hue + turn * share);
  };
  const glowing = between(GROUND, bright, 0.8);
  return { light: between(1, dark, 0.9), dark: (share) => (share === 0 ? [...ZERO.dark] : glowing(share)) };
}

/** @param {Arm} negative of shares below 0 @param {Arm} positive @returns {Scale} */
function diverging(negative, positive) {
  return scale(
    (entry, on) => {
      const share = Math.max(-1, (entry - 128) / 127);
      return share < 0 ? negative[on](-share) : positive[on](share);
    },
    (share) => Math.round(127 * Math.max(-1, Math.min(1, share))) + 128,
  );
}

/** @param {Arm} colour @returns {Scale} */
function sequential(colour) {
  return scale(
    (entry, on) => colour[on](entry / 255),
    (share) => Math.round(255 * Math.max(0, Math.min(1, share))),
  );
}

/** The same on every page. @param {Ramp} ramp @returns {Arm} */
const alike = (ramp) => ({ light: ramp, dark: ramp });

/** The table is made when something is first painted with it, a colour's name when it is first asked for.
 * @param {(entry: number, on: "light" | "dark") => [number, number, number]} colour
 * @param {(share: number) => number} entryOf
 * @returns {Scale}
 */
function scale(colour, entryOf) {
  /** @type {Partial<Record<"light" | "dark", Uint32Array>>} */
  const tables = {};
  /** @type {Record<"light" | "dark", string[]>} */
  const names = { light: [], dark: [] };
  return {
    get pixels() {
      return (tables[page] ??= Uint32Array.from({ length: 256 }, (_, entry) => pack(colour(entry, page))));
    },
    css(share) {
      const entry = entryOf(share);
      return (names[page][entry] ??= `rgb(${colour(entry, page).join(" ")})`);
    },
  };
}

/** Activations: negative red, positive blue. */
export const ACTIVATIONS = diverging(
  arm({ dark: 0.33, bright: 0.78, chroma: 0.19, hue: 29, turn: -6 }),
  arm({ dark: 0.31, bright: 0.84, chroma: 0.155, hue: 240, turn: 16 }),
);
/** Weights: negative orange, positive purple; never mistaken for activations. */
export const WEIGHTS = diverging(
  arm({ dark: 0.42, bright: 0.86, chroma: 0.165, hue: 62, turn: -10 }),
  arm({ dark: 0.3, bright: 0.79, chroma: 0.17, hue: 296 }),
);
/** Differences, B minus A: negative magenta, positive green; never mistaken for what they are differences of. */
export const DIFFERENCES = diverging(
  arm({ dark: 0.36, bright: 0.8, chroma: 0.19, hue: 340 }),
  arm({ dark: 0.38, bright: 0.86, chroma: 0.15, hue: 148 }),
);
/** Logits. */
export const LOGITS = sequential(arm({ dark: 0.5, bright: 0.8, chroma: 0.2, hue: 58, turn: -14 }));
/** Input channels. */
export const GREY = sequential(
  alike((share) => [Math.round(255 * share), Math.round(255 * share), Math.round(255 * share)]),
);

/** @type {Record<string, Scale>} */
const TINTS = Object.fromEntries(
  ["red", "green", "blue"].map((name, index) => [
    name,
    sequential(
      alike(
        (share) =>
          /** @type {[number, number, number]} */ (
            [0, 1, 2].map((channel) => (channel === index ? Math.round(255 * share) : Math.round(40 * share)))
          ),
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

/** Black or white, whichever can be read on a colour (WCAG 2.2 relative luminance; both reach 4.5 : 1 at 0.18).
 * @param {readonly number[]} colour red, green, blue, 0–255 */
export function inkOn(colour) {
  const [red, green, blue] = colour.map((byte) => (byte <= 10 ? byte / 3294.6 : ((byte / 255 + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.179 ? "#000" : "#fff";
}

/** The red, green and blue of `rgb(r g b)`. @param {string} colour */
export const partsOf = (colour) => (colour.match(/\d+/g) ?? [255, 255, 255]).slice(0, 3).map(Number);
