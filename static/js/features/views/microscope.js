// @ts-check
/**
 * The convolution microscope: one input map, its kernel and the map they make, large; the products
 * under the window with their sum; and how all inputs' results and the bias give the neuron's value.
 */
import { ACTIVATIONS, WEIGHTS } from "../../draw/colour.js";
import { mapsOf } from "../../model/kinds/kind.js";
import { INPUT } from "../../model/model.js";
import { kernelOf, partialMap, partialsAt, termsOnKernel } from "../../model/partial-sums.js";
import { reachOf } from "../../model/reach.js";
import { limitOf } from "../../model/ranges.js";
import { unitValues } from "../../model/statistics.js";
import { rowOf, valueAt } from "../../model/trace.js";
import { span } from "../../model/window.js";
import { does } from "../../elements/context.js";
import { h } from "../../elements/dom.js";
import { createWindowed } from "../../elements/windowed.js";
import { createGrid } from "./parts/grid.js";
import { valuesLegend, weightsLegend } from "./parts/legend.js";
import { paintUnit } from "./parts/paint.js";
import { inputValues, viewLimit } from "./parts/range.js";
import { createValue, setBias, setValue, sizeText } from "./parts/value.js";
import { createWindowMaps, isPadded, paddingText } from "./parts/window-maps.js";

/** Up to so many addends all stand there. */
const ADDENDS = 64;

/** A cell of the kernel that no value of the map stands at. @type {import("../../model/trace.js").Term} */
const UNMET = Object.freeze({ source: 0, at: [], value: 0, weight: 0, padding: true, parameter: null });

/**
 * @param {import("./subject.js").Subject} subject
 * @param {import("./host.js").Actions} actions
 * @returns {import("./host.js").ViewPart}
 */
