// @ts-check
/**
 * Several maps, one value: what stands at the same place of each of them, and what that makes: a sum or a product of
 * two layers, a value among those of the maps beside it.
 */
import { h } from "../../elements/dom.js";
import { isMaps } from "../../model/model.js";
import { valuesLegend } from "./parts/legend.js";
import { viewLimit } from "./parts/range.js";
import { createUnitFigure } from "./parts/unit-figure.js";

/** What stands between the operands; after them what they make. @type {Record<string, string>} */
const SIGNS = { sum: "+", product: "×" };

/**
 * @param {import("./subject.js").Subject} subject
 * @param {import("./host.js").Actions} actions
 * @returns {import("./host.js").ViewPart}
 */
export function createMaps(subject, actions) {
  const { t } = actions;
  const layer = /** @type {import("../../model/model.js").Layer} */ (subject.layer);
  const tracer = /** @type {import("../../model/kinds/kind.js").Tracer} */ (layer.record.tracer);
  const maps = isMaps(layer.output_shape);
  const [, rows = 1, columns = 1] = layer.output_shape;
  /** @param {import("./subject.js").Subject} of @param {number[]} at */
  const traceAt = ({ inputs, parameters, unit }, at) => tracer.trace(layer, inputs, parameters, [unit, ...at]);
  const { operation, terms } = traceAt(subject, subject.at);
  const choose = (/** @type {number} */ unit) => actions.open("maps", { layer: layer.name, unit });
  const point = (/** @type {number} */ row, /** @type {number} */ column, /** @type {boolean} */ pinned) =>
    actions.point([row, column], pinned);
  const operands = terms.map(({ source, at: [unit] }) => ({
    source,
    figure: createUnitFigure({
      layer: layer.inputs[source],
      shape: layer.input_shapes[source],
      unit,
      point,
      choose,
      t,
    }),
  }));
  const result = createUnitFigure({
    layer: layer.name,
    shape: layer.output_shape,
    unit: subject.unit,
    result: true,
    point,
    choose,
    t,
  });
  const sign = (/** @type {string} */ text) => h("span", { class: "sign", "aria-hidden": "true" }, text);
  const legends = h("div", { class: "view-legends" });
  const root = h(
    "div",
    { class: "stage-maps" },
    h(
      "div",
      { class: "maps-line", "data-operation": operation },
      operands.map(({ figure }, index) =>
        h("div", { class: "maps-term" }, sign((index && SIGNS[operation]) || ""), figure.root),
      ),
      h("div", { class: "maps-term" }, sign(SIGNS[operation] ? "=" : "→"), result.root),
    ),
    h("p", { class: "note" }, t(`views.maps.${operation}`, { count: terms.length })),
    legends,
  );
  let current = subject;
  return {
    root,
    name: "maps",
    positions: maps ? [rows, columns] : null,
    paint(next) {
      current = next;
      const { tint } = actions.state();
      const limit = viewLimit(actions.state(), next, () => [
        ...operands.map(({ source, figure }) => figure.values(next.inputs[source])),
        result.values(next.output),
      ]);
      for (const { source, figure } of operands) figure.paint(next, next.inputs[source], limit, tint);
      result.paint(next, next.output, limit, tint);
      legends.replaceChildren(valuesLegend(limit, t));
    },
    point(at, revealed) {
      traceAt(current, at).terms.forEach((term, index) =>
        operands[index].figure.point(current.inputs[term.source], term.at),
      );
      result.point(current.output, [current.unit, ...at], revealed);
    },
  };
}
