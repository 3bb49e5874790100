// @ts-check
/** The colour key of a view: a ramp with its ends and its middle written out. */
import { signed } from "../../../core/i18n.js";
import { ACTIVATIONS, paintDiverging, paintSequential, WEIGHTS } from "../../../draw/colour.js";
import { h } from "../../../elements/dom.js";
import { takeCanvas } from "./canvas.js";

/** @typedef {import("../../../draw/colour.js").Scale} Scale */

/** Of the ramp; odd, so that 0 has its own. */
const STEPS = 101;

/**
 * @param {string} title what is coloured
 * @param {Scale} scale
 * @param {{ low: string, middle?: string, high: string, sequential?: boolean }} ends
 */
export function createLegend(title, scale, { low, middle = "0", high, sequential = false }) {
  const { canvas: ramp, context } = takeCanvas(STEPS, 1);
  ramp.className = "legend-ramp";
  const image = context.createImageData(STEPS, 1);
  const pixels = new Uint32Array(image.data.buffer);
  const shares = Float32Array.from({ length: STEPS }, (_, x) =>
    sequential ? x / (STEPS - 1) : (2 * x) / (STEPS - 1) - 1,
  );
  if (sequential) paintSequential(pixels, 0, shares, 0, 1, scale);
  else paintDiverging(pixels, 0, shares, 1, scale);
  context.putImageData(image, 0, 0);
  const ends = h(
    "div",
    { class: "legend-ends" },
    h("span", null, low),
    sequential ? null : h("span", null, middle),
    h("span", null, high),
  );
  return h("div", { class: "view-legend" }, h("div", { class: "legend-title" }, title), ramp, ends);
}

/**
 * The key of a scale around 0 that ends at a limit.
 * @param {string} title
 * @param {Scale} scale
 * @param {number} limit
 */
const around = (title, scale, limit) =>
  createLegend(title, scale, { low: `≤ ${signed(-limit)}`, high: `≥ ${signed(limit)}` });

/** The key of a layer's values. @param {number} limit @param {(key: string) => string} t */
export const valuesLegend = (limit, t) => around(t("views.legend.activations"), ACTIVATIONS, limit);

/** The key of learned numbers. @param {number} limit @param {(key: string) => string} t */
export const weightsLegend = (limit, t) => around(t("views.legend.weights"), WEIGHTS, limit);

/** The key of what values add to a sum. @param {number} limit @param {(key: string) => string} t */
export const contributionsLegend = (limit, t) => around(t("views.legend.contributions"), ACTIVATIONS, limit);
