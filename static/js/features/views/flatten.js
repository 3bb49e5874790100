// @ts-check
/** Flatten: which pixel of which map became which element of the vector, with the arithmetic. */
import { exact, signed } from "../../core/i18n.js";
import { ACTIVATIONS } from "../../draw/colour.js";
import { nameOf } from "../../formula/tree.js";
import { tensorOf } from "../../model/explain.js";
import { isMaps } from "../../model/model.js";
import { indexAt, offset, valueAt } from "../../model/trace.js";
import { unitValues } from "../../model/statistics.js";
import { h } from "../../elements/dom.js";
import { createHeat } from "./parts/heat.js";
import { valuesLegend } from "./parts/legend.js";
import { viewLimit } from "./parts/range.js";
import { scrollTo } from "../../elements/scroll.js";
import { addOperands, operandRow } from "./parts/operands.js";
import { createValue, setValue, sizeText, valueIndexText } from "./parts/value.js";
import { classLabel } from "./subject.js";

/**
 * @param {import("./subject.js").Subject} subject
 * @param {import("./host.js").Actions} actions
 * @returns {import("./host.js").ViewPart}
 */
export function createFlatten(subject, actions) {
  const { t, i18n } = actions;
  const { model } = subject.scene;
  const layer = /** @type {import("../../model/model.js").Layer} */ (subject.layer);
  const shape = isMaps(layer.input_shape) ? layer.input_shape : [1, 1, layer.input_shape[0]];
  const [maps, rows, columns] = shape;
  const size = rows * columns;
  const open = (/** @type {number[]} */ at) => actions.open("flatten", { layer: layer.name, unit: offset(shape, at) });
  const [map, row, column] = indexAt(shape, subject.unit);
  const heat = createHeat({
    rows,
    columns,
    className: "large",
    label: t("views.map", { name: `${subject.source}[${map}]`, shape: sizeText([rows, columns]) }),
    onPoint: (atRow, atColumn, pinned) => pinned && open([map, atRow, atColumn]),
  });
  const mark = heat.mark("cell", [1, 1]);
  const strips = Array.from({ length: maps }, (_, index) => {
    const strip = createHeat({
      rows: 1,
      columns: size,
      className: "strip-values",
      label: t("views.output.strip_of", { name: `${subject.source}[${index}]` }),
      onPoint: (_row, element, pinned) => pinned && open([index, Math.floor(element / columns), element % columns]),
    });
    strip.root.style.aspectRatio = "";
    const stripMark = index === map ? strip.mark("cell", [1, 1]) : null;
    return {
      strip,
      stripMark,
      root: h(
        "li",
        { class: index === map ? "chosen" : null },
        h("span", { class: "row-name" }, `[${index}]`),
        strip.root,
      ),
    };
  });
  const value = createValue("result");
  const weighed = model.consumers(layer.name).find(({ record }) => record.family === "dense") ?? null;
  const weights = h("ul", { class: "operand-list compact" });
  const legends = h("div", { class: "view-legends" });
  const root = h(
    "div",
    { class: "stage-flatten" },
    h(
      "div",
      { class: "flatten-maps" },
      h(
        "figure",
        null,
        h("figcaption", null, h("strong", null, `${subject.source}[${map}]`), ` ${sizeText([rows, columns])}`),
        heat.root,
      ),
      h(
        "div",
        { class: "flatten-words" },
        h(
          "p",
          { class: "mono big" },
          `(${map} · ${rows} + ${row}) · ${columns} + ${column} = `,
          h("strong", null, String(subject.unit)),
        ),
        h(
          "p",
          null,
          t("views.flatten.words", {
            from: `${subject.source}[${[map, row, column].join(", ")}]`,
            to: `${layer.name}[${subject.unit}]`,
          }),
        ),
        value,
        weighed
          ? h(
              "section",
              {
                class: "flatten-weights",
                tabindex: "0",
                "aria-label": t("views.flatten.weights", { layer: weighed.name }),
              },
              h("h3", null, t("views.flatten.weights", { layer: weighed.name })),
              weights,
            )
          : "",
      ),
    ),
    h(
      "ol",
      {
        class: "flatten-strips",
        start: "0",
        tabindex: "0",
        "aria-label": t("views.output.strip", { count: maps * size }),
      },
      strips.map(({ root: item }) => item),
    ),
    legends,
  );

  return {
    root,
    name: "flatten",
    positions: null,
    paint(shown) {
      const limit = viewLimit(actions.state(), { ...shown, view: { ...shown.view, unit: map } }, () => [
        shown.input.data,
      ]);
      heat.paint(isMaps(shown.input.shape) ? unitValues(shown.input, map) : shown.input.data, limit, ACTIVATIONS);
      heat.place(row, column);
      mark.move(row, column);
      strips.forEach(({ strip, stripMark }, index) => {
        strip.paint(shown.input.data.subarray(index * size, (index + 1) * size), limit, ACTIVATIONS);
        stripMark?.move(0, row * columns + column);
      });
      if (weighed) {
        weights.replaceChildren();
        addOperands(weights, weighedBy(shown.scene, weighed, subject.unit, shown.output.data[subject.unit], i18n));
      }
      setValue(value, valueAt(shown.output, [shown.unit]), { layer: layer.name, at: [shown.unit] });
      legends.replaceChildren(valuesLegend(limit, t));
    },
    point() {},
    settle() {
      const list = root.querySelector(".flatten-strips");
      scrollTo(list, list.querySelector(".chosen"));
    },
  };
}

/** What each neuron of the next layer makes of an element: its weight, and value × weight.
 * @param {import("../../model/explain.js").Scene} scene
 * @param {import("../../model/model.js").Layer} layer
 * @param {number} element
 * @param {number} value
 * @param {import("../../core/i18n.js").Translator} i18n */
function weighedBy(scene, layer, element, value, i18n) {
  const { weight } = /** @type {import("../../model/kinds.js").LayerParameters} */ (scene.parameters.get(layer.name));
  const [units, count] = weight.shape;
  const products = Array.from({ length: units }, (_, unit) => value * weight.data[unit * count + element]);
  const largest = Math.max(...products.map(Math.abs)) || 1;
  return products.map((product, unit) => {
    const label = classLabel(scene.model, layer.name, unit);
    const factor = weight.data[unit * count + element];
    const valueIndex = { layer: layer.name, at: [unit] };
    const output = /** @type {import("../../model/trace.js").Tensor} */ (tensorOf(scene, layer.name));
    return operandRow(
      { "data-direction": "forward", "data-place": valueIndexText(valueIndex), "data-value": exact(output.data[unit]) },
      [label ? i18n.label(label) : nameOf(valueIndex)],
      "",
      {
        factor: [`× ${signed(factor)}`, exact(factor)],
        product: [`= ${signed(product)}`, String(product)],
        part: product / largest,
      },
    );
  });
}
