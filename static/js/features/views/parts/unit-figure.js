// @ts-check
/**
 * One unit as a figure: its name, its map with a marked place (or the vector that it stands in), and its value there.
 */
import { isMaps } from "../../../model/model.js";
import { unitValues } from "../../../model/statistics.js";
import { valueAt } from "../../../model/trace.js";
import { h } from "../../../elements/dom.js";
import { createHeat } from "./heat.js";
import { paintUnit } from "./paint.js";
import { createValue, setValue, sizeText } from "./value.js";
import { createVector } from "./vector.js";

/** @typedef {import("../../../model/trace.js").Tensor} Tensor */
/** @typedef {ReturnType<typeof createUnitFigure>} UnitFigure */

/**
 * @param {object} options
 * @param {string} options.layer whose unit it is
 * @param {readonly number[]} options.shape of the layer's output
 * @param {number} options.unit
 * @param {boolean} [options.result] it is what is explained, not one of its operands
 * @param {(row: number, column: number, pinned: boolean) => void} [options.point]
 * @param {(unit: number) => void} options.choose another unit of the vector
 * @param {import("../host.js").Actions["t"]} options.t
 */
export function createUnitFigure({ layer, shape, unit, result = false, point, choose, t }) {
  const [, rows = 1, columns = 1] = shape;
  const name = `${layer}[${unit}]`;
  const single = isMaps(shape) && rows * columns === 1;
  const heat = isMaps(shape)
    ? createHeat({
        rows,
        columns,
        className: single ? "single" : "large",
        from: name,
        label: t("views.map", { name, shape: sizeText([rows, columns]) }),
        onPoint: single ? undefined : point,
      })
    : null;
  const vector = heat ? null : createVector(shape[0], layer, choose);
  const mark = heat?.mark("cell", [1, 1]);
  const value = createValue(result ? "result" : "operand-figure", !result);
  const root = h(
    "figure",
    { class: `unit-figure${result ? " is-result" : ""}` },
    h("figcaption", null, h("strong", null, name), heat ? ` ${sizeText([rows, columns])}` : ""),
    heat?.root ?? vector?.root,
    h("div", { class: "figure-value" }, value),
  );
  return {
    root,
    heat,
    /**
     * @param {import("../subject.js").Subject} subject
     * @param {Tensor} tensor the layer's output
     * @param {number} limit
     * @param {boolean} tint
     */
    paint({ scene }, tensor, limit, tint) {
      if (heat) paintUnit(heat, scene, layer, tensor, unit, limit, tint);
      vector?.paint(tensor.data, limit, unit, layer);
    },
    /** What its colours are of. @param {Tensor} tensor */
    values: (tensor) => (heat ? unitValues(tensor, unit) : tensor.data),
    /**
     * @param {Tensor} tensor
     * @param {number[] | null} at full index; null where none of it is looked at
     * @param {number | null} [revealed]
     */
    point(tensor, at, revealed = null) {
      value.hidden = at === null;
      if (mark) mark.element.hidden = at === null || single;
      heat?.reveal(revealed);
      if (!at) return;
      heat?.place(at[1], at[2]);
      mark?.move(at[1], at[2]);
      setValue(value, valueAt(tensor, at), { layer, at });
    },
  };
}
