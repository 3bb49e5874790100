// @ts-check
/**
 * The shapes and counts over the columns of the network map say, when pointed at, how they come about. Loaded once the
 * network is drawn.
 */
import { parameterArithmetic, sizeArithmetic } from "../../model/arithmetic.js";

/** @param {import("./map.js").LoupeNetwork} map */
export function explainLabels(map) {
  map.listen(map.stage, "pointerover", (event) => {
    const label =
      event.target instanceof Element
        ? /** @type {HTMLElement | null} */ (event.target.closest(".network-shape, .network-learned"))
        : null;
    if (!label) return;
    const name = /** @type {HTMLElement | null} */ (label.closest("[data-column]"))?.dataset.column ?? "";
    const layer = map.scene?.model.layer(name);
    label.title = layer
      ? label.matches(".network-shape")
        ? shape(map, layer)
        : learned(map, layer)
      : map.t("network.shape.input");
  });
}

/** @param {import("./map.js").LoupeNetwork} map @param {import("../../model/model.js").Layer} layer */
function shape(map, layer) {
  const t = map.t.bind(map);
  const sizes = sizeArithmetic(layer).map(
    ({ axis, text, result }) => `${axis === "both" ? "" : `${t(`network.inspector.${axis}`)}: `}${text} = ${result}`,
  );
  return [t(layer.output_shape.length === 3 ? "network.shape.maps" : "network.shape.vector"), ...sizes].join("\n");
}

/** @param {import("./map.js").LoupeNetwork} map @param {import("../../model/model.js").Layer} layer */
function learned(map, layer) {
  const sum = parameterArithmetic(layer);
  const plain = (/** @type {number} */ value) => map.i18n.plain(value);
  const lines = sum
    ? [
        `${sum.factors.map(plain).join("·")}${sum.bias ? " + 1" : ""} = ${plain(sum.perUnit)}`,
        `${plain(sum.units)}·${plain(sum.perUnit)} = ${plain(sum.total)}`,
      ]
    : [];
  return [map.t("network.learned_hint"), ...lines].join("\n");
}
