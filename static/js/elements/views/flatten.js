// @ts-check
/** Flatten: which pixel of which map became which element of the vector, with the arithmetic. */
import { signed } from "../../core/i18n.js";
import { ACTIVATIONS } from "../../draw/colour.js";
import { isMaps } from "../../model/model.js";
import { indexAt, offset, valueAt } from "../../model/trace.js";
import { unitValues } from "../../model/statistics.js";
import { h } from "../dom.js";
import { createHeat } from "./parts/heat.js";
import { createLegend } from "./parts/legend.js";
import { viewLimit } from "./parts/range.js";
import { scrollTo } from "./parts/scroll.js";
import { createValue, setValue, sizeText } from "./parts/value.js";

/** @param {import("./subject.js").Subject} subject @param {import("./host.js").Actions} actions @returns {import("./host.js").ViewPart} */
export function createFlatten(subject, actions) {
  const { t } = actions;
  const layer = /** @type {import("../../model/model.js").Layer} */ (subject.layer);
  const shape = isMaps(layer.input_shape) ? layer.input_shape : [1, 1, layer.input_shape[0]];
  const [maps, rows, columns] = shape;
  const size = rows * columns;
  const open = (/** @type {number[]} */ at) => actions.open("flatten", { layer: layer.name, unit: offset(shape, at) });
  const [map, row, column] = indexAt(shape, subject.unit);
  const heat = createHeat({ rows, columns, className: "large", label: t("views.map", { name: `${subject.source}[${map}]`, shape: sizeText([rows, columns]) }), onPoint: (atRow, atColumn, pinned) => pinned && open([map, atRow, atColumn]) });
  const mark = heat.mark("cell", [1, 1]);
  const strips = Array.from({ length: maps }, (_, index) => {
    const strip = createHeat({ rows: 1, columns: size, className: "strip-values", label: t("views.output.strip_of", { name: `${subject.source}[${index}]` }), onPoint: (_row, element, pinned) => pinned && open([index, Math.floor(element / columns), element % columns]) });
    strip.root.style.aspectRatio = "";
    const stripMark = index === map ? strip.mark("cell", [1, 1]) : null;
    return { strip, stripMark, root: h("li", { class: index === map ? "chosen" : null }, h("span", { class: "row-name" }, `[${index}]`), strip.root) };
  });
  const value = createValue("result");
  const legends = h("div", { class: "view-legends" });
  const root = h("div", { class: "stage-flatten" },
    h("div", { class: "flatten-maps" },
      h("figure", null, h("figcaption", null, h("strong", null, `${subject.source}[${map}]`), ` ${sizeText([rows, columns])}`), heat.root),
      h("div", { class: "flatten-words" },
        h("p", { class: "mono big" }, `(${map} · ${rows} + ${row}) · ${columns} + ${column} = `, h("strong", null, String(subject.unit))),
        h("p", null, t("views.flatten.words", { from: `${subject.source}[${[map, row, column].join(", ")}]`, to: `${layer.name}[${subject.unit}]` })), value)),
    h("ol", { class: "flatten-strips", start: "0", tabindex: "0", "aria-label": t("views.output.strip", { count: maps * size }) }, strips.map(({ root: item }) => item)), legends);

  return {
    root,
    name: "flatten",
    positions: null,
    paint(next) {
      const limit = viewLimit(actions.state(), { ...next, view: { ...next.view, unit: map } }, () => [next.input.data]);
      heat.paint(isMaps(next.input.shape) ? unitValues(next.input, map) : next.input.data, limit, ACTIVATIONS);
      heat.place(row, column);
      mark.move(row, column);
      strips.forEach(({ strip, stripMark }, index) => {
        strip.paint(next.input.data.subarray(index * size, (index + 1) * size), limit, ACTIVATIONS);
        stripMark?.move(0, row * columns + column);
      });
      setValue(value, valueAt(next.output, [next.unit]), { layer: layer.name, at: [next.unit] });
      legends.replaceChildren(createLegend(t("views.legend.activations"), ACTIVATIONS, { low: `≤ ${signed(-limit)}`, high: `≥ ${signed(limit)}` }));
    },
    point() {},
    settle() {
      const list = root.querySelector(".flatten-strips");
      scrollTo(list, list.querySelector(".chosen"));
    },
  };
}
