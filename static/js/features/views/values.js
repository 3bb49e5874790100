// @ts-check
/** The plain view: a unit's map and its values. It is all that is shown of kinds that the page does not know. */
import { ACTIVATIONS } from "../../draw/colour.js";
import { isMaps } from "../../model/model.js";
import { unitValues } from "../../model/statistics.js";
import { valueAt } from "../../model/trace.js";
import { h } from "../../elements/dom.js";
import { createGrid } from "./parts/grid.js";
import { createHeat } from "./parts/heat.js";
import { valuesLegend } from "./parts/legend.js";
import { viewLimit } from "./parts/range.js";
import { createValue, setValue, sizeText } from "./parts/value.js";
import { createVector } from "./parts/vector.js";

/** So many values to each side of the one that is looked at; a telephone has room for fewer. */
const AROUND = matchMedia("(max-width: 40rem)").matches ? 2 : 3;

/**
 * @param {import("./subject.js").Subject} subject
 * @param {import("./host.js").Actions} actions
 * @returns {import("./host.js").ViewPart}
 */
export function createValues(subject, actions) {
  const { t } = actions;
  const maps = isMaps(subject.output.shape);
  const [, rows = 1, columns = 1] = subject.output.shape;
  const name = `${subject.view.layer}[${subject.unit}]`;
  const [gridRows, gridColumns] = [Math.min(rows, 2 * AROUND + 1), Math.min(columns, 2 * AROUND + 1)];
  const heat = maps
    ? createHeat({
        rows,
        columns,
        className: "large",
        from: name,
        label: t("views.map", { name, shape: sizeText([rows, columns]) }),
        onPoint: (row, column, pinned) => actions.point([row, column], pinned),
      })
    : null;
  const mark = heat?.mark("cell", [1, 1]);
  const vector = maps
    ? null
    : createVector(subject.output.shape[0], subject.view.layer, (unit) =>
        actions.open("values", { layer: subject.view.layer, unit }),
      );
  const grid = maps ? createGrid(gridRows, gridColumns, t("views.values.around")) : null;
  const value = createValue("result");
  const legends = h("div", { class: "view-legends" });
  const root = h(
    "div",
    { class: "stage-values" },
    subject.layer && !subject.layer.record.tracer
      ? h("p", { class: "note" }, t("views.values.words", { kind: subject.layer.kind }))
      : "",
    h("div", { class: "values-maps" }, heat?.root ?? vector?.root, grid?.root, value),
    legends,
  );
  let current = subject;
  let limit = 1;
  return {
    root,
    name: "values",
    positions: null,
    paint(next) {
      current = next;
      limit = viewLimit(actions.state(), next, () => [maps ? unitValues(next.output, next.unit) : next.output.data]);
      heat?.paint(unitValues(next.output, next.unit), limit, ACTIVATIONS);
      vector?.paint(next.output.data, limit, next.unit, next.view.layer);
      legends.replaceChildren(valuesLegend(limit, t));
    },
    point(at) {
      setValue(value, valueAt(current.output, [current.unit, ...at]));
      if (!heat || !grid || !mark) return;
      const [row, column] = at;
      heat.place(row, column);
      mark.move(row, column);
      const [top, left] = [
        Math.max(0, Math.min(rows - gridRows, row - AROUND)),
        Math.max(0, Math.min(columns - gridColumns, column - AROUND)),
      ];
      grid.set(
        Array.from({ length: gridRows * gridColumns }, (_, index) => ({
          value: valueAt(current.output, [
            current.unit,
            top + Math.floor(index / gridColumns),
            left + (index % gridColumns),
          ]),
        })),
        limit,
        ACTIVATIONS,
      );
      grid.mark((row - top) * gridColumns + (column - left));
    },
  };
}
