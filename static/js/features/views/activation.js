// @ts-check
/**
 * An activation or normalisation: the maps before and after, linked, and the function's graph with the value as a point
 * on it.
 */
import { signed } from "../../core/i18n.js";
import { ACTIVATIONS } from "../../draw/colour.js";
import { functionSamples, graphBox } from "../../draw/graph.js";
import { isBinary, isMaps } from "../../model/model.js";
import { unitValues } from "../../model/statistics.js";
import { evaluate, operationOf } from "../../model/operations.js";
import { valueAt } from "../../model/trace.js";
import { h } from "../../elements/dom.js";
import { createHeat } from "./parts/heat.js";
import { valuesLegend } from "./parts/legend.js";
import { inputValues, viewLimit } from "./parts/range.js";
import { paintUnit } from "./parts/paint.js";
import { createValue, setValue, sizeText } from "./parts/value.js";
import { createVector } from "./parts/vector.js";

/** Size of the graph's drawing, in its own units. */
const [WIDTH, HEIGHT] = [250, 230];

/**
 * @param {import("./subject.js").Subject} subject
 * @param {import("./host.js").Actions} actions
 * @returns {import("./host.js").ViewPart}
 */
export function createActivation(subject, actions) {
  const { t, i18n } = actions;
  const layer = /** @type {import("../../model/model.js").Layer} */ (subject.layer);
  const maps = isMaps(subject.output.shape);
  const [, rows, columns] = subject.output.shape;
  const make = (/** @type {string} */ name) =>
    maps
      ? createHeat({
          rows,
          columns,
          className: "large",
          from: name,
          label: t("views.map", { name, shape: sizeText([rows, columns]) }),
          onPoint: (row, column, pinned) => actions.point([row, column], pinned),
        })
      : null;
  const [before, after] = [make(`${subject.source}[${subject.unit}]`), make(`${layer.name}[${subject.unit}]`)];
  const marks = [before?.mark("cell", [1, 1]), after?.mark("cell", [1, 1])];
  const vectors = maps
    ? null
    : [
        createVector(subject.input.shape[0], subject.source, (unit) =>
          actions.open("activation", { layer: layer.name, unit }),
        ),
        createVector(subject.output.shape[0], layer.name, (unit) =>
          actions.open("activation", { layer: layer.name, unit }),
        ),
      ];
  /** What made the value at a place of a unit. @param {import("./subject.js").Subject} of @param {number[]} at */
  const traceAt = ({ inputs, parameters, unit }, at) =>
    /** @type {import("../../model/kinds/kind.js").Tracer} */ (layer.record.tracer).trace(layer, inputs, parameters, [
      unit,
      ...at,
    ]);
  const first = traceAt(subject, subject.at);
  const { operation } = first;
  const held = operationOf(first).held ?? ((/** @type {typeof first} */ trace) => trace);
  const byPlace = first.terms.length > 1; // another function at each place
  const title = t(`operations.${operation}.title`);
  const [inValue, outValue] = [createValue("result", true), createValue("result")];

  const curve = h("svg:path", { class: "graph-curve" });
  const drop = h("svg:path", { class: "graph-drop" });
  const dot = h("svg:circle", { class: "graph-dot", r: 6 });
  const axes = h("svg:g", { class: "graph-axes" });
  const graph = h(
    "svg:svg",
    {
      class: "graph",
      viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
      role: "img",
      "aria-label": t(`views.activation.graph`, { name: title }),
    },
    axes,
    curve,
    drop,
    dot,
  );
  const words = h("p", { class: "function-words mono" });
  const legends = h("div", { class: "view-legends" });
  const root = h(
    "div",
    { class: "stage-activation" },
    h(
      "div",
      { class: "activation-maps" },
      h(
        "figure",
        null,
        h("figcaption", null, h("strong", null, actions.named(subject.source, [subject.unit]))),
        before?.root ?? vectors?.[0].root,
        h("div", { class: "figure-value" }, inValue),
      ),
      h("figure", { class: "graph-figure" }, h("figcaption", null, h("strong", null, title)), graph, words),
      h(
        "figure",
        null,
        h("figcaption", null, h("strong", null, actions.named(layer.name, [subject.unit]))),
        after?.root ?? vectors?.[1].root,
        h("div", { class: "figure-value" }, outValue),
      ),
    ),
    legends,
  );

  /** The two classes that one number stands for, where the network ends with it. */
  const shares =
    isBinary(subject.scene.model) && layer === subject.scene.model.output ? [0, 1].map(() => createValue()) : [];
  if (shares.length)
    legends.before(
      h(
        "dl",
        { class: "two-classes" },
        shares.flatMap((share, index) => [
          h("dt", null, i18n.label(subject.scene.model.classes[index].labels)),
          h("dd", null, share, index ? "" : ` = 1 − ${layer.name}`),
        ]),
      ),
    );

  let current = subject;
  /** @type {ReturnType<typeof graphBox>} */
  let box = graphBox([-1, 1], [-1, 1], WIDTH, HEIGHT);

  /**
   * The function's graph at a place: by the trace with another operand, what is measured of its neighbours held fixed.
   * @param {number[]} at
   */
  const draw = (at) => {
    const trace = held(traceAt(current, at));
    const apply = (/** @type {number} */ x) => evaluate({ ...trace, terms: [{ ...trace.terms[0], value: x }] });
    const values = maps ? unitValues(current.input, current.unit) : current.input.data;
    const drawn = functionSamples(apply, values, WIDTH, HEIGHT);
    box = drawn.box;
    curve.setAttribute("d", drawn.path);
    axes.replaceChildren(
      ...drawn.ticks.flatMap(({ x, y, text, axis }) => [
        h("svg:path", {
          d: axis === "x" ? `M${x} ${box.top}V${box.bottom}` : `M${box.left} ${y}H${box.right}`,
          class: text === "0" ? "zero" : null,
        }),
        h(
          "svg:text",
          axis === "x"
            ? { x, y: box.bottom + 18, "text-anchor": "middle" }
            : { x: box.left - 8, y: y + 4, "text-anchor": "end" },
          text,
        ),
      ]),
    );
  };

  return {
    root,
    name: "activation",
    positions: maps ? [rows, columns] : null,
    paint(next) {
      current = next;
      const inputs = inputValues(next);
      const limit = viewLimit(actions.state(), next, () => [
        ...inputs,
        maps ? unitValues(next.output, next.unit) : next.output.data,
      ]);
      if (before && after) {
        paintUnit(before, next.scene, next.source, next.input, next.unit, limit, actions.state().tint);
        after.paint(unitValues(next.output, next.unit), limit, ACTIVATIONS);
      }
      vectors?.[0].paint(next.input.data, limit, next.unit, next.source);
      vectors?.[1].paint(next.output.data, limit, next.unit, layer.name);
      shares.forEach((share, index) => {
        const { probability } = next.scene.run.scores[index];
        setValue(share, probability, index ? { layer: layer.name, at: [0] } : null, i18n.percent);
      });
      draw(maps ? [0, 0] : []);
      legends.replaceChildren(valuesLegend(limit, t));
    },
    point(at, revealed) {
      const index = [current.unit, ...at];
      if (byPlace) draw(at);
      const [x, y] = [valueAt(current.input, index), valueAt(current.output, index)];
      if (before && after) {
        before.place(at[0], at[1]);
        after.place(at[0], at[1]);
        marks.forEach((mark) => mark?.move(at[0], at[1]));
        after.reveal(revealed);
      }
      setValue(inValue, x, { layer: current.source, at: index });
      setValue(outValue, y);
      words.textContent = t(`operations.${operation}.live`, {
        x: signed(x).replace("+", ""),
        y: signed(y).replace("+", ""),
      });
      const [px, py] = [box.x(x), box.y(y)];
      dot.setAttribute("transform", `translate(${px} ${py})`);
      drop.setAttribute("d", `M${px} ${box.y(0)}V${py}H${box.x(0)}`);
    },
  };
}
