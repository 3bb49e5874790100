// @ts-check
/**
 * The opened convolution neuron: every input map that it reads (of a grouped convolution those of its group), its own
 * kernel, the map that the two make, and their sum with the bias. All kernels slide together; of a transposed
 * convolution the cells whose kernels reach the position are marked on every map.
 */
import { ACTIVATIONS, colourOf, WEIGHTS } from "../../draw/colour.js";
import { shapeText } from "../../model/arithmetic.js";
import { mapsOf } from "../../model/kinds/kind.js";
import { INPUT } from "../../model/model.js";
import { kernelOf, partialMap, partialsAt, termsOnKernel } from "../../model/partial-sums.js";
import { reachOf } from "../../model/reach.js";
import { limitOf } from "../../model/ranges.js";
import { unitValues } from "../../model/statistics.js";
import { rowOf, valueAt } from "../../model/trace.js";
import { h } from "../../elements/dom.js";
import { createHeat } from "./parts/heat.js";
import { valuesLegend, weightsLegend } from "./parts/legend.js";
import { inputValues, viewLimit } from "./parts/range.js";
import { paintUnit, unitPainter } from "./parts/paint.js";
import { createPatch } from "./parts/patch.js";
import { createRows } from "./parts/rows.js";
import { createValue, setBias, setValue, sizeText } from "./parts/value.js";
import { createWindowMaps } from "./parts/window-maps.js";
import { signed } from "../../core/i18n.js";

/** How long the pointer rests before rows out of sight follow it, in milliseconds. */
const UNSEEN = 200;

/** @typedef {import("./subject.js").Subject} Subject */
/** @typedef {import("./host.js").Actions} Actions */

