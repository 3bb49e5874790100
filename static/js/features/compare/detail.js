// @ts-check
/** What the numbers of a layer's difference are made of, and its units, the most changed first. */
import { cosineOf, distanceOf, unitsChanged } from "../../model/comparison.js";
import { INPUT } from "../../model/model.js";
import { layerName, valueName } from "../../state/selectors.js";
import { does } from "../../elements/context.js";
import { h } from "../../elements/dom.js";
import { alignedWords, measured, written } from "./strip.js";

/** So many units are listed. */
const LISTED = 12;

/**
 * @param {import("./element.js").LoupeCompare} host @param {import("./sides.js").Pair} pair
 * @param {import("../../model/comparison.js").LayerDifference} layer
 */
export function detailOf(host, pair, layer) {
  const { t, i18n } = { t: host.t.bind(host), i18n: host.i18n };
  const number = (/** @type {number} */ value) => i18n.value(value).replace(/^\+/, "");
  const root = (/** @type {number} */ squares) => number(Math.sqrt(squares));
  const { squares, squaresA, squaresB, product, values, gates, winners, units } = layer;
  const changed = unitsChanged(layer);
  /** @type {[string, string][]} */
  const lines = [
    [
      t("compare.measure.distance"),
      distanceOf(layer) === null
        ? t("compare.made.silent")
        : `‖B − A‖ / ‖A‖ = √Σ(b − a)² / √Σa² = ${root(squares)} / ${root(squaresA)} = ${number(distanceOf(layer) ?? 0)}`,
    ],
    [
      t("compare.measure.cosine"),
      cosineOf(layer) === null
        ? t("compare.made.silent")
        : `Σa·b / (‖A‖·‖B‖) = ${number(product)} / (${root(squaresA)}·${root(squaresB)}) = ${number(cosineOf(layer) ?? 0)}`,
    ],
    [t("compare.measure.units"), share(changed, "units", "compare.made.units")],
  ];
  if (gates) lines.push([t("compare.measure.gates"), share(gates, "gates", "compare.made.gates")]);
  if (winners) lines.push([t("compare.measure.winners"), share(winners, "winners", "compare.made.winners")]);

  /**
   * @param {{ count: number, of: number }} part @param {import("./strip.js").Measure} measure @param {string} words
   */
  function share(part, measure, words) {
    return t(words, { count: part.count, of: part.of, share: written(host, measured(layer, measure), measure) });
  }

  const most = Math.sqrt(units[0]?.squares ?? 0) || 1;
  return [
    h(
      "h2",
      null,
      t("compare.made.title", { layer: layerName(i18n, pair.b.model, layer.layer) }),
      pair.alignment && h("small", null, alignedWords(host, layer)),
    ),
    h(
      "p",
      { class: "note" },
      t(values.count === 0 && values.of > 0 ? "compare.made.equal" : "compare.made.values", {
        count: values.count,
        of: values.of,
        largest: number(layer.largest),
      }),
    ),
    h(
      "dl",
      { class: "compare-lines" },
      lines.flatMap(([name, text]) => [h("dt", null, name), h("dd", null, text)]),
    ),
    h("p", { class: "compare-subtitle" }, t("compare.made.most")),
    h(
      "ul",
      { class: "compare-units" },
      units.slice(0, LISTED).map(({ unit, squares: own, squaresA: before }) => {
        const name =
          layer.layer === INPUT
            ? `${layer.layer}[${unit}]`
            : valueName(i18n, pair.b.model, { layer: layer.layer, at: [unit] });
        const button = h(
          "button",
          {
            type: "button",
            class: "compare-unit",
            "data-control": `unit ${unit}`,
            title: t("compare.made.unit", { name }),
            ...does("compare-follow", { layer: layer.layer, unit }),
          },
          h("span", null, name),
          h("span", { class: "mono" }, before > 0 ? number(Math.sqrt(own) / Math.sqrt(before)) : `‖B‖ ${root(own)}`),
          h("span", { class: "compare-cell-bar", "aria-hidden": "true" }),
        );
        button.style.setProperty("--share", String(Math.sqrt(own) / most));
        return h("li", null, button);
      }),
    ),
    units.length > LISTED && h("p", { class: "note" }, t("compare.made.more", { count: units.length - LISTED })),
  ].filter((part) => part !== false);
}