export function createMicroscope(subject, actions) {
  const { t } = actions;
  const layer = /** @type {import("../../model/model.js").Layer} */ (subject.layer);
  const [, inputRows, inputColumns] = subject.input.shape;
  const { first, count } = mapsOf(layer, subject.unit);
  const channel = Math.max(first, Math.min(first + count - 1, subject.view.input ?? first));
  const [, rows, columns] = layer.output_shape;
  const window = layer.record.window(layer);
  const reach = reachOf(layer);
  const [kernelRows, kernelColumns] = reach.size;
  const valuesLabel = t(`views.microscope.${window ? "values" : "reaching"}`);
  const name = `${subject.source}[${channel}]`;
  const sliding = createWindowMaps({
    reach,
    input: [inputRows, inputColumns],
    output: [rows, columns],
    label: t("views.map", { name, shape: sizeText([inputRows, inputColumns]) }),
    resultLabel: t("views.neuron.result_of", { name }),
    large: true,
    point: actions.point,
  });
  const inputPlace = h("figcaption", { class: "mono" });
  const resultPlace = h("figcaption", { class: "mono" });

  const values = createGrid(kernelRows, kernelColumns, valuesLabel, { followed: true });
  const kernel = createGrid(kernelRows, kernelColumns, t("views.microscope.kernel"));
  const products = createGrid(kernelRows, kernelColumns, t("views.microscope.products"));
  const partial = createValue("result");
  const addedUp = h("span", { class: "note" });
  /** What one input adds. @param {number} index */
  const addend = (index) => {
    const value = createValue("");
    const row = h(
      "li",
      { class: first + index === channel ? "chosen" : null },
      h(
        "button",
        {
          type: "button",
          class: "addend",
          title: t("views.neuron.open_row", { name: `${subject.source}[${first + index}]` }),
          ...does("open-input", first + index),
        },
        h("span", { class: "addend-name" }, `[${first + index}]`),
        value,
      ),
    );
    return { row, value };
  };
  const list = h("ol", { class: "addends", start: String(first) });
  const addendsBox = h("div", { class: "addends-box" }, list);
  const addends = createWindowed({
    count,
    root: addendsBox,
    list,
    build: addend,
    spacer: "li",
    all: ADDENDS,
    across: () => getComputedStyle(list).gridTemplateColumns.split(" ").length,
    place: (index) => ({ "aria-setsize": count, "aria-posinset": index + 1 }),
  });
  if (addends.windowed) {
    const named = {
      class: "addends-box is-windowed",
      tabindex: "0",
      role: "group",
      "aria-label": t("views.microscope.all"),
    };
    for (const [attribute, value] of Object.entries(named)) addendsBox.setAttribute(attribute, value);
  }
  const bias = createValue("");
  const total = createValue("result");
  const legends = h("div", { class: "view-legends" });
  const grids = (/** @type {string} */ words, /** @type {HTMLElement} */ grid) =>
    h("figure", { class: "grid-figure" }, h("figcaption", null, words), grid);
  // A sign stays with what follows it when the line breaks.
  const withSign = (/** @type {string} */ sign, /** @type {HTMLElement} */ figure) =>
    h("div", { class: "signed-figure" }, h("span", { class: "sign", "aria-hidden": "true" }, sign), figure);
  const root = h(
    "div",
    { class: "microscope" },
    h(
      "h3",
      null,
      `${name} ∗ ${t("views.microscope.kernel_of", { unit: subject.unit, channel: channel - first })}`,
      h("span", { class: "note" }, t("views.microscope.hint")),
    ),
    h(
      "div",
      { class: "microscope-maps" },
      h("figure", null, sliding.input.root, inputPlace),
      h("span", { class: "arrow", "aria-hidden": "true" }, "→"),
      h("figure", null, sliding.result.root, resultPlace),
    ),
    !window || isPadded(window)
      ? h(
          "p",
          { class: "note" },
          h("span", { class: "padding-key", "aria-hidden": "true" }),
          window ? t("views.microscope.padding", { size: paddingText(window, t) }) : t("views.microscope.unmet"),
        )
      : "",
    h(
      "div",
      { class: `microscope-sum${kernelColumns > 3 ? " tall" : ""}` },
      grids(valuesLabel, values.root),
      withSign("⊙", grids(t("views.microscope.kernel"), kernel.root)),
      withSign("=", grids(t("views.microscope.products"), products.root)),
      h("div", { class: "sum-of" }, h("span", { class: "sign" }, "Σ ="), partial, addedUp),
    ),
    h(
      "div",
      { class: "microscope-all" },
      h("h4", null, t("views.microscope.all")),
      addendsBox,
      h("p", { class: "addends-total" }, h("span", null, `+ ${t("views.bias")} `), bias, h("span", null, " = "), total),
    ),
    legends,
  );

  /** @type {import("./subject.js").Subject} */
  let current = subject;
  let limit = 1;
  let weightLimit = 1;
  /** @type {number[]} */
  let at = subject.at;
  /** What each input adds at the position. @type {ArrayLike<number>} */
  let sums = [];

  const writeAddends = () => {
    for (const [index, { value }] of addends.parts) setValue(value, sums[index]);
  };
  /** Addends come and go while one scrolls. */
  const look = () => {
    addends.look();
    writeAddends();
  };
  addendsBox.addEventListener("scroll", () => actions.frame(look), { passive: true });
  const sized = new ResizeObserver(() => actions.frame(look));
  if (addends.windowed) sized.observe(addendsBox);

  return {
    root,
    name: "microscope",
    positions: [rows, columns],
    paint(next) {
      current = next;
      const weight = /** @type {any} */ (next.parameters).weight;
      const own = partialMap(layer, next.input, weight, next.unit, channel);
      const everything = () => [
        ...inputValues(next),
        unitValues(next.output, next.unit),
        ...Array.from({ length: count }, (_, index) =>
          first + index === channel ? own : partialMap(layer, next.input, weight, next.unit, first + index),
        ),
      ];
      limit = viewLimit(actions.state(), next, everything);
      weightLimit = limitOf([rowOf(weight, next.unit)]);
      paintUnit(sliding.input, next.scene, next.source, next.input, channel, limit, actions.state().tint);
      sliding.result.paint(own, limit, ACTIVATIONS);
      kernel.set(
        [...kernelOf(layer, weight, next.unit, channel)].map((value) => ({ value })),
        weightLimit,
        WEIGHTS,
      );
      legends.replaceChildren(valuesLegend(limit, t), weightsLegend(weightLimit, t));
    },
    point(position, revealed) {
      at = position;
      const [row, column] = at;
      sliding.move(at, revealed);
      const trace = layer.record.tracer?.trace(layer, current.inputs, current.parameters, [current.unit, row, column]);
      if (!trace) return;
      // Each stands at the kernel's cell that it is multiplied by; a transposed convolution's may meet none.
      const terms = termsOnKernel(trace, count, channel - first, reach.size).map((term) => term ?? UNMET);
      const each = trace.terms.length / count;
      addedUp.textContent = t(`views.microscope.${each === 1 ? "sum_of_one" : "sum_of"}`, { count: each });
      const cellLimit = current.source === INPUT ? Math.max(...current.scene.model.input.range.map(Math.abs)) : limit;
      values.set(
        terms.map(({ value, padding: outside, at: place }) => ({
          value,
          padding: outside,
          valueIndex: { layer: current.source, at: place },
        })),
        cellLimit,
        ACTIVATIONS,
      );
      products.set(
        terms.map(({ value, weight }) => ({ value: value * /** @type {number} */ (weight) })),
        limit,
        ACTIVATIONS,
      );
      const subtotals = partialsAt(trace, count);
      setValue(partial, subtotals[channel - first]);
      sums = subtotals;
      writeAddends();
      setBias(bias, trace.bias, t);
      setValue(total, valueAt(current.output, [current.unit, row, column]));
      const [down, across] = [0, 1].map((axis) => {
        const { first: from, count: cells, step } = reach.cells(axis, at[axis]);
        return `${from}–${from + span(cells, step) - 1}`;
      });
      inputPlace.textContent = each
        ? t("views.microscope.input_place", { rows: down, columns: across })
        : t("views.microscope.nothing");
      resultPlace.textContent = t("views.microscope.result_place", { row, column });
    },
    settle() {
      if (!addends.windowed) return;
      addends.reveal(channel - first);
      look();
    },
    dispose() {
      sized.disconnect();
    },
  };
}
