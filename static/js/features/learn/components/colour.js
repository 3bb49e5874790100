// @ts-check
/**
 * Colours of values in grids and maps: the page's own scales (`draw/colour.js`), entry by entry,
 * so that the ink on a cell can be chosen by how light it is.
 *
 * @typedef {(value: number, range: number) => number[]} Colour red, green, blue, 0–255
 */
import { ACTIVATIONS, GREY, LOGITS, WEIGHTS } from "../../../draw/colour.js";

/** @param {import("../../../draw/colour.js").Scale} scale @param {number} low share that the first entry stands for */
function table(scale, low) {
  /** @type {number[][]} */
  const entries = Array.from({ length: 257 }, (_, index) =>
    (scale.css(low + (index / 256) * (1 - low)).match(/\d+/g) ?? []).map(Number),
  );
  /** @type {Colour} */
  return (value, range) => {
    const share = range > 0 && Number.isFinite(value) ? value / range : 0;
    return entries[Math.round((256 * (Math.min(1, Math.max(low, share)) - low)) / (1 - low))];
  };
}

/** Activations, −range to range; 0 is white. */
export const signedColour = table(ACTIVATIONS, -1);
/** Weights, −range to range. */
export const weightColour = table(WEIGHTS, -1);
/** Counts, 0 to range. */
export const countColour = table(LOGITS, 0);
/** Brightness, 0 to range. */
export const greyColour = table(GREY, 0);

/** @param {number[]} colour */
export const css = ([red, green, blue]) => `rgb(${red} ${green} ${blue})`;

/** Black or white, whichever stands out more (WCAG relative luminance). @param {number[]} colour */
export function inkOn(colour) {
  const [red, green, blue] = colour.map((part) =>
    part / 255 <= 0.04045 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4,
  );
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.179 ? "#000" : "#fff";
}
