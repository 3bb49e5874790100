// @ts-check
/** Flatten: which pixel of which map became which element of the vector, with the arithmetic. */
import { exact, signed } from "../../core/i18n.js";
import { ACTIVATIONS } from "../../draw/colour.js";
import { valueName } from "../../state/selectors.js";
import { tensorOf } from "../../model/explain.js";
import { isMaps } from "../../model/model.js";
import { indexAt, offset, rowOf, valueAt } from "../../model/trace.js";
import { unitValues } from "../../model/statistics.js";
import { h } from "../../elements/dom.js";
import { createHeat } from "./parts/heat.js";
import { valuesLegend } from "./parts/legend.js";
import { viewLimit } from "./parts/range.js";
import { createWindowed } from "../../elements/windowed.js";
import { operandRow, writeOperands } from "./parts/operands.js";
import { createValue, setValue, sizeText, valueIndexText } from "./parts/value.js";
import { classLabel } from "./subject.js";

/** Up to so many neurons of the next layer are listed at once, in their order. */
const WRITTEN = 60;

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
  /** A map in one row. @param {number} index */
  const build = (index) => {
    const strip = createHeat({
      rows: 1,
      columns: size,
      className: "strip-values",
      label: t("views.output.strip_of", { name: `${subject.source}[${index}]` }),
      onPoint: (_row, element, pinned) => pinned && open([index, Math.floor(element / columns), element % columns]),
    });
    strip.root.style.aspectRatio = "";
    const stripMark = index === map ? strip.mark("cell", [1, 1]) : null;
    stripMark?.move(0, row * columns + column);
    const name = h("span", { class: "row-name" }, `[${index}]`);
    return { row: h("li", { class: index === map ? "chosen" : null }, name, strip.root), strip, painted: 0 };
  };
  const list = h("ol", {
    class: "flatten-strips",
    start: "0",
    tabindex: "0",
    "aria-label": t("views.output.strip", { count: maps * size }),
  });
  const strips = createWindowed({
    count: maps,
    root: list,
    list,
    build,
    spacer: "li",
    place: (index) => ({ "aria-setsize": maps, "aria-posinset": index + 1 }),
  });
  const value = createValue("result");
  const weighed = model.consumers(layer.name).find(({ record }) => record.family === "dense") ?? null;
  const weights = h("ul", { class: "operand-list compact" });
  const more = h("div");
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
        h("figcaption", null, h("strong", null, actions.named(subject.source, [map])), ` ${sizeText([rows, columns])}`),
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
            from: actions.named(subject.source, [map, row, column]),
            to: actions.named(layer.name, [subject.unit]),
          }),
        ),
        value,
        weighed
          ? h(
              "section",
              {
                class: "flatten-weights",
                tabindex: "0",
                "aria-label": t("views.flatten.weights", { layer: actions.named(weighed.name) }),
              },
              h("h3", null, t("views.flatten.weights", { layer: actions.named(weighed.name) })),
              weights,
              more,
            )
          : "",
      ),
    ),
    list,
    legends,
  );

  /** What each neuron of the next layer makes of the element: its weight, and value × weight; of many those first of
   * which it makes most.
   * @param {import("../../model/explain.js").Scene} scene @param {import("../../model/model.js").Layer} reader
   * @param {number} value
   */
  const writeWeights = (scene, reader, value) => {
    const { weight } = /** @type {import("../../model/kinds.js").LayerParameters} */ (
      scene.parameters.get(reader.name)
    );
    const output = /** @type {import("../../model/trace.js").Tensor} */ (tensorOf(scene, reader.name));
    const factors = Float32Array.from({ length: weight.shape[0] }, (_, unit) => rowOf(weight, unit)[subject.unit]);
    const products = Array.from(factors, (factor) => value * factor);
    const order = products.map((_, unit) => unit);
    if (order.length > WRITTEN) order.sort((a, b) => Math.abs(products[b]) - Math.abs(products[a]));
    const largest = Math.max(...products.map(Math.abs)) || 1;
    const weightRow = (/** @type {number} */ position) => {
      const unit = order[position];
      const valueIndex = { layer: reader.name, at: [unit] };
      const label = classLabel(scene.model, reader.name, unit);
      return operandRow(
        {
          "data-direction": "forward",
          "data-place": valueIndexText(valueIndex),
          "data-value": exact(output.data[unit]),
        },
        [label ? i18n.label(label) : valueName(i18n, scene.model, valueIndex)],
        "",
        {
          factor: [`× ${signed(factors[unit])}`, exact(factors[unit])],
          product: [`= ${signed(products[unit])}`, String(products[unit])],
          part: products[unit] / largest,
        },
      );
    };
    more.replaceChildren(writeOperands(weights, order.length, weightRow, t, { first: WRITTEN }));
  };

  let current = subject;
  let limit = 1;
  let version = 0;
  const paintStrips = () => {
    for (const [index, part] of strips.parts) {
      if (part.painted === version) continue;
      part.painted = version;
      part.strip.paint(current.input.data.subarray(index * size, (index + 1) * size), limit, ACTIVATIONS);
    }
  };
  /** Strips come and go while one scrolls. */
  const look = () => {
    strips.look();
    paintStrips();
  };
  list.addEventListener("scroll", () => actions.frame(look), { passive: true });
  const sized = new ResizeObserver(() => actions.frame(look));
  sized.observe(list);

  return {
    root,
    name: "flatten",
    positions: null,
    paint(shown) {
      current = shown;
      limit = viewLimit(actions.state(), { ...shown, view: { ...shown.view, unit: map } }, () => [shown.input.data]);
      version++;
      heat.paint(isMaps(shown.input.shape) ? unitValues(shown.input, map) : shown.input.data, limit, ACTIVATIONS);
      heat.place(row, column);
      mark.move(row, column);
      paintStrips();
      if (weighed) writeWeights(shown.scene, weighed, shown.output.data[subject.unit]);
      setValue(value, valueAt(shown.output, [shown.unit]), { layer: layer.name, at: [shown.unit] });
      legends.replaceChildren(valuesLegend(limit, t));
    },
    point() {},
    settle() {
      strips.reveal(map);
      look();
    },
    dispose() {
      sized.disconnect();
    },
  };
}
