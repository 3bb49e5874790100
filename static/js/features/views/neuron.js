// @ts-check
/**
 * The opened convolution neuron: every input map, its own kernel, the map that the two make, and
 * their sum with the bias. All kernels slide together.
 */
import { ACTIVATIONS, colourOf, WEIGHTS } from "../../draw/colour.js";
import { shapeText } from "../../model/arithmetic.js";
import { INPUT } from "../../model/model.js";
import { kernelOf, partialMap, partialsAt } from "../../model/partial-sums.js";
import { limitOf } from "../../model/ranges.js";
import { unitValues } from "../../model/statistics.js";
import { valueAt } from "../../model/trace.js";
import { nearest, span } from "../../model/window.js";
import { h } from "../../elements/dom.js";
import { createHeat } from "./parts/heat.js";
import { createLegend } from "./parts/legend.js";
import { inputValues, viewLimit } from "./parts/range.js";
import { paintUnit } from "./parts/paint.js";
import { scrollTo } from "../../elements/scroll.js";
import { createValue, setValue, sizeText } from "./parts/value.js";
import { signed } from "../../core/i18n.js";

/** How long the pointer rests before rows out of sight follow it, in milliseconds. */
const UNSEEN = 200;

/** @typedef {import("./subject.js").Subject} Subject */
/** @typedef {import("./host.js").Actions} Actions */

/** Rows that are painted before it is known which of them fit. */
const AT_ONCE = 16;

