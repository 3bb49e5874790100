// @ts-check
/** Choose another layer or neuron while a view is open; the view follows. */
import { INPUT, unitCount } from "../../../model/model.js";
import { does } from "../../../elements/context.js";
import { h } from "../../../elements/dom.js";

/**
 * @param {import("../../../model/model.js").Model} model @param {import("../../../state/initial.js").View} view
 * @param {import("../host.js").Actions} actions
 */
export function createPicker(model, view, { t, named }) {
  const countOf = (/** @type {string} */ layer) => unitCount(model.shape(layer) ?? [1]);
  const count = countOf(view.layer);
  /** The nearest unit that a layer has. @param {string} layer @param {number} unit */
  const within = (layer, unit) => ({ layer, unit: Math.max(0, Math.min(countOf(layer) - 1, unit)) });
  const names = [INPUT, ...model.layers.map(({ name }) => name)];
  const layers = h(
    "select",
    {
      class: "button",
      "data-picker": "layer",
      "aria-label": t("views.picker.layer"),
      ...does("choose-unit", () => within(layers.value, view.unit), "change"),
    },
    names.map((name) =>
      h("option", { value: name, selected: name === view.layer }, name === INPUT ? t("views.input") : named(name)),
    ),
  );
  const unit = h("input", {
    type: "number",
    class: "field picker-unit",
    "data-picker": "unit",
    min: 0,
    max: count - 1,
    value: view.unit,
    "aria-label": t("views.picker.unit", { last: count - 1 }),
    ...does(
      "choose-unit",
      () => {
        const wanted = unit.value === "" ? NaN : Math.round(Number(unit.value));
        const chosen = Number.isFinite(wanted) ? within(view.layer, wanted) : null;
        unit.value = String(chosen?.unit ?? view.unit);
        return chosen;
      },
      "change",
    ),
  });
  const step = (/** @type {number} */ by, /** @type {string} */ name, /** @type {string} */ sign) =>
    h(
      "button",
      {
        type: "button",
        class: "button square",
        "data-picker": name,
        "aria-label": t(`views.picker.${name}`),
        title: t(`views.picker.${name}`),
        ...does("choose-unit", { layer: view.layer, unit: (view.unit + by + count) % count }),
      },
      h("span", { "aria-hidden": "true" }, sign),
    );
  return h(
    "div",
    { class: "view-picker", role: "group", "aria-label": t("views.picker.title") },
    layers,
    step(-1, "previous", "‹"),
    unit,
    h("span", { class: "picker-count" }, t("views.picker.range", { last: count - 1 })),
    step(1, "next", "›"),
  );
}
