// @ts-check
/** The colour key of a view: a ramp with its ends and its middle written out. */
import { h } from "../../dom.js";

/** @typedef {import("../../../draw/colour.js").Scale} Scale */

/**
 * @param {string} title what is coloured
 * @param {Scale} scale
 * @param {{ low: string, middle?: string, high: string, sequential?: boolean }} ends
 */
export function createLegend(title, scale, { low, middle = "0", high, sequential = false }) {
  const ramp = h("canvas", { class: "legend-ramp", width: 101, height: 1, "aria-hidden": "true" });
  const context = ramp.getContext("2d");
  for (let x = 0; x <= 100; x++) {
    context.fillStyle = scale.css(sequential ? x / 100 : x / 50 - 1);
    context.fillRect(x, 0, 1, 1);
  }
  const ends = h("div", { class: "legend-ends" }, h("span", null, low), sequential ? null : h("span", null, middle), h("span", null, high));
  return h("div", { class: "view-legend" }, h("div", { class: "legend-title" }, title), ramp, ends);
}
