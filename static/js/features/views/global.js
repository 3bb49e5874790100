// @ts-check
/** Global pooling: a whole map becomes one number, its mean or its largest value. */
import { winner } from "../../model/operations.js";
import { unitValues } from "../../model/statistics.js";
import { product, valueAt } from "../../model/trace.js";
import { h } from "../../elements/dom.js";
import { createHeat } from "./parts/heat.js";
import { valuesLegend } from "./parts/legend.js";
import { paintUnit } from "./parts/paint.js";
import { inputValues, viewLimit } from "./parts/range.js";
import { createValue, setValue, sizeText } from "./parts/value.js";
import { createVector } from "./parts/vector.js";

/**
 * @param {import("./subject.js").Subject} subject
 * @param {import("./host.js").Actions} actions
 * @returns {import("./host.js").ViewPart}
 */
export function createGlobal(subject, actions) {
  const { t } = actions;
  const layer = /** @type {import("../../model/model.js").Layer} */ (subject.layer);
  const tracer = /** @type {import("../../model/kinds/kind.js").Tracer} */ (layer.record.tracer);
  const [, rows, columns] = subject.input.shape;
  const { operation } = tracer.trace(layer, subject.inputs, subject.parameters, [subject.unit]);
  const inName = `${subject.source}[${subject.unit}]`;
  const heat = createHeat({
    rows,
    columns,
    className: "large",
    from: inName,
    label: t("views.map", { name: inName, shape: sizeText([rows, columns]) }),
    onPoint: (row, column) => show(row * columns + column),
  });
  const taken = heat.mark("winner", [1, 1]);
  const mark = heat.mark("cell", [1, 1]);
  const vector = createVector(layer.output_shape[0], layer.name, (unit) =>
    actions.open("global", { layer: layer.name, unit }),
  );
  const [result, element, share] = [createValue("result"), createValue("", true), createValue("")];
  const elementName = h("span", { class: "mono" });
  const words = h("p", { class: "pooling-words" });
  const legends = h("div", { class: "view-legends" });
  const root = h(
    "div",
    { class: "stage-pooling stage-global" },
    h(
      "div",
      { class: "pooling-maps" },
      h(
        "figure",
        null,
        h("figcaption", null, h("strong", null, inName), ` ${sizeText([rows, columns])}`),
        heat.root,
        h(
          "p",
          { class: "element-readout" },
          elementName,
          element,
          operation === "mean" ? h("span", { class: "element-product" }, `÷ ${rows * columns} = `, share) : "",
        ),
      ),
      h(
        "div",
        { class: "pooling-step" },
        h("strong", null, t(`operations.${operation}.title`)),
        h("span", { class: "arrow", "aria-hidden": "true" }, "→"),
        result,
        words,
      ),
      h(
        "figure",
        null,
        h("figcaption", null, h("strong", null, actions.named(layer.name, [subject.unit]))),
        vector.root,
      ),
    ),
    legends,
  );

  let current = subject;
  /** @type {import("../../model/trace.js").Trace} */
  let trace = { operation, at: [], terms: [], bias: null, constants: {} };

  /** Look at one value of the map. @param {number} index */
  function show(index) {
    const term = trace.terms[index];
    heat.place(term.at[1], term.at[2]);
    mark.move(term.at[1], term.at[2]);
    elementName.textContent = `${current.source}[${term.at.join(", ")}]`;
    setValue(element, term.value, { layer: current.source, at: term.at });
    setValue(share, product(term));
  }

  return {
    root,
    name: "global",
    positions: null,
    paint(next) {
      current = next;
      const limit = viewLimit(actions.state(), next, () => [...inputValues(next), next.output.data]);
      paintUnit(heat, next.scene, next.source, next.input, next.unit, limit, actions.state().tint);
      vector.paint(next.output.data, limit, next.unit, layer.name);
      legends.replaceChildren(valuesLegend(limit, t));
      trace = tracer.trace(layer, next.inputs, next.parameters, [next.unit]);
      const won = winner(trace);
      const chosen = won === null ? null : trace.terms[won].at;
      taken.element.hidden = chosen === null;
      if (chosen) taken.move(chosen[1], chosen[2]);
      words.textContent = chosen
        ? t("views.pooling.won", { row: chosen[1], column: chosen[2] })
        : t("views.pooling.mean", { count: trace.terms.length });
      setValue(result, valueAt(next.output, [next.unit]), { layer: layer.name, at: [next.unit] });
      const values = unitValues(next.input, next.unit);
      show(won ?? values.reduce((best, value, index) => (value > values[best] ? index : best), 0));
    },
    point() {},
  };
}