/** @param {Subject} subject @param {Actions} actions @returns {import("./host.js").ViewPart} */
export function createNeuron(subject, actions) {
  const { t } = actions;
  const layer = /** @type {import("../../model/model.js").Layer} */ (subject.layer);
  const [maps, inputRows, inputColumns] = subject.input.shape;
  const [, rows, columns] = layer.output_shape;
  const { first, count } = mapsOf(layer, subject.unit);
  const reach = reachOf(layer);
  const { size } = reach;

  const build = (/** @type {number} */ index) => {
    const channel = first + index;
    const name = `${subject.source}[${channel}]`;
    const sliding = createWindowMaps({
      reach,
      input: [inputRows, inputColumns],
      output: [rows, columns],
      label: t("views.map", { name, shape: sizeText([inputRows, inputColumns]) }),
      resultLabel: t("views.neuron.result_of", { name }),
      from: name,
      point: actions.point,
    });
    const patch = createPatch(size, t("views.neuron.patch", { name }));
    const partial = createValue("partial");
    const kernel = h("button", {
      type: "button",
      class: "kernel",
      "aria-label": t("views.neuron.open_row", { name }),
      title: t("views.neuron.open_row", { name }),
    });
    kernel.style.setProperty("--columns", String(size[1]));
    const cells = Array.from({ length: size[0] * size[1] }, () => h("i"));
    kernel.append(...cells);
    kernel.style.aspectRatio = `${size[1]} / ${size[0]}`;
    const row = h(
      "div",
      { class: "neuron-row", "data-row": channel },
      h("span", { class: "row-name", "data-place-unit": name }, `[${channel}]`),
      sliding.input.root,
      patch.root,
      h("span", { class: "times", "aria-hidden": "true" }, "⊙"),
      kernel,
      h("span", { class: "times", "aria-hidden": "true" }, "="),
      partial,
      h("span", { class: "wire", "aria-hidden": "true" }),
      sliding.result.root,
    );
    row.addEventListener("click", (/** @type {MouseEvent} */ event) => {
      if (/** @type {Element} */ (event.target).closest("[data-place]")) return;
      actions.openInput(channel);
    });
    patch.root.addEventListener("pointerenter", () => actions.tip(patch.root, patch.table));
    patch.root.addEventListener("pointerleave", () => actions.tip(null));
    kernel.addEventListener("pointerenter", () => actions.tip(kernel, () => kernelTable(cells, size[1])));
    kernel.addEventListener("focus", () => actions.tip(kernel, () => kernelTable(cells, size[1])));
    for (const type of ["pointerleave", "blur"]) kernel.addEventListener(type, () => actions.tip(null));
    row.classList.toggle("chosen", channel === chosen);
    return { row, sliding, patch, kernel, partial, cells, painted: 0 };
  };

  const output = createHeat({
    rows,
    columns,
    className: "output",
    from: `${layer.name}[${subject.unit}]`,
    label: t("views.map", { name: actions.named(layer.name, [subject.unit]), shape: sizeText([rows, columns]) }),
    onPoint: (row, column, pinned) => actions.point([row, column], pinned),
  });
  const outputMark = output.mark("cell", [1, 1]);
  const outputValue = createValue("result");
  const bias = createValue("");
  const sum = createValue("");
  const plus = h("div", { class: "plus", "aria-hidden": "true" }, "+");
  const wires = h("svg:svg", { class: "wires", "aria-hidden": "true" });
  const heads = h(
    "div",
    { class: "neuron-heads" },
    head(
      subject.source === INPUT ? t("views.input") : actions.named(subject.source),
      count === maps
        ? shapeText(subject.input.shape)
        : t(`views.neuron.${count === 1 ? "group_one" : "group"}`, { first, last: first + count - 1, count: maps }),
    ),
    head(t("views.neuron.kernels"), `${count} · ${sizeText(size)}`),
    head(t("views.neuron.results"), sizeText([rows, columns])),
  );
  /** @type {number | undefined} the input that the microscope shows */
  let chosen;
  const list = createRows({
    count,
    className: "neuron-rows",
    label: t("views.neuron.rows", { count }),
    heads,
    last: first + count - 1,
    build,
  });
  list.root.style.setProperty("--ratio", String(Math.max(inputColumns / inputRows, columns / rows)));
  const legends = h("div", { class: "view-legends" });
  const root = h(
    "div",
    { class: "stage-neuron" },
    h("div", { class: "neuron-left" }, list.root),
    h(
      "div",
      { class: "neuron-sum" },
      h(
        "div",
        { class: "sum-node" },
        plus,
        h(
          "div",
          { class: "sum-words" },
          h("span", null, count === 1 ? t("views.neuron.sum_one") : t("views.neuron.sum", { count }), " ", sum),
          h("span", null, t("views.bias"), " ", bias),
        ),
      ),
      h(
        "div",
        { class: "neuron-output" },
        output.root,
        h(
          "div",
          { class: "output-words" },
          h("strong", null, actions.named(layer.name, [subject.unit])),
          h("span", null, sizeText([rows, columns])),
          outputValue,
        ),
      ),
    ),
    wires,
    legends,
  );
  root.style.setProperty("--count", String(count));

  let limit = 1;
  let weightLimit = 1;
  /** @type {Subject} */
  let current = subject;
  /** @type {Map<number, Float32Array>} */
  let partials = new Map();
  let version = 0;
  /** @type {number | null} */
  let shown = null;
  /** @type {number[]} */
  let at = subject.at;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let unseen;

  const weights = () => /** @type {import("../../model/kinds.js").LayerParameters} */ (current.parameters).weight;
  /** What one input and its kernel make. @param {number} index among those that the neuron reads */
  const partialOf = (index) => {
    let map = partials.get(index);
    if (!map) partials.set(index, (map = partialMap(layer, current.input, weights(), current.unit, first + index)));
    return map;
  };

  /** Rows come and go while one scrolls: those that are seen are painted, once for each set of data. */
  const look = () => {
    list.look();
    paintVisible();
    drawWires();
  };

  const paintVisible = () => {
    for (const index of list.visible) {
      const part = list.parts.get(index);
      if (!part) continue;
      const { input, result } = part.sliding;
      if (part.painted !== version) {
        part.painted = version;
        paintUnit(input, current.scene, current.source, current.input, first + index, limit, actions.state().tint);
        result.paint(partialOf(index), limit, ACTIVATIONS);
        kernelOf(layer, weights(), current.unit, first + index).forEach((value, cell) => {
          part.cells[cell].style.backgroundColor = colourOf(WEIGHTS, value, weightLimit);
          part.cells[cell].dataset.value = String(value);
        });
      }
      result.reveal(shown);
    }
  };

  const drawWires = () => {
    const frame = root.getBoundingClientRect();
    if (!frame.width) return;
    const end = plus.getBoundingClientRect();
    const [x1, y1] = [end.left - frame.left, end.top + end.height / 2 - frame.top];
    wires.setAttribute("viewBox", `0 0 ${frame.width} ${frame.height}`);
    const box = list.root.getBoundingClientRect();
    wires.replaceChildren(
      ...list.visible.flatMap((index) => {
        const start = list.parts.get(index)?.sliding.result.root.getBoundingClientRect();
        if (!start) return [];
        const y0 = start.top + start.height / 2;
        if (y0 < box.top || y0 > box.bottom || start.right > end.left) return [];
        const x0 = start.right - frame.left + 4;
        const bend = (x0 + x1) / 2;
        return [
          h("svg:path", {
            d: `M${x0} ${y0 - frame.top}C${bend} ${y0 - frame.top} ${bend} ${y1} ${x1} ${y1}`,
            class: first + index === chosen ? "chosen" : null,
          }),
        ];
      }),
    );
  };

  list.root.addEventListener(
    "scroll",
    () =>
      actions.frame(() => {
        look();
        point(at, shown);
      }),
    { passive: true },
  );
  const sized = new ResizeObserver(() =>
    actions.frame(() => {
      look();
      point(at, shown);
    }),
  );
  sized.observe(root);

  /** @param {number[]} next @param {number | null} revealed */
  function point(next, revealed) {
    at = next;
    shown = revealed;
    const [row, column] = at;
    const trace = layer.record.tracer?.trace(layer, current.inputs, current.parameters, [current.unit, row, column]);
    if (!trace) return;
    const subtotals = partialsAt(trace, count);
    const write = (/** @type {number} */ index) => {
      const part = list.parts.get(index);
      if (!part) return;
      part.sliding.move(at, revealed);
      const paint = unitPainter(current.scene, current.source, first + index, limit, actions.state().tint);
      part.patch.show(termsOnKernel(trace, count, index, size), paint);
      setValue(part.partial, subtotals[index]);
    };
    list.visible.forEach(write);
    // Rows that are scrolled away are reached by key and by screen reader all the same.
    clearTimeout(unseen);
    unseen = setTimeout(() => [...list.parts.keys()].forEach(write), UNSEEN);
    output.place(row, column);
    outputMark.move(row, column);
    output.reveal(revealed);
    setValue(outputValue, valueAt(current.output, [current.unit, row, column]), {
      layer: layer.name,
      at: [current.unit, row, column],
    });
    setBias(bias, trace.bias, t);
    setValue(
      sum,
      subtotals.reduce((total, value) => total + value, 0),
    );
  }

  return {
    root,
    name: "neuron",
    positions: [rows, columns],
    paint(next) {
      current = next;
      partials = new Map();
      version++;
      const all = () => [
        ...inputValues(current),
        unitValues(current.output, current.unit),
        ...Array.from({ length: count }, (_, index) => partialOf(index)),
      ];
      limit = viewLimit(actions.state(), current, all);
      weightLimit = limitOf([rowOf(weights(), current.unit)]);
      output.paint(unitValues(current.output, current.unit), limit, ACTIVATIONS);
      legends.replaceChildren(valuesLegend(limit, t), weightsLegend(weightLimit, t));
      paintVisible();
    },
    choose(input) {
      chosen = input;
      for (const [index, { row }] of list.parts) row.classList.toggle("chosen", first + index === chosen);
    },
    point,
    fly(duration) {
      const parts = list.visible.flatMap((index) => list.parts.get(index) ?? []);
      const ways = parts.map(({ row, patch, kernel, partial }) => patch.way(row, kernel, partial));
      parts.forEach(({ patch }, index) => patch.fly(ways[index], limit, duration));
    },
    /** Bring the chosen row into view, and find out which others are. */
    settle() {
      if (chosen !== undefined) list.reveal(Math.max(0, Math.min(count - 1, chosen - first)));
      look();
      point(at, shown);
    },
    dispose() {
      sized.disconnect();
      clearTimeout(unseen);
    },
  };
}

/** @param {string} title @param {string} detail */
const head = (title, detail) => h("div", { class: "neuron-head" }, h("strong", null, title), h("span", null, detail));

/** A kernel's numbers, for the tip beside it. @param {HTMLElement[]} cells @param {number} columns */
function kernelTable(cells, columns) {
  const table = h(
    "div",
    { class: "grid-numbers tip-kernel" },
    cells.map((cell) => {
      const value = h(
        "span",
        { class: "grid-cell value", "data-value": cell.dataset.value },
        signed(Number(cell.dataset.value)),
      );
      return value;
    }),
  );
  table.style.gridTemplateColumns = `repeat(${columns}, minmax(0, 1fr))`;
  return table;
}
