// @ts-check
/** What the colours of the squares mean. */
import { signed } from "../../core/i18n.js";
import { evidenceColour } from "../../draw/evidence.js";
import { h } from "../../elements/dom.js";

const STEPS = 64;

/** @param {import("../../core/i18n.js").Translator} i18n */
export function createLegend(i18n) {
  const bar = h("canvas", { class: "why-bar", width: STEPS + 1, height: 1, "aria-hidden": "true" });
  const [low, high] = [h("span"), h("span")];
  const root = h("div", { class: "why-legend" }, low, bar, high);
  const context = bar.getContext("2d");
  for (let step = 0; step <= STEPS; step++) {
    context.fillStyle = evidenceColour((2 * step) / STEPS - 1);
    context.fillRect(step, 0, 1, 1);
  }
  return {
    root,
    /** @param {number} limit the end of the range */
    show(limit) {
      low.textContent = `≤ ${signed(-limit)}`;
      high.textContent = `≥ ${signed(limit)}`;
      root.title = i18n.t("why.legend", { limit: signed(limit).replace("+", "") });
    },
  };
}
