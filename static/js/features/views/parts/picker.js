// @ts-check
/** Choose another layer or neuron while a view is open; the view follows. */
import { INPUT, unitCount } from "../../../model/model.js";
import { openView } from "../../../state/view.js";
import { h } from "../../../elements/dom.js";

/**
 * @param {import("../../../model/model.js").Model} model @param {import("../../../state/initial.js").View} view
 * @param {import("../../../state/view.js").Store} store
 * @param {import("../host.js").Actions} actions
 */
export function createPicker(model, view, store, { t, named }) {
  const shape = view.layer === INPUT ? model.input.shape : (model.layer(view.layer)?.output_shape ?? [1]);
  const count = unitCount(shape);
  const open = (/** @type {string} */ layer, /** @type {number} */ unit) =>
    openView(store, { layer, unit, at: layer === view.layer ? store.state.view?.at : undefined });
  const names = [INPUT, ...model.layers.map(({ name }) => name)];
  const layers = h(
    "select",
    {
      class: "button",
      "data-picker": "layer",
      "aria-label": t("views.picker.layer"),
      onchange: () => {
        const layer = layers.value;
        const next = layer === INPUT ? model.input.shape : (model.layer(layer)?.output_shape ?? [1]);
        open(layer, Math.min(view.unit, unitCount(next) - 1));
      },
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
    onchange: () => {
      const wanted = Math.round(Number(unit.value));
      if (unit.value !== "" && Number.isFinite(wanted)) open(view.layer, Math.max(0, Math.min(count - 1, wanted)));
      unit.value = String(store.state.view?.unit ?? view.unit);
    },
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
        onclick: () => open(view.layer, (view.unit + by + count) % count),
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
