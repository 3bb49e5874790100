// @ts-check
/** One weight, its loss as a curve, and the steps that a learning rate makes on it. */
import { h } from "../../../elements/dom.js";
import { LoupeElement } from "../../../elements/element.js";
import { LineChart } from "../components/chart.js";
import { button, slider } from "../components/controls.js";
import { sideways } from "../components/figure.js";
import { BEST, CURVATURE, course, left, loss, stepFrom } from "../model/descent.js";
import { bracketed, fixed, short } from "../model/numbers.js";

const FROM = -1;
const TO = 3;
const CEILING = 20;
const SHOWN = 8;
/** Steps that may be taken; far outside the chart more of them teach nothing. */
const LONGEST = 60;
/** Too small, about right, jumping, too large. */
const RATES = { small: 0.004, right: 0.06, jumping: 0.19, large: 0.23 };

export class Widget extends LoupeElement {
  rate = RATES.right;
  start_at = -0.5;
  /** @type {import("../model/descent.js").Step[]} */
  taken = [];

  start() {
    const label = (/** @type {string} */ key) => this.t(`learn.descent.${key}`);
    this.chart = new LineChart({
      id: "loss",
      label: label("chart"),
      height: 280,
      step: 0.1,
      onmove: (w) => this.#restart(Math.round(w * 20) / 20),
    });
    this.slider = slider({
      id: "rate",
      label: label("rate"),
      min: 0,
      max: 0.25,
      step: 0.002,
      value: this.rate,
      format: (value) => short(value, 3),
      oninput: (rate) => this.#choose(rate),
    });
    this.table = h("div", { class: "learn-descent-steps" });
    this.said = h("p", { class: "learn-widget-readout", role: "status" });
    this.replaceChildren(
      h(
        "div",
        { class: "learn-widget-controls" },
        h(
          "div",
          { class: "learn-widget-foot" },
          Object.entries(RATES).map(([id, rate]) =>
            button({ id, text: label(`rates.${id}`), onclick: () => this.#choose(rate) }),
          ),
        ),
        this.slider.element,
      ),
      this.chart.element,
      h(
        "div",
        { class: "learn-widget-foot" },
        button({ id: "step", text: label("step"), onclick: () => this.#go(1) }),
        button({ id: "ten", text: label("ten"), onclick: () => this.#go(10) }),
        button({ id: "restart", text: label("restart"), onclick: () => this.#restart(-0.5) }),
      ),
      this.said,
      this.table,
    );
    this.#draw();
  }

  /** @param {number} rate */
  #choose(rate) {
    this.rate = rate;
    this.slider?.set(rate);
    this.#restart(this.start_at);
  }

  /** @param {number} w */
  #restart(w) {
    this.start_at = w;
    this.taken = [];
    this.#draw();
  }

  get #weight() {
    return this.taken.at(-1)?.next ?? this.start_at;
  }

  /** @param {number} count */
  #go(count) {
    for (let step = 0; step < count && this.taken.length < LONGEST; step++)
      this.taken.push(stepFrom(this.#weight, this.rate));
    this.#draw();
  }

  #draw() {
    const weights = [this.start_at, ...this.taken.map(({ next }) => next)];
    const inside = weights.filter((w) => w >= FROM && w <= TO);
    const curve = Array.from({ length: 81 }, (_, index) => {
      const w = FROM + ((TO - FROM) * index) / 80;
      return /** @type {[number, number]} */ ([w, loss(w)]);
    });
    const path = inside.map((w) => /** @type {[number, number]} */ ([w, loss(w)]));
    this.chart?.update({
      series: [
        { id: "loss", label: this.t("learn.descent.loss"), points: curve },
        { id: "path", label: this.t("learn.descent.path"), points: path },
      ],
      dots: path,
      x: [FROM, TO],
      y: [0, CEILING],
      xTicks: [-1, 0, 1, 2, 3],
      yTicks: [0, 5, 10, 15, 20],
      xLabel: this.t("learn.descent.weight"),
      yLabel: this.t("learn.descent.loss"),
    });
    const w = this.#weight;
    Object.assign(this.dataset, { weight: String(w), steps: String(this.taken.length), course: course(this.rate) });
    if (this.said)
      this.said.textContent = [
        this.t("learn.descent.at", { steps: this.taken.length, weight: short(w, 3), loss: short(loss(w), 4) }),
        this.t(`learn.descent.courses.${course(this.rate)}`, {
          left: short(Math.abs(left(this.rate)), 3),
          limit: short(2 / CURVATURE, 3),
          best: short(BEST, 3),
        }),
        ...(inside.length < weights.length ? [this.t("learn.descent.outside")] : []),
      ].join(" ");
    this.#showSteps();
  }

  #showSteps() {
    const cells = (/** @type {string} */ tag, /** @type {string[]} */ texts) =>
      h(
        "tr",
        null,
        texts.map((text) => h(tag, null, text)),
      );
    const first = Math.max(0, this.taken.length - SHOWN);
    const rows = this.taken
      .slice(first)
      .map((step, index) =>
        cells("td", [
          String(first + index + 1),
          fixed(step.w, 3),
          fixed(step.slope, 3),
          `${fixed(step.w, 3)} − ${short(this.rate, 3)} · ${bracketed(fixed(step.slope, 3))} = ${fixed(step.next, 3)}`,
        ]),
      );
    const heads = ["number", "weight", "slope", "next"].map((key) => this.t(`learn.descent.heads.${key}`));
    this.table?.replaceChildren(
      ...(rows.length
        ? [
            sideways(
              this.t("learn.descent.table"),
              h("table", { class: "learn-table" }, h("thead", null, cells("th", heads)), h("tbody", null, rows)),
            ),
          ]
        : []),
    );
  }
}
