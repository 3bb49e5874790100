// @ts-check
/** Drag the logits: softmax beside plain shares and min–max scaling, at any temperature. */
import { h } from "../../../elements/dom.js";
import { LoupeElement } from "../../../elements/element.js";
import { Bars } from "../components/bars.js";
import { button, slider } from "../components/controls.js";
import { frac, i, joined, math, n, o, row, sub, sup } from "../components/mathml.js";
import { minMax, plainShares, softmax } from "../model/normalise.js";
import { fixed, short } from "../model/numbers.js";

const MOST = 10;
const [LOW, HIGH] = [-15, 15];

export class Widget extends LoupeElement {
  /** @type {{ label: string, logit: number }[]} */
  rows = [];
  temperature = 1;

  start() {
    this.sliders = h("div", { class: "learn-sliders learn-softmax-logits" });
    // the slider runs over powers of ten: 0.1 to 10
    this.heat = slider({
      id: "temperature",
      label: this.t("learn.softmax.temperature"),
      min: -1,
      max: 1,
      step: 0.01,
      value: 0,
      format: (value) => short(10 ** value),
      oninput: (value) => {
        this.temperature = 10 ** value;
        this.#draw();
      },
    });
    const bars = (/** @type {string} */ id) => new Bars({ id, label: this.t(`learn.softmax.${id}`) });
    this.results = { softmax: bars("softmax"), plain: bars("plain"), minmax: bars("minmax") };
    this.sums = Object.fromEntries(
      Object.keys(this.results).map((id) => [id, h("p", { class: "learn-widget-value", "data-sum": id })]),
    );
    this.formula = h("div", {
      class: "learn-formula-box",
      tabindex: 0,
      role: "region",
      "aria-label": this.t("learn.softmax.formula"),
    });
    this.said = h("p", { class: "learn-widget-note", role: "status" });
    const column = (/** @type {string} */ id) =>
      h(
        "div",
        null,
        h("p", { class: "learn-widget-label" }, this.t(`learn.softmax.${id}`)),
        this.results?.[/** @type {"softmax"} */ (id)].element,
        this.sums?.[id],
      );
    this.replaceChildren(
      h(
        "div",
        { class: "learn-widget-foot" },
        button({ id: "picture", text: this.t("learn.softmax.from_picture"), onclick: () => this.#fromPicture() }),
        button({ id: "equal", text: this.t("learn.softmax.equal"), onclick: () => this.#set(() => 0) }),
        button({
          id: "shift",
          text: this.t("learn.softmax.shift"),
          onclick: () => this.#set((logit) => Math.min(HIGH, logit + 2)),
        }),
        button({
          id: "negative",
          text: this.t("learn.softmax.negative"),
          onclick: () => this.#set((_, index) => [-2, 1, -0.5, 0.8][index % 4]),
        }),
      ),
      h(
        "div",
        { class: "learn-softmax-stage" },
        h(
          "div",
          null,
          h("p", { class: "learn-widget-label" }, this.t("learn.softmax.logits")),
          this.sliders,
          h("div", { class: "learn-softmax-heat" }, this.heat.element),
        ),
        column("softmax"),
        column("plain"),
        column("minmax"),
      ),
      this.formula,
      this.said,
    );
    this.watch(
      ({ run, model }) => [run, model],
      () => this.#fromPicture(),
    );
  }

  #fromPicture() {
    const { run, model } = this.store.state;
    if (!run || !model) return;
    const scores =
      run.scores.length <= MOST ? run.scores : [...run.scores].sort((a, b) => b.logit - a.logit).slice(0, MOST);
    this.rows = scores.map((score) => ({
      label: model.classes[score.class] ? this.i18n.label(model.classes[score.class].labels) : String(score.class),
      logit: score.logit,
    }));
    this.left = run.scores.length - scores.length;
    this.inputs = this.rows.map(({ label, logit }, index) =>
      slider({
        id: `logit-${index}`,
        label,
        min: LOW,
        max: HIGH,
        step: 0.05,
        value: logit,
        format: (value) => fixed(value),
        oninput: (value) => {
          this.rows = this.rows.map((row, other) => (other === index ? { ...row, logit: value } : row));
          this.#draw();
        },
      }),
    );
    this.sliders?.replaceChildren(...this.inputs.map(({ element }) => element));
    this.#draw();
  }

  /** @param {(logit: number, index: number) => number} change */
  #set(change) {
    this.rows = this.rows.map((row, index) => ({ ...row, logit: change(row.logit, index) }));
    this.rows.forEach(({ logit }, index) => this.inputs?.[index].set(logit));
    this.#draw();
  }

  #draw() {
    const logits = this.rows.map(({ logit }) => logit);
    if (!this.results || !logits.length) return;
    const all = { softmax: softmax(logits, this.temperature), plain: plainShares(logits), minmax: minMax(logits) };
    const top = logits.indexOf(Math.max(...logits));
    for (const id of /** @type {(keyof typeof all)[]} */ (Object.keys(all))) {
      const low = Math.min(0, ...all[id].filter(Number.isFinite));
      const high = Math.max(1, ...all[id].filter(Number.isFinite));
      this.results[id].update(
        all[id].map((value, index) => ({
          label: this.rows[index].label,
          value,
          mark: index === top,
          text: Number.isFinite(value) ? fixed(value, 3) : "–",
        })),
        { from: low, to: high },
      );
      const sum = all[id].reduce((a, b) => a + b, 0);
      const line = this.sums?.[id];
      if (line) {
        line.textContent = this.t("learn.softmax.sum", { sum: Number.isFinite(sum) ? fixed(sum) : "–" });
        line.dataset.value = String(sum);
      }
    }
    const hot = Math.abs(this.temperature - 1) > 1e-9;
    const power = (/** @type {number} */ logit) =>
      sup(i("e"), hot ? frac(n(fixed(logit)), n(short(this.temperature))) : n(fixed(logit)));
    this.formula?.replaceChildren(
      math(
        sub(i("p"), i(this.rows[top].label, "learn-word")),
        o("="),
        frac(power(logits[top]), row(...joined(logits.map(power)))),
        o("="),
        n(fixed(all.softmax[top], 3), "learn-result"),
      ),
    );
    const negative = logits.some((logit) => logit < 0);
    if (this.said)
      this.said.textContent = [
        this.left ? this.t("learn.softmax.only", { shown: this.rows.length, left: this.left }) : "",
        this.t(negative ? "learn.softmax.with_negative" : "learn.softmax.without_negative"),
      ]
        .filter(Boolean)
        .join(" ");
  }
}
