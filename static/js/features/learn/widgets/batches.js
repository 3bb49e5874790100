// @ts-check
/** A training of two weights on a map of its loss: learning rate, momentum, batch size, and where it starts. */
import { h } from "../../../elements/dom.js";
import { LoupeElement } from "../../../elements/element.js";
import { LineChart } from "../components/chart.js";
import { greyColour } from "../components/colour.js";
import { choices, slider } from "../components/controls.js";
import { figure } from "../components/figure.js";
import { MapView } from "../components/map.js";
import { short } from "../model/numbers.js";
import { COUNT, loss, lowest, train } from "../model/valley.js";

/** The part of the plane that is drawn: w₁ to the right, w₂ up. */
const SIDE = 61;
const FROM = -2;
const TO = 4;
const STEP = (TO - FROM) / (SIDE - 1);
const BATCHES = [1, 4, 16, COUNT];

/** @param {number} index */
const across = (index) => FROM + index * STEP;
/** @param {number} index */
const up = (index) => TO - index * STEP;

export class Widget extends LoupeElement {
  setting = { rate: 0.1, momentum: 0, batch: COUNT, epochs: 10, start: /** @type {[number, number]} */ ([-1.5, 3.5]) };

  start() {
    const label = (/** @type {string} */ key) => this.t(`learn.batches.${key}`);
    this.map = new MapView({
      id: "valley",
      label: label("map"),
      colour: greyColour,
      onmove: ([row, column]) => this.#set({ start: [across(column), up(row)] }),
    });
    this.path = h("svg:svg", { class: "learn-valley-path", viewBox: `0 0 ${SIDE} ${SIDE}`, "aria-hidden": "true" });
    this.map.element.append(this.path);
    this.map.element.classList.add("learn-valley");
    const number = (
      /** @type {"rate" | "momentum" | "epochs"} */ id,
      /** @type {[number, number, number]} */ [min, max, step],
    ) =>
      slider({
        id,
        label: label(id),
        min,
        max,
        step,
        value: this.setting[id],
        format: (value) => short(value, 3),
        oninput: (value) => this.#set({ [id]: value }),
      });
    const batch = choices({
      id: "batch",
      label: label("batch"),
      value: String(this.setting.batch),
      options: BATCHES.map((size) => ({
        id: String(size),
        text: size === COUNT ? this.t("learn.batches.all", { count: COUNT }) : String(size),
      })),
      onchange: (id) => this.#set({ batch: Number(id) }),
    });
    this.chart = new LineChart({ id: "course", label: label("course"), height: 200 });
    this.said = h("p", { class: "learn-widget-note", role: "status" });
    this.replaceChildren(
      h(
        "div",
        { class: "learn-batches-stage" },
        figure(label("map"), this.map.element),
        h(
          "div",
          { class: "learn-widget-controls" },
          batch.element,
          number("rate", [0, 0.6, 0.01]).element,
          number("momentum", [0, 0.95, 0.05]).element,
          number("epochs", [1, 40, 1]).element,
          figure(label("course"), this.chart.element),
        ),
      ),
      this.said,
    );
    this.#draw();
  }

  /** @param {Partial<Widget["setting"]>} patch */
  #set(patch) {
    this.setting = { ...this.setting, ...patch };
    this.#draw();
  }

  #draw() {
    const path = train(this.setting);
    const values = Array.from({ length: SIDE * SIDE }, (_, index) =>
      Math.sqrt(loss([across(index % SIDE), up(Math.floor(index / SIDE))])),
    );
    this.map?.update({ shape: [SIDE, SIDE], data: values, range: Math.max(...values) });
    const place = (/** @type {readonly number[]} */ [w1, w2]) =>
      `${((w1 - FROM) / STEP + 0.5).toFixed(2)},${((TO - w2) / STEP + 0.5).toFixed(2)}`;
    const dot = (/** @type {string} */ name, /** @type {readonly number[]} */ weights, /** @type {number} */ r) => {
      const [cx, cy] = place(weights).split(",");
      return h("svg:circle", { class: name, cx, cy, r });
    };
    this.path?.replaceChildren(
      h("svg:polyline", { points: path.map(({ weights }) => place(weights)).join(" ") }),
      ...(path.length <= 120 ? path.map(({ weights }) => dot("is-step", weights, 0.55)) : []),
      dot("is-lowest", lowest(), 1.1),
      dot("is-start", this.setting.start, 1.1),
    );
    const most = Math.max(...path.map((step) => step.loss));
    const ceiling = most > 0 ? Math.min(most, 4 * path[0].loss) : 1;
    this.chart?.update({
      series: [
        {
          id: "loss",
          label: this.t("learn.batches.loss"),
          points: path.map((step, index) => /** @type {[number, number]} */ ([index, step.loss])),
        },
      ],
      x: [0, Math.max(1, path.length - 1)],
      y: [0, ceiling],
      xTicks: [0, path.length - 1],
      yTicks: [0, ceiling],
      xLabel: this.t("learn.batches.updates"),
      yLabel: this.t("learn.batches.loss"),
    });
    const { epochs, batch } = this.setting;
    const last = path[path.length - 1];
    const least = loss(lowest());
    const updates = epochs * Math.ceil(COUNT / batch);
    Object.assign(this.dataset, { loss: String(last.loss), updates: String(path.length - 1) });
    if (this.said)
      this.said.textContent = [
        this.t("learn.batches.said", {
          epochs,
          each: Math.ceil(COUNT / batch),
          updates,
          from: short(path[0].loss, 3),
          loss: short(last.loss, 3),
          least: short(least, 3),
        }),
        ...(path.length - 1 < updates || last.loss > path[0].loss ? [this.t("learn.batches.away")] : []),
      ].join(" ");
  }
}
