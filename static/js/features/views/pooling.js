// @ts-check
/** Pooling: the window on the input map, which value it chose or what mean it took, and the smaller map it makes. */
import { ACTIVATIONS } from "../../draw/colour.js";
import { reachOf } from "../../model/reach.js";
import { unitValues } from "../../model/statistics.js";
import { winner } from "../../model/operations.js";
import { valueAt } from "../../model/trace.js";
import { beyond, cells, dropped, endOf } from "../../model/window.js";
import { h } from "../../elements/dom.js";
import { createGrid } from "./parts/grid.js";
import { valuesLegend } from "./parts/legend.js";
import { paintUnit } from "./parts/paint.js";
import { inputValues, viewLimit } from "./parts/range.js";
import { createValue, setValue, sizeText } from "./parts/value.js";
import { createWindowMaps, isPadded, paddingText } from "./parts/window-maps.js";

/**
 * @param {import("./subject.js").Subject} subject
 * @param {import("./host.js").Actions} actions
 * @returns {import("./host.js").ViewPart}
 */
export function createPooling(subject, actions) {
  const { t } = actions;
  const layer = /** @type {import("../../model/model.js").Layer} */ (subject.layer);
  const [, inputRows, inputColumns] = subject.input.shape;
  const [, rows, columns] = layer.output_shape;
  const window = /** @type {import("../../model/kinds.js").Window2D} */ (layer.record.window(layer));
  const tracer = /** @type {import("../../model/kinds/kind.js").Tracer} */ (layer.record.tracer);
  const { operation } = tracer.trace(layer, subject.inputs, subject.parameters, [subject.unit, 0, 0]);
  const lost = [dropped(window, 0, inputRows, rows), dropped(window, 1, inputColumns, columns)];
  // With `ceil` the last windows may reach beyond the map and its padding.
  const past = [0, 1].map((axis) =>
    Math.max(0, beyond(window, axis, [inputRows, inputColumns][axis], [rows, columns][axis]) - endOf(window, axis)),
  );
  const [inName, outName] = [`${subject.source}[${subject.unit}]`, `${layer.name}[${subject.unit}]`];

  const sliding = createWindowMaps({
    reach: reachOf(layer),
    input: [inputRows, inputColumns],
    output: [rows, columns],
    label: t("views.map", { name: inName, shape: sizeText([inputRows, inputColumns]) }),
    resultLabel: t("views.map", { name: outName, shape: sizeText([rows, columns]) }),
    from: inName,
    resultFrom: outName,
    large: true,
    point: actions.point,
  });
  const { input, result: output } = sliding;
  const winnerMark = input.mark("winner", [1, 1]);
  // Rows and columns that no whole window reaches are dimmed: the floor of the size formula drops them.
  lost.forEach((count, axis) => {
    if (!count) return;
    const unread = input.mark("dropped", axis === 0 ? [count, inputColumns] : [inputRows, count]);
    unread.move(axis === 0 ? inputRows - count : 0, axis === 0 ? 0 : inputColumns - count);
  });

  const grid = createGrid(window.size[0], window.size[1], t("views.pooling.window"), { followed: true });
  const result = createValue("result");
  const words = h("p", { class: "pooling-words" });
  const legends = h("div", { class: "view-legends" });
  const root = h(
    "div",
    { class: "stage-pooling" },
    h(
      "div",
      { class: "pooling-maps" },
      h(
        "figure",
        null,
        h(
          "figcaption",
          null,
          h("strong", null, actions.named(subject.source, [subject.unit])),
          ` ${sizeText([inputRows, inputColumns])}`,
        ),
        input.root,
      ),
      h(
        "div",
        { class: "pooling-step" },
        h("strong", null, t(`operations.${operation}.title`)),
        grid.root,
        h("span", { class: "sign", "aria-hidden": "true" }, "↓"),
        result,
        words,
      ),
      h(
        "figure",
        null,
        h(
          "figcaption",
          null,
          h("strong", null, actions.named(layer.name, [subject.unit])),
          ` ${sizeText([rows, columns])}`,
        ),
        output.root,
      ),
    ),
    lost.some(Boolean)
      ? h(
          "p",
          { class: "note" },
          h("span", { class: "dropped-key", "aria-hidden": "true" }),
          t("views.pooling.dropped", { rows: lost[0], columns: lost[1] }),
        )
      : "",
    isPadded(window)
      ? h(
          "p",
          { class: "note" },
          h("span", { class: "padding-key", "aria-hidden": "true" }),
          t(
            layer.count_include_pad === false || layer.kind === "max_pool2d"
              ? "views.pooling.padding_ignored"
              : "views.pooling.padding_counted",
            { size: paddingText(window, t) },
          ),
        )
      : "",
    past.some(Boolean)
      ? h(
          "p",
          { class: "note" },
          h("span", { class: "padding-key", "aria-hidden": "true" }),
          t("views.pooling.beyond", { rows: past[0], columns: past[1] }),
        )
      : "",
    legends,
  );

  let current = subject;
  let limit = 1;

  return {
    root,
    name: "pooling",
    positions: [rows, columns],
    paint(next) {
      current = next;
      limit = viewLimit(actions.state(), next, () => [...inputValues(next), unitValues(next.output, next.unit)]);
      paintUnit(input, next.scene, next.source, next.input, next.unit, limit, actions.state().tint);
      output.paint(unitValues(next.output, next.unit), limit, ACTIVATIONS);
      legends.replaceChildren(valuesLegend(limit, t));
    },
    point(at, revealed) {
      const [row, column] = at;
      sliding.move(at, revealed);
      const trace = tracer.trace(layer, current.inputs, current.parameters, [current.unit, row, column]);
      const won = winner(trace);
      const chosen = won === null ? null : trace.terms[won].at;
      winnerMark.element.hidden = chosen === null;
      if (chosen) winnerMark.move(chosen[1], chosen[2]);
      const places = cells(window, row, column);
      grid.set(
        places.map(([i, j]) => {
          const outside = i < 0 || j < 0 || i >= inputRows || j >= inputColumns;
          const place = [current.unit, i, j];
          return {
            value: outside ? 0 : valueAt(current.input, place),
            padding: outside,
            valueIndex: { layer: current.source, at: place },
          };
        }),
        limit,
        ACTIVATIONS,
      );
      grid.mark(chosen === null ? null : places.findIndex(([i, j]) => i === chosen[1] && j === chosen[2]));
      setValue(result, valueAt(current.output, [current.unit, row, column]));
      words.textContent = chosen
        ? t("views.pooling.won", { row: chosen[1], column: chosen[2] })
        : t("views.pooling.mean", { count: trace.terms.length });
    },
  };
}
