// @ts-check
/** The shipped model's own learning curves and confusion matrix, as its description tells them. */
import { h } from "../../../elements/dom.js";
import { LoupeElement } from "../../../elements/element.js";
import { countColour } from "../components/colour.js";
import { LineChart } from "../components/chart.js";
import { NumberGrid } from "../components/grid.js";
import { MapView } from "../components/map.js";
import { accuracyOf, precisionOf, readTraining, recallOf } from "../model/training.js";
import { fixed, short } from "../model/numbers.js";

/** A larger matrix is drawn as a picture. */
const MOST_NUMBERS = 16;

export class Widget extends LoupeElement {
  start() {
    this.watch(
      ({ model }) => model,
      () => this.#build(),
    );
  }

  #build() {
    const { model } = this.store.state;
    if (!model) return;
    const training = readTraining(model.training);
    if (!training) {
      this.replaceChildren(
        h(
          "p",
          { class: "learn-widget-note", "data-training": "none" },
          this.t("learn.training.none", { model: this.i18n.label(model.title) }),
        ),
      );
      return;
    }
    const parts = [];
    if (training.epochs.length > 1)
      parts.push(
        h("div", { class: "learn-chart-pair" }, this.#chart("accuracy", training), this.#chart("loss", training)),
      );
    if (training.confusion) parts.push(this.#matrix(model, training.confusion));
    this.replaceChildren(...parts);
  }

  /** @param {"accuracy" | "loss"} kind @param {import("../model/training.js").Training} training */
  #chart(kind, { epochs, ...all }) {
    const series = all[kind];
    if (!series.length) return "";
    const readout = h("p", { class: "learn-widget-value", role: "status", "aria-live": "off" });
    const values = series.flatMap(({ values: own }) => own);
    const top = kind === "accuracy" ? 1 : Math.ceil(Math.max(...values) * 2) / 2;
    const ticks = (/** @type {number} */ high, /** @type {number} */ count) =>
      Array.from({ length: count + 1 }, (_, index) => (high * index) / count);
    const last = epochs[epochs.length - 1];
    /** @type {import("../components/chart.js").ChartSpec} */
    const spec = {
      series: series.map(({ id, values: own }) => ({
        id,
        label: this.t(`learn.training.${id}`),
        points: own.map((value, index) => [epochs[index], value]),
      })),
      x: [epochs[0], last],
      y: [0, top],
      xTicks: [...new Set([epochs[0], ...ticks(last, 4).slice(1).map(Math.round)])],
      yTicks: ticks(top, 4),
      xLabel: this.t("learn.training.epoch"),
      yLabel: "",
      yFormat: kind === "accuracy" ? (value) => `${Math.round(100 * value)} %` : (value) => short(value),
    };
    const move = (/** @type {number} */ x) => {
      const index = epochs.reduce(
        (best, epoch, place) => (Math.abs(epoch - x) < Math.abs(epochs[best] - x) ? place : best),
        0,
      );
      chart.update({ ...spec, cursor: epochs[index] });
      readout.textContent = [
        this.t("learn.training.at", { epoch: epochs[index] }),
        ...series.map(
          ({ id, values: own }) =>
            `${this.t(`learn.training.${id}`)} ` +
            (kind === "accuracy" ? this.i18n.percent(own[index]) : fixed(own[index], 3)),
        ),
      ].join(" · ");
    };
    const chart = new LineChart({
      id: kind,
      label: this.t(`learn.training.${kind}`),
      height: 260,
      step: Math.max(1, (last - epochs[0]) / 60),
      onmove: move,
    });
    move(last);
    const key = h(
      "p",
      { class: "learn-chart-key" },
      series.map(({ id }) => h("span", { class: `learn-key-line learn-key-${id}` }, this.t(`learn.training.${id}`))),
    );
    return h(
      "figure",
      { class: "learn-widget-figure" },
      h("figcaption", null, this.t(`learn.training.${kind}`)),
      key,
      chart.element,
      readout,
    );
  }

  /** @param {import("../../../model/model.js").Model} model @param {number[][]} confusion */
  #matrix(model, confusion) {
    const name = (/** @type {number} */ k) => (model.classes[k] ? this.i18n.label(model.classes[k].labels) : String(k));
    const most = Math.max(...confusion.flat());
    const readout = h("p", { class: "learn-widget-readout", role: "status" });
    const announce = (/** @type {readonly number[]} */ [row, column]) => {
      const count = confusion[row][column];
      readout.textContent =
        row === column
          ? this.t("learn.training.right", {
              class: name(row),
              count,
              recall: this.i18n.percent(recallOf(confusion, row)),
              precision: this.i18n.percent(precisionOf(confusion, row)),
            })
          : this.t("learn.training.wrong", { true: name(row), taken: name(column), count });
    };
    const options = {
      id: "confusion",
      label: this.t("learn.training.confusion"),
      colour: countColour,
      onmove: announce,
    };
    let view;
    if (confusion.length <= MOST_NUMBERS) {
      view = new NumberGrid(options);
      view.update({ values: confusion, range: most, note: (row, column) => `${name(row)} → ${name(column)}` });
    } else {
      view = new MapView(options);
      view.update({ shape: [confusion.length, confusion.length], data: confusion.flat(), range: most });
    }
    const worst = confusion
      .flatMap((row, i) => row.map((count, j) => ({ i, j, count: i === j ? -1 : count })))
      .reduce((a, b) => (b.count > a.count ? b : a));
    announce([worst.i, worst.j]);
    const rows =
      confusion.length <= MOST_NUMBERS
        ? h(
            "ol",
            { class: "learn-confusion-rows", "aria-hidden": "true" },
            confusion.map((_, k) => h("li", null, name(k))),
          )
        : "";
    return h(
      "figure",
      { class: "learn-widget-figure learn-confusion" },
      h(
        "figcaption",
        null,
        this.t("learn.training.confusion_title", { accuracy: this.i18n.percent(accuracyOf(confusion)) }),
      ),
      h(
        "div",
        {
          class: "learn-confusion-body",
          tabindex: 0,
          role: "region",
          "aria-label": this.t("learn.training.confusion"),
        },
        rows,
        view.element,
      ),
      readout,
    );
  }
}
