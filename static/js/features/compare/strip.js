// @ts-check
/** By how much each layer differs: a cell for each, which opens what its numbers are made of. */
import { cosineOf, distanceOf, unitsChanged } from "../../model/comparison.js";
import { layerName } from "../../state/selectors.js";
import { does } from "../../elements/context.js";
import { h } from "../../elements/dom.js";

/** @typedef {import("../../model/comparison.js").LayerDifference} LayerDifference */
/** @typedef {import("./element.js").LoupeCompare} LoupeCompare */

export const MEASURES = /** @type {const} */ (["distance", "cosine", "units", "gates", "winners"]);

/** @param {{ count: number, of: number } | null} share */
const ratio = (share) => (share && share.of > 0 ? share.count / share.of : null);

/** @typedef {typeof MEASURES[number]} Measure */
/** A measure of a layer; null where it has none. @param {LayerDifference} layer @param {Measure} measure */
export function measured(layer, measure) {
  if (layer.values.of === 0) return null;
  if (measure === "distance") return distanceOf(layer);
  if (measure === "cosine") return cosineOf(layer);
  if (measure === "units") return ratio(unitsChanged(layer));
  return ratio(measure === "gates" ? layer.gates : layer.winners);
}

/** As it is written: an exact 0 is never a rounded one.
 * @param {LoupeCompare} host @param {number | null} value @param {typeof MEASURES[number]} measure */
export function written({ i18n }, value, measure) {
  if (value === null) return "–";
  if (measure === "distance" || measure === "cosine") return i18n.value(value).replace(/^\+/, "");
  return value === 0 || value === 1 ? `${100 * value}%` : i18n.percent(value);
}

/**
 * @param {LoupeCompare} host @param {HTMLElement} root @param {import("./sides.js").Pair} pair
 * @param {{ measure: typeof MEASURES[number], open: string | null }} shown
 */
export function stripOf(host, root, pair, { measure, open }) {
  const layers = /** @type {LayerDifference[]} */ (pair.layers);
  const focused = /** @type {HTMLElement | null} */ (document.activeElement);
  const within = focused && root.contains(focused) ? focused.dataset.control : null;
  const [{ scrollLeft }] = [root.querySelector(".compare-cells") ?? { scrollLeft: 0 }];
  const choice = h(
    "select",
    {
      class: "button",
      "data-control": "measure",
      "aria-label": host.t("compare.measure.title"),
      ...does("compare-measure", () => choice.value, "change"),
    },
    MEASURES.map((one) => h("option", { value: one, selected: one === measure }, host.t(`compare.measure.${one}`))),
  );
  const most = Math.max(...layers.map((layer) => Math.abs(measured(layer, measure) ?? 0)), 1e-30);
  const cells = layers.map((layer) => {
    const value = measured(layer, measure);
    const name = layerName(host.i18n, pair.b.model, layer.layer);
    const text = written(host, value, measure);
    const whole = pair.alignment ? alignedWords(host, layer) : "";
    const cell = h(
      "button",
      {
        type: "button",
        class: "compare-cell",
        "data-control": layer.layer,
        "data-layer-difference": layer.layer,
        "data-value": value,
        "data-zero": value === 0 && measure === "distance" ? "" : null,
        "data-aligned": pair.alignment ? (layer.aligned ? String(layer.aligned.exact) : "none") : null,
        "aria-expanded": String(open === layer.layer),
        title: host.t(`compare.hint.${measure}`) + whole,
        "aria-label": `${name}: ${host.t(`compare.measure.${measure}`)} ${text}${whole}`,
        ...does("compare-layer", layer.layer),
      },
      h("span", { class: "compare-cell-name" }, name),
      h("span", { class: "compare-cell-value" }, text),
      h("span", { class: "compare-cell-bar", "aria-hidden": "true" }),
    );
    cell.style.setProperty("--share", String(value === null ? 0 : Math.abs(value) / most));
    return cell;
  });
  root.replaceChildren(
    choice,
    h("div", { class: "compare-cells", role: "group", tabindex: "0", "aria-label": host.t("compare.layers") }, cells),
  );
  const scroller = /** @type {HTMLElement} */ (root.lastElementChild);
  scroller.scrollLeft = scrollLeft;
  if (within) /** @type {HTMLElement | null} */ (root.querySelector(`[data-control="${within}"]`))?.focus();
}

/** How a layer's maps were laid over each other. @param {LoupeCompare} host @param {LayerDifference} layer */
export function alignedWords(host, { aligned }) {
  if (!aligned) return ` ${host.t("compare.aligned.none")}`;
  if (aligned.mirror) return ` ${host.t("compare.aligned.mirror")}`;
  const [down, right] = aligned.wanted.map((size) => host.i18n.plain(size));
  return ` ${host.t(aligned.exact ? "compare.aligned.whole" : "compare.aligned.part", { down, right })}`;
}
