// @ts-check
/** Choose a neuron, here or by hovering the network: what it reads, and what it has learned for it. */
import { h } from "../../../elements/dom.js";
import { LoupeElement } from "../../../elements/element.js";
import { INPUT, inputName, inputOf, isMaps, unitCount } from "../../../model/model.js";
import { greyColour, signedColour, weightColour } from "../components/colour.js";
import { slider } from "../components/controls.js";
import { NumberGrid } from "../components/grid.js";
import { MapView } from "../components/map.js";
import { make, largest } from "../model/matrix.js";
import { short } from "../model/numbers.js";

/** More inputs than these are counted and not drawn. */
const SHOWN = 12;

export class Widget extends LoupeElement {
  /** @type {{ layer: string, unit: number } | null} */
  place = null;

  start() {
    this.watch(
      ({ model }) => model,
      () => this.#build(),
    );
    this.watch(
      ({ hover, selection }) => [hover, selection],
      () => {
        const { hover, selection, model } = this.store.state;
        const place = hover ?? selection;
        if (place && model?.layer(place.layer)) this.#choose(place.layer, place.unit);
      },
    );
    this.watch(
      ({ run, parameters }) => [run, parameters],
      () => this.#draw(),
    );
  }

  #build() {
    const { model } = this.store.state;
    if (!model) return;
    const first = model.layers.find(({ record }) => record.connects === "all") ?? model.layers[0];
    this.place = { layer: first.name, unit: 0 };
    this.layers = h(
      "select",
      {
        class: "learn-select",
        "data-select": "layer",
        "aria-label": this.t("learn.neuron.layer"),
        onchange: () => this.#choose(this.layers.value, 0),
      },
      model.layers.map(({ name }) => h("option", { value: name }, name)),
    );
    this.units = h("div");
    this.said = h("p", { class: "learn-widget-readout", role: "status" });
    this.inputs = h("div", { class: "learn-neuron-inputs" });
    this.replaceChildren(
      h(
        "div",
        { class: "learn-widget-foot" },
        h("label", { class: "learn-field" }, h("span", null, this.t("learn.neuron.layer")), this.layers),
        this.units,
      ),
      this.said,
      this.inputs,
    );
    this.#draw();
  }

  /** @param {string} layer @param {number} unit */
  #choose(layer, unit) {
    if (this.place?.layer === layer && this.place.unit === unit) return;
    this.place = { layer, unit };
    this.#draw();
  }

  #draw() {
    const { model, run, parameters } = this.store.state;
    if (!model || !run || !this.place || !this.inputs) return;
    const layer = model.layer(this.place.layer);
    if (!layer || run.activations.size < model.layers.length) return;
    const { unit } = this.place;
    this.layers.value = layer.name;
    if (this.units.dataset.layer !== layer.name) {
      this.units.dataset.layer = layer.name;
      this.unit = slider({
        id: "unit",
        label: this.t("learn.neuron.unit"),
        min: 0,
        max: unitCount(layer.output_shape) - 1,
        value: unit,
        oninput: (value) => this.#choose(layer.name, value),
      });
      this.units.replaceChildren(this.unit.element);
    }
    this.unit?.set(unit);
    const before = inputName(layer);
    const count = unitCount(layer.input_shape);
    const all = layer.record.connects !== "one";
    const maps = isMaps(layer.input_shape);
    const each = layer.parameter_count / unitCount(layer.output_shape);
    const same = maps === isMaps(layer.output_shape);
    const key = all
      ? maps
        ? "reads_all_maps"
        : "reads_all_values"
      : same
        ? maps
          ? "reads_one_map"
          : "reads_one_value"
        : "reads_flat";
    this.said.textContent = [
      this.t(`learn.neuron.${key}`, { neuron: `${layer.name}[${unit}]`, before, count, unit }),
      layer.parameter_count ? this.t("learn.neuron.learned", { count: each }) : this.t("learn.neuron.nothing"),
    ].join(" ");
    this.inputs.replaceChildren();
    if (!maps) return;
    const input = inputOf(layer, run);
    const [, height, width] = layer.input_shape;
    const weight = parameters?.get(layer.name)?.weight;
    const units = all ? Array.from({ length: Math.min(count, SHOWN) }, (_, index) => index) : same ? [unit] : [];
    const cells = units.map((index) => {
      const map = new MapView({ label: `${before}[${index}]`, colour: before === INPUT ? greyColour : signedColour });
      const data = input.data.subarray(index * height * width, (index + 1) * height * width);
      map.update({
        shape: [height, width],
        data,
        range: data.reduce((most, value) => Math.max(most, Math.abs(value)), 0),
      });
      const parts = [h("figcaption", null, `${before}[${index}]`), map.element];
      if (weight && weight.shape.length === 4 && weight.shape[2] * weight.shape[3] <= 25) {
        const [, , rows, columns] = weight.shape;
        const start = (unit * count + index) * rows * columns;
        const kernel = make(rows, columns, (u, v) => weight.data[start + u * columns + v]);
        const grid = new NumberGrid({
          label: this.t("learn.neuron.kernel", { index }),
          colour: weightColour,
          format: (value) => short(value, 1),
        });
        grid.update({ values: kernel, range: largest(kernel) });
        parts.push(grid.element);
      }
      return h("figure", { class: "learn-widget-figure" }, parts);
    });
    const output = run.activations.get(layer.name);
    if (output && isMaps(layer.output_shape)) {
      const [, rows, columns] = layer.output_shape;
      const result = new MapView({ label: `${layer.name}[${unit}]` });
      const data = output.data.subarray(unit * rows * columns, (unit + 1) * rows * columns);
      result.update({
        shape: [rows, columns],
        data,
        range: data.reduce((most, value) => Math.max(most, Math.abs(value)), 0),
      });
      cells.push(
        h(
          "figure",
          { class: "learn-widget-figure learn-neuron-output" },
          h("figcaption", null, `→ ${layer.name}[${unit}]`),
          result.element,
        ),
      );
    }
    this.inputs.replaceChildren(
      ...cells,
      ...(all && count > SHOWN
        ? [h("p", { class: "learn-widget-label" }, this.t("learn.neuron.more", { count: count - SHOWN }))]
        : []),
    );
  }
}
