// @ts-check
/**
 * Which value comes from where: a layer that calculates nothing beside the map that this one is a copy of. Where maps
 * change their numbers, a drawing says for all of them which is which.
 */
import { h } from "../../elements/dom.js";
import { isMaps } from "../../model/model.js";
import { valuesLegend } from "./parts/legend.js";
import { viewLimit } from "./parts/range.js";
import { createUnitFigure } from "./parts/unit-figure.js";
import { createWiring, unitOrigins } from "./parts/wiring.js";
import { signed } from "../../core/i18n.js";

/** @typedef {import("../../model/model.js").Layer} Layer */

/**
 * The smallest rectangle around places of a map: first row and column, and how many.
 * @param {readonly number[][]} places
 * @returns {[number, number, number, number] | null}
 */
function around(places) {
  if (!places.length) return null;
  const [top, bottom, left, right] = [1, 2].flatMap((axis) => {
    const along = places.map((at) => at[axis]);
    return [Math.min(...along), Math.max(...along)];
  });
  return [top, left, bottom - top + 1, right - left + 1];
}

/**
 * @param {import("./subject.js").Subject} subject
 * @param {import("./host.js").Actions} actions
 * @returns {import("./host.js").ViewPart}
 */
export function createCopy(subject, actions) {
  const { t } = actions;
  const layer = /** @type {Layer} */ (subject.layer);
  const tracer = /** @type {import("../../model/kinds/kind.js").Tracer} */ (layer.record.tracer);
  const maps = isMaps(layer.output_shape);
  const [, rows = 1, columns = 1] = layer.output_shape;
  /** @param {import("./subject.js").Subject} of @param {number[]} at */
  const termAt = ({ inputs, parameters, unit }, at) => tracer.trace(layer, inputs, parameters, [unit, ...at]).terms[0];
  const { source, at: from } = termAt(subject, subject.at);
  const shape = layer.input_shapes[source];
  const copies = (/** @type {number[]} */ at) =>
    tracer.consumers(layer, subject.parameters, at, source).map((one) => one.at);
  const open = (/** @type {number} */ unit) => actions.open("copy", { layer: layer.name, unit });

  const original = createUnitFigure({
    layer: layer.inputs[source],
    shape,
    unit: from[0],
    t,
    point(row, column, pinned) {
      const [copy] = copies([from[0], row, column]);
      if (!copy) return;
      if (maps) actions.point(copy.slice(1), pinned);
      else if (pinned) open(copy[0]);
    },
    choose(unit) {
      const [copy] = copies([unit]);
      if (copy) open(copy[0]);
    },
  });
  const copied = createUnitFigure({
    layer: layer.name,
    shape: layer.output_shape,
    unit: subject.unit,
    result: true,
    t,
    point: (row, column, pinned) => actions.point([row, column], pinned),
    choose: open,
  });
  // What of the original is here, where that is not all of it, and where it lies, where there is more around it.
  const corner = (/** @type {number} */ row, /** @type {number} */ column) => termAt(subject, [row, column]);
  const taken = maps
    ? around([corner(0, 0), corner(rows - 1, columns - 1)].filter(({ padding }) => !padding).map(({ at }) => at))
    : null;
  if (taken && original.heat && taken[2] * taken[3] < shape[1] * shape[2])
    original.heat.mark("part", [taken[2], taken[3]]).move(taken[0], taken[1]);
  const lies =
    maps && isMaps(shape)
      ? around([...copies([from[0], 0, 0]), ...copies([from[0], shape[1] - 1, shape[2] - 1])])
      : null;
  if (lies && copied.heat && !taken && lies[2] * lies[3] < rows * columns)
    copied.heat.mark("part", [lies[2], lies[3]]).move(lies[0], lies[1]);
  // One value that stands in several places.
  const spread = maps && isMaps(shape) && !termAt(subject, subject.at).padding ? around(copies(from)) : null;
  const block = spread && spread[2] * spread[3] > 1 ? copied.heat?.mark("window", [spread[2], spread[3]]) : undefined;

  const origins = unitOrigins(layer, tracer, subject);
  const wiring = origins && createWiring(layer, origins, subject.unit, open, t);
  const words = h("p", { class: "copy-words" });
  const legends = h("div", { class: "view-legends" });
  const root = h(
    "div",
    { class: "stage-copy" },
    h(
      "div",
      { class: "copy-maps" },
      original.root,
      h("div", { class: "copy-step" }, h("span", { class: "arrow", "aria-hidden": "true" }, "→"), words),
      copied.root,
    ),
    wiring ?? "",
    legends,
  );
  let current = subject;
  return {
    root,
    name: "copy",
    positions: null,
    paint(next) {
      current = next;
      const { tint } = actions.state();
      const limit = viewLimit(actions.state(), next, () => [
        original.values(next.inputs[source]),
        copied.values(next.output),
      ]);
      original.paint(next, next.inputs[source], limit, tint);
      copied.paint(next, next.output, limit, tint);
      legends.replaceChildren(valuesLegend(limit, t));
    },
    point(at) {
      const term = termAt(current, at);
      original.point(current.inputs[source], term.padding ? null : term.at);
      copied.point(current.output, [current.unit, ...at]);
      const area = block && around(copies(term.at));
      if (area) block.move(area[0], area[1]);
      words.textContent = term.padding
        ? t("views.copy.padding", { value: signed(term.value) })
        : t(spread && block ? "views.copy.spread" : "views.copy.words", {
            from: `${layer.inputs[source]}[${term.at.join(", ")}]`,
            count: area ? area[2] * area[3] : 1,
          });
    },
  };
}
