// @ts-check
/** Four activation functions and their slopes at one x, and the same map through each of them. */
import { h } from "../../../elements/dom.js";
import { LoupeElement } from "../../../elements/element.js";
import { inputName, inputOf, isMaps } from "../../../model/model.js";
import { LineChart } from "../components/chart.js";
import { choices, slider } from "../components/controls.js";
import { MapView } from "../components/map.js";
import { ACTIVATIONS } from "../model/activations.js";
import { fixed, short } from "../model/numbers.js";

/** @type {[number, number]} */
const SPAN = [-5, 5];
const POINTS = 201;

export class Widget extends LoupeElement {
  x = 2.24;
  id = "relu";

  start() {
    const move = (/** @type {number} */ x) => this.#move(Math.round(x * 100) / 100);
    this.curve = new LineChart({
      id: "function",
      label: this.t("learn.activation.function"),
      height: 250,
      step: 0.1,
      onmove: move,
    });
    this.slope = new LineChart({
      id: "slope",
      label: this.t("learn.activation.slope"),
      height: 250,
      step: 0.1,
      onmove: move,
    });
    this.choice = choices({
      id: "activation",
      label: this.t("learn.activation.choose"),
      value: this.id,
      options: ACTIVATIONS.map(({ id }) => ({ id, text: this.t(`learn.activation.names.${id}`) })),
      onchange: (id) => {
        this.id = id;
        this.#draw();
      },
    });
    this.slider = slider({
      id: "x",
      label: "x",
      min: SPAN[0],
      max: SPAN[1],
      step: 0.01,
      value: this.x,
      format: (value) => fixed(value),
      oninput: (value) => this.#move(value),
    });
    this.table = h("div", {
      class: "learn-table-box",
      tabindex: 0,
      role: "region",
      "aria-label": this.t("learn.activation.table"),
    });
    this.note = h("p", { class: "learn-widget-note" });
    this.maps = h("div", { class: "learn-activation-maps" });
    this.mapNote = h("p", { class: "learn-widget-note" });
    this.replaceChildren(
      h("div", { class: "learn-widget-controls" }, this.choice.element, this.slider.element),
      h(
        "div",
        { class: "learn-chart-pair" },
        figure(this.t("learn.activation.function"), this.curve.element),
        figure(this.t("learn.activation.slope"), this.slope.element),
      ),
      this.table,
      this.note,
      this.maps,
      this.mapNote,
    );
    this.watch(
      ({ run }) => run,
      () => this.#showMaps(),
    );
    this.#draw();
  }

  /** @param {number} x */
  #move(x) {
    this.x = x;
    this.slider?.set(x);
    this.#draw();
  }

  #draw() {
    const chosen = /** @type {typeof ACTIVATIONS[number]} */ (ACTIVATIONS.find(({ id }) => id === this.id));
    const sample = (/** @type {(x: number) => number} */ f) =>
      Array.from({ length: POINTS }, (_, index) => {
        const x = SPAN[0] + ((SPAN[1] - SPAN[0]) * index) / (POINTS - 1);
        return /** @type {[number, number]} */ ([x, f(x)]);
      });
    const wide = this.id === "relu" || this.id === "leaky_relu";
    const common = { x: SPAN, xTicks: [-4, -2, 0, 2, 4], xLabel: "x", cursor: this.x };
    this.curve?.update({
      ...common,
      series: [{ id: "value", label: "f(x)", points: sample(chosen.f) }],
      y: wide ? [-1, 5] : [-1.2, 1.2],
      yTicks: wide ? [-1, 0, 1, 2, 3, 4, 5] : [-1, -0.5, 0, 0.5, 1],
      yLabel: "f(x)",
    });
    this.slope?.update({
      ...common,
      series: [{ id: "slope", label: "f′(x)", points: steps(chosen, sample) }],
      y: [-0.2, 1.2],
      yTicks: [0, 0.25, 0.5, 0.75, 1],
      yLabel: "f′(x)",
    });
    const x = short(this.x);
    const lines = ACTIVATIONS.map(({ id, f, slope }) =>
      h(
        "tr",
        { class: id === this.id ? "chosen" : null },
        h("th", { scope: "row" }, this.t(`learn.activation.names.${id}`)),
        h("td", null, this.t(`learn.activation.formulas.${id}`, { x })),
        h("td", { "data-value": f(this.x), "data-activation": id }, fixed(f(this.x), 3)),
        h("td", { "data-value": slope(this.x), "data-slope": id }, fixed(slope(this.x), 3)),
      ),
    );
    this.table?.replaceChildren(
      h(
        "table",
        { class: "learn-table" },
        h(
          "thead",
          null,
          h(
            "tr",
            null,
            h("th", { scope: "col" }, this.t("learn.activation.name")),
            h("th", { scope: "col" }, this.t("learn.activation.formula")),
            h("th", { scope: "col" }, `f(${x})`),
            h("th", { scope: "col" }, `f′(${x})`),
          ),
        ),
        h("tbody", null, lines),
      ),
    );
    if (this.note) this.note.textContent = this.t(`learn.activation.notes.${this.id}`);
  }

  /** What goes into the first activation layer, through each of the four. */
  #showMaps() {
    const { model, run } = this.store.state;
    const layer = model?.layers.find(
      ({ record, input_shape }) => record.family === "activation" && isMaps(input_shape),
    );
    if (!model || !run || !layer || run.activations.size < model.layers.length) return;
    const [, height, width] = layer.input_shape;
    const input = inputOf(layer, run);
    // the liveliest map says most: the one whose values spread furthest below and above 0
    const maps = Array.from({ length: layer.input_shape[0] }, (_, unit) =>
      input.data.subarray(unit * height * width, (unit + 1) * height * width),
    );
    const both = maps.map((map) =>
      Math.min(
        map.reduce((most, value) => Math.max(most, value), 0),
        -map.reduce((least, value) => Math.min(least, value), 0),
      ),
    );
    const unit = both.indexOf(Math.max(...both));
    const data = maps[unit];
    const range = data.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    const before = inputName(layer);
    const show = (/** @type {string} */ title, /** @type {(x: number) => number} */ f) => {
      const view = new MapView({ label: title });
      view.update({ shape: [height, width], data: data.map((value) => f(value)), range });
      return figure(title, view.element);
    };
    this.maps?.replaceChildren(
      show(`${before}[${unit}]`, (x) => x),
      ...ACTIVATIONS.map(({ id, f }) => show(this.t(`learn.activation.names.${id}`), f)),
    );
    if (this.mapNote)
      this.mapNote.textContent = this.t("learn.activation.warning", {
        model: this.i18n.label(model.title),
        kind: this.t(`learn.activation.names.${layer.kind}`),
      });
  }
}

/**
 * A jump is drawn as one, not as a steep slope.
 * @param {typeof ACTIVATIONS[number]} activation
 * @param {(f: (x: number) => number) => [number, number][]} sample
 */
function steps(activation, sample) {
  const points = sample(activation.slope);
  return points.flatMap((point, index) =>
    index > 0 && Math.abs(point[1] - points[index - 1][1]) > 0.2
      ? [/** @type {[number, number]} */ ([point[0], points[index - 1][1]]), point]
      : [point],
  );
}

/** @param {string} title @param {Element} content */
const figure = (title, content) => h("figure", { class: "learn-widget-figure" }, h("figcaption", null, title), content);
