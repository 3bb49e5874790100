// @ts-check
/** One element of the flat vector: which value of which map it was, and what it says for each class. */
import { h } from "../../../elements/dom.js";
import { LoupeElement } from "../../../elements/element.js";
import { offset } from "../../../model/trace.js";
import { inputName, inputOf, isMaps } from "../../../model/model.js";
import { Bars } from "../components/bars.js";
import { slider } from "../components/controls.js";
import { MapView } from "../components/map.js";
import { math, n, o } from "../components/mathml.js";
import { bracketed, fixed } from "../model/numbers.js";

const MOST_CLASSES = 12;

export class Widget extends LoupeElement {
  /** @type {number | null} */
  index = null;

  start() {
    this.watch(
      ({ model }) => model,
      () => this.#build(),
    );
    this.watch(
      ({ run, parameters }) => [run, parameters],
      () => {
        this.index = null;
        this.#draw();
      },
    );
  }

  /** The layer that flattens, and the dense layer that reads the vector. */
  get #layers() {
    const { model } = this.store.state;
    const flat = model?.layers.find(({ record, input_shape }) => record.family === "reshape" && isMaps(input_shape));
    const dense = flat && model?.consumers(flat.name).find(({ record }) => record.family === "dense");
    return model && flat && dense ? { model, flat, dense } : null;
  }

  #build() {
    const layers = this.#layers;
    if (!layers) {
      this.replaceChildren(h("p", { class: "learn-widget-note" }, this.t("learn.flatten.none")));
      return;
    }
    const { flat } = layers;
    const [maps, height, width] = flat.input_shape;
    const count = flat.output_shape[0];
    const label = (/** @type {string} */ key) => this.t(`learn.flatten.${key}`);
    this.position = slider({
      id: "index",
      label: label("element"),
      min: 0,
      max: count - 1,
      value: 0,
      oninput: (value) => this.#move(value),
    });
    this.chosen = slider({
      id: "map",
      label: label("map"),
      min: 0,
      max: maps - 1,
      value: 0,
      oninput: (value) => this.#move(value * height * width + ((this.index ?? 0) % (height * width))),
    });
    this.map = new MapView({
      id: "map",
      label: label("map"),
      onmove: ([row, column]) =>
        this.#move(offset(flat.input_shape, [Math.floor((this.index ?? 0) / (height * width)), row, column])),
    });
    this.strip = new MapView({
      id: "strip",
      label: label("strip"),
      onmove: ([row, column]) => this.#move(row * height * width + column),
    });
    this.bars = new Bars({ id: "weights", label: label("contributions") });
    this.said = h("p", { class: "learn-widget-readout", role: "status", "aria-live": "off" });
    this.formula = h("div", {
      class: "learn-formula-box",
      tabindex: 0,
      role: "region",
      "aria-label": label("formula"),
    });
    this.replaceChildren(
      h("div", { class: "learn-widget-controls learn-sliders" }, this.position.element, this.chosen.element),
      h(
        "div",
        { class: "learn-widget-stage learn-flatten-stage" },
        h(
          "figure",
          { class: "learn-widget-figure", "data-part": "map" },
          h("figcaption", null, label("map")),
          this.map.element,
        ),
        h(
          "div",
          null,
          h(
            "figure",
            { class: "learn-widget-figure", "data-part": "strip" },
            h("figcaption", null, this.t("learn.flatten.strip", { maps, cells: height * width })),
            this.strip.element,
          ),
          this.said,
          this.formula,
        ),
        h("div", null, h("p", { class: "learn-widget-label" }, label("contributions")), this.bars.element),
      ),
    );
    this.#draw();
  }

  /** @param {number} index */
  #move(index) {
    this.index = index;
    this.#draw();
  }

  #draw() {
    const layers = this.#layers;
    const { run, parameters } = this.store.state;
    if (!layers || !run || !parameters || !this.map || !this.strip) return;
    const { model, flat, dense } = layers;
    const source = inputOf(flat, run);
    const weight = parameters.get(dense.name)?.weight;
    if (!source || !weight || run.activations.size < model.layers.length) return;
    const [maps, height, width] = flat.input_shape;
    const cells = height * width;
    const index = (this.index ??= source.data.reduce(
      (best, value, position) => (value > source.data[best] ? position : best),
      0,
    ));
    const [map, row, column] = [Math.floor(index / cells), Math.floor((index % cells) / width), index % width];
    const range = source.data.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    const value = source.data[index];
    this.position?.set(index);
    this.chosen?.set(map);
    this.map.update({
      shape: [height, width],
      data: source.data.subarray(map * cells, (map + 1) * cells),
      range,
      frame: { at: [row, column], size: [1, 1] },
      at: [row, column],
    });
    this.strip.update({
      shape: [maps, cells],
      data: source.data,
      range,
      frame: { at: [map, index % cells], size: [1, 1] },
      at: [map, index % cells],
    });
    this.strip.element.style.aspectRatio = "auto";
    this.strip.element.style.height = `${Math.min(20, Math.max(2, maps)) * 0.8}rem`;
    if (this.said)
      this.said.textContent = this.t("learn.flatten.said", {
        index,
        before: `${inputName(flat)}[${map}, ${row}, ${column}]`,
        value: fixed(value, 3),
      });
    this.formula?.replaceChildren(
      math(
        n(map),
        o("×"),
        n(cells),
        o("+"),
        n(row),
        o("×"),
        n(width),
        o("+"),
        n(column),
        o("="),
        n(index, "learn-result"),
      ),
    );
    const all = Array.from({ length: dense.output_shape[0] }, (_, unit) => ({
      unit,
      weight: weight.data[offset(weight.shape, [unit, index])],
    }));
    const shown =
      all.length <= MOST_CLASSES
        ? all
        : [...all].sort((a, b) => Math.abs(b.weight) - Math.abs(a.weight)).slice(0, MOST_CLASSES);
    const most = Math.max(1e-9, ...shown.map(({ weight: w }) => Math.abs(w * value)));
    const name = (/** @type {number} */ unit) =>
      model.classes.length === dense.output_shape[0]
        ? this.i18n.label(model.classes[unit].labels)
        : `${dense.name}[${unit}]`;
    this.bars?.update(
      shown.map(({ unit, weight: w }) => ({
        label: name(unit),
        value: w * value,
        text: `${bracketed(fixed(w, 3))} × ${fixed(value)} = ${fixed(w * value, 3)}`,
      })),
      { from: -most, to: most },
    );
  }
}
