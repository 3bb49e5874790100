// @ts-check
/** How a unit's values are spread: a histogram that stays in the inspector while what it shows changes. */
import { drawHistogram } from "../../draw/histogram.js";
import { histogram, summarise } from "../../model/statistics.js";
import { h } from "../dom.js";

const BINS = 36;
const [WIDTH, HEIGHT] = [264, 56];

/** @param {import("./inspector.js").LoupeInspector} host */
export function createSpread(host) {
  const canvas = h("canvas", { class: "inspector-histogram", role: "img" });
  const [low, words, high] = [h("span"), h("span"), h("span")];
  const element = h("figure", { class: "inspector-spread" }, canvas, h("figcaption", null, low, words, high));

  return {
    /** Values that are exactly 0 would dwarf all others behind an activation and are only counted.
     * @param {Float32Array} values @param {number} zeros how many are 0 @param {(value: number) => string} colour */
    show(values, zeros, colour) {
      const without = zeros > 0.2 * values.length;
      const counted = without ? values.filter((value) => value !== 0) : values;
      if (counted.length === 0) return null;
      const { minimum, maximum } = summarise(counted);
      const ends = { low: Math.min(0, minimum), high: Math.max(0, maximum) };
      low.textContent = host.i18n.value(ends.low);
      high.textContent = host.i18n.value(ends.high);
      words.textContent = host.t(without ? "network.inspector.spread_without" : "network.inspector.spread");
      canvas.setAttribute(
        "aria-label",
        host.t("network.inspector.histogram", { low: low.textContent, high: high.textContent }),
      );
      const context = canvas.getContext("2d");
      resize(canvas, WIDTH * devicePixelRatio, HEIGHT * devicePixelRatio);
      context.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
      context.clearRect(0, 0, WIDTH, HEIGHT);
      drawHistogram(
        context,
        { x: 0, y: 0, width: WIDTH, height: HEIGHT },
        { counts: histogram(counted, ends.low, ends.high, BINS), ...ends },
        { ...host.theme, colour },
      );
      return element;
    },
  };
}

/**
 * Give a canvas its pixels anew only where their number changes.
 * @param {HTMLCanvasElement} canvas
 * @param {number} width
 * @param {number} height
 */
export function resize(canvas, width, height) {
  if (canvas.width !== Math.round(width)) canvas.width = Math.round(width);
  if (canvas.height !== Math.round(height)) canvas.height = Math.round(height);
}