/** @param {Subject} subject @param {Actions} actions @returns {import("./host.js").ViewPart} */
export function createNeuron(subject, actions) {
  const { t } = actions;
  const layer = /** @type {import("../../model/model.js").Layer} */ (subject.layer);
  const [channels, inputRows, inputColumns] = subject.input.shape;
  const [, rows, columns] = layer.output_shape;
  const window = /** @type {import("../../model/kinds.js").Window2D} */ (layer.record.window(layer));
  const reach = /** @type {[number, number]} */ ([0, 1].map((axis) => span(window.size[axis], window.dilation[axis])));
  const gaps = window.dilation.some((gap) => gap > 1)
    ? /** @type {[number, number]} */ ([window.size[0], window.size[1]])
    : undefined;
  const middle = window.size.map((size) => Math.floor((size - 1) / 2));

  const toOutput = (/** @type {number} */ row, /** @type {number} */ column, /** @type {boolean} */ pinned) =>
    actions.point([nearest(window, 0, row, rows), nearest(window, 1, column, columns)], pinned);

  const parts = Array.from({ length: channels }, (_, channel) => {
    const name = `${subject.source}[${channel}]`;
    const input = createHeat({
      rows: inputRows,
      columns: inputColumns,
      from: name,
      label: t("views.map", { name, shape: sizeText([inputRows, inputColumns]) }),
      onPoint: (row, column, pinned) => !pinned && toOutput(row, column, false),
    });
    const result = createHeat({
      rows,
      columns,
      label: t("views.neuron.result_of", { name }),
      onPoint: (row, column, pinned) => !pinned && actions.point([row, column], false),
    });
    for (const heat of [input, result]) {
      heat.root.tabIndex = -1;
      heat.root.setAttribute("role", "img");
    }
    const inputMark = input.mark("window", reach, gaps);
    const resultMark = result.mark("cell", [1, 1]);
    const inputValue = createValue("small", true);
    const partial = createValue("partial");
    const kernel = h("button", {
      type: "button",
      class: "kernel",
      "aria-label": t("views.neuron.open_row", { name }),
      title: t("views.neuron.open_row", { name }),
    });
    kernel.style.setProperty("--columns", String(window.size[1]));
    const cells = Array.from({ length: window.size[0] * window.size[1] }, () => h("i"));
    kernel.append(...cells);
    kernel.style.aspectRatio = `${window.size[1]} / ${window.size[0]}`;
    const row = h(
      "div",
      { class: "neuron-row", "data-row": channel },
      h("span", { class: "row-name", "data-place-unit": name }, `[${channel}]`),
      input.root,
      inputValue,
      h("span", { class: "times", "aria-hidden": "true" }, "∗"),
      kernel,
      h("span", { class: "wire", "aria-hidden": "true" }),
      result.root,
      partial,
    );
    row.addEventListener("click", (/** @type {MouseEvent} */ event) => {
      if (/** @type {Element} */ (event.target).closest("[data-place]")) return;
      actions.openInput(channel);
    });
    kernel.addEventListener("pointerenter", () => actions.tip(kernel, () => kernelTable(cells, window.size[1])));
    kernel.addEventListener("focus", () => actions.tip(kernel, () => kernelTable(cells, window.size[1])));
    for (const type of ["pointerleave", "blur"]) kernel.addEventListener(type, () => actions.tip(null));
    return { row, input, result, inputMark, resultMark, inputValue, partial, kernel, cells, painted: 0 };
  });

  const output = createHeat({
    rows,
    columns,
    className: "output",
    from: `${layer.name}[${subject.unit}]`,
    label: t("views.map", { name: `${layer.name}[${subject.unit}]`, shape: sizeText([rows, columns]) }),
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
    head(subject.source === INPUT ? t("views.input") : subject.source, shapeText(subject.input.shape)),
    head(t("views.neuron.kernels"), `${channels} · ${sizeText(window.size)}`),
    head(t("views.neuron.results"), sizeText([rows, columns])),
  );
  const list = h(
    "div",
    { class: "neuron-rows", tabindex: "0", role: "group", "aria-label": t("views.neuron.rows", { count: channels }) },
    heads,
    parts.map(({ row }) => row),
  );
  list.style.setProperty("--ratio", String(Math.max(inputColumns / inputRows, columns / rows)));
  const legends = h("div", { class: "view-legends" });
  const root = h(
    "div",
    { class: "stage-neuron" },
    h("div", { class: "neuron-left" }, list),
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
          h("span", null, t("views.neuron.sum", { count: channels }), " ", sum),
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
          h("strong", null, `${layer.name}[${subject.unit}]`),
          h("span", null, sizeText([rows, columns])),
          outputValue,
        ),
      ),
    ),
    wires,
    legends,
  );
  root.style.setProperty("--count", String(channels));

  let limit = 1;
  /** @type {Subject} */
  let current = subject;
  /** @type {Map<number, Float32Array>} */
  let partials = new Map();
  let version = 0;
  /** @type {number | null} */
  let shown = null;
  /** @type {number[]} */
  let at = subject.at;
  /** @type {number | undefined} the row that the microscope shows */
  let chosen;
  /** @type {number[]} rows that are on the screen */
  let visible = [];
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let unseen;

  const partialOf = (/** @type {number} */ channel) => {
    let map = partials.get(channel);
    if (!map)
      partials.set(
        channel,
        (map = partialMap(layer, current.input, /** @type {any} */ (current.parameters).weight, current.unit, channel)),
      );
    return map;
  };

  /** Rows come and go while one scrolls: those that are seen are painted, once for each set of data. */
  const look = () => {
    const box = list.getBoundingClientRect();
    visible = parts.flatMap(({ row }, channel) => {
      const { top, bottom } = row.getBoundingClientRect();
      return bottom > box.top - 40 && top < box.bottom + 40 ? [channel] : [];
    });
    paintVisible();
    drawWires();
  };

  const paintVisible = () => {
    for (const channel of visible) {
      const part = parts[channel];
      if (part.painted !== version) {
        part.painted = version;
        paintUnit(part.input, current.scene, current.source, current.input, channel, limit, actions.state().tint);
        part.result.paint(partialOf(channel), limit, ACTIVATIONS);
      }
      part.result.reveal(shown);
    }
  };

  const drawWires = () => {
    const frame = root.getBoundingClientRect();
    if (!frame.width) return;
    const end = plus.getBoundingClientRect();
    const [x1, y1] = [end.left - frame.left, end.top + end.height / 2 - frame.top];
    wires.setAttribute("viewBox", `0 0 ${frame.width} ${frame.height}`);
    const box = list.getBoundingClientRect();
    wires.replaceChildren(
      ...visible.flatMap((channel) => {
        const start = parts[channel].partial.getBoundingClientRect();
        const y0 = start.top + start.height / 2;
        if (y0 < box.top || y0 > box.bottom || start.right > end.left) return [];
        const x0 = start.right - frame.left + 4;
        const bend = (x0 + x1) / 2;
        return [
          h("svg:path", {
            d: `M${x0} ${y0 - frame.top}C${bend} ${y0 - frame.top} ${bend} ${y1} ${x1} ${y1}`,
            class: channel === chosen ? "chosen" : null,
          }),
        ];
      }),
    );
  };

  list.addEventListener(
    "scroll",
    () =>
      actions.frame(() => {
        look();
        point(at, shown);
      }),
    { passive: true },
  );
  const sized = new ResizeObserver(() => actions.frame(look));
  sized.observe(root);

  /** @param {number[]} next @param {number | null} revealed */
  function point(next, revealed) {
    at = next;
    shown = revealed;
    const [row, column] = at;
    const [top, left] = [row * window.stride[0] - window.padding[0], column * window.stride[1] - window.padding[1]];
    const trace = layer.record.tracer?.trace(layer, current.inputs, current.parameters, [current.unit, row, column]);
    if (!trace) return;
    const subtotals = partialsAt(trace, channels);
    const cell = middle[0] * window.size[1] + middle[1];
    const each = window.size[0] * window.size[1];
    const write = (/** @type {number} */ channel) => {
      const part = parts[channel];
      part.inputMark.move(top, left);
      part.resultMark.move(row, column);
      part.result.reveal(revealed);
      const term = trace.terms[channel * each + cell];
      setValue(part.inputValue, term.value, term.padding ? null : { layer: current.source, at: term.at });
      setValue(part.partial, subtotals[channel]);
    };
    visible.forEach(write);
    // Rows that are scrolled away are reached by key and by screen reader all the same.
    clearTimeout(unseen);
    unseen = setTimeout(() => parts.forEach((_, channel) => write(channel)), UNSEEN);
    output.place(row, column);
    outputMark.move(row, column);
    output.reveal(revealed);
    setValue(outputValue, valueAt(current.output, [current.unit, row, column]), {
      layer: layer.name,
      at: [current.unit, row, column],
    });
    setValue(bias, trace.bias ?? 0);
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
      const weight = /** @type {any} */ (current.parameters).weight;
      const all = () => [
        ...inputValues(current),
        unitValues(current.output, current.unit),
        ...parts.map((_, channel) => partialOf(channel)),
      ];
      limit = viewLimit(actions.state(), current, all);
      const weightLimit = limitOf([
        weight.data.subarray(
          current.unit * (weight.data.length / weight.shape[0]),
          (current.unit + 1) * (weight.data.length / weight.shape[0]),
        ),
      ]);
      parts.forEach(({ cells }, channel) => {
        kernelOf(weight, current.unit, channel).forEach((value, index) => {
          cells[index].style.backgroundColor = colourOf(WEIGHTS, value, weightLimit);
          cells[index].dataset.value = String(value);
        });
      });
      output.paint(unitValues(current.output, current.unit), limit, ACTIVATIONS);
      legends.replaceChildren(
        createLegend(t("views.legend.activations"), ACTIVATIONS, {
          low: `≤ ${signed(-limit)}`,
          high: `≥ ${signed(limit)}`,
        }),
        createLegend(t("views.legend.weights"), WEIGHTS, {
          low: `≤ ${signed(-weightLimit)}`,
          high: `≥ ${signed(weightLimit)}`,
        }),
      );
      visible = parts.slice(0, AT_ONCE).map((_, channel) => channel);
      paintVisible();
    },
    choose(input) {
      chosen = input;
      parts.forEach(({ row }, channel) => row.classList.toggle("chosen", channel === chosen));
    },
    point,
    /** Bring the chosen row into view, and find out which others are. */
    settle() {
      if (chosen !== undefined) scrollTo(list, parts[chosen]?.row);
      look();
      if (parts.length > AT_ONCE) point(at, shown);
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
