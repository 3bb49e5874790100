// @ts-check
/** The hyperparameters of a sliding window: where it stands, how large the output is, what goes unseen. */
import { h } from "../../../elements/dom.js";
import { LoupeElement } from "../../../elements/element.js";
import { signedColour } from "../components/colour.js";
import { button, slider, stepper } from "../components/controls.js";
import { NumberGrid } from "../components/grid.js";
import { floor, frac, i, math, n, o, row } from "../components/mathml.js";
import { make } from "../model/matrix.js";
import { short } from "../model/numbers.js";
import { covered, outputSize, problem, span, unread, uses } from "../model/sliding.js";

const LIMITS = { size: [1, 14], padding: [0, 3], kernel: [1, 7], stride: [1, 5], dilation: [1, 3] };

export class Widget extends LoupeElement {
  /** @type {import("../model/sliding.js").Sliding} */
  setting = { size: 9, padding: 0, kernel: 3, stride: 1, dilation: 1 };
  at = 0;

  start() {
    const names = /** @type {(keyof typeof LIMITS)[]} */ (Object.keys(LIMITS));
    this.sliders = names.map((id) =>
      slider({
        id,
        label: this.t(`learn.sliding.${id}`),
        min: LIMITS[id][0],
        max: LIMITS[id][1],
        value: this.setting[id],
        oninput: (value) => this.#set({ [id]: value }),
      }),
    );
    const preset = (/** @type {string} */ id, /** @type {Partial<Widget["setting"]>} */ setting) =>
      button({
        id,
        text: this.t(`learn.sliding.presets.${id}`),
        onclick: () => this.#set({ size: 9, padding: 0, kernel: 3, stride: 1, dilation: 1, ...setting }),
      });
    this.input = new NumberGrid({
      id: "input",
      label: this.t("learn.sliding.input"),
      colour: signedColour,
      format: (value) => (this.setting.size + 2 * this.setting.padding <= 13 ? short(value) : ""),
      onmove: ([r, c]) => this.#point(r, c),
    });
    this.output = new NumberGrid({
      id: "output",
      label: this.t("learn.sliding.output"),
      colour: () => [255, 255, 255],
      format: () => "",
      onmove: ([r, c]) => this.#move(r * outputSize(this.setting) + c),
    });
    this.steps = stepper({
      count: 49,
      interval: 400,
      label: this.t("learn.sliding.position"),
      onstep: (index) => this.#move(index),
    });
    this.cleanup(() => this.steps?.stop());
    this.formula = h("div", {
      class: "learn-formula-box",
      tabindex: 0,
      role: "region",
      "aria-label": this.t("learn.sliding.formula"),
    });
    this.said = h("p", { class: "learn-widget-note", role: "status" });
    this.key = h(
      "p",
      { class: "learn-sliding-key" },
      h("span", { class: "learn-key is-padding" }, this.t("learn.sliding.key_padding")),
      h("span", { class: "learn-key is-unseen" }, this.t("learn.sliding.key_unseen")),
      h("span", { class: "learn-key is-uses" }, this.t("learn.sliding.key_uses")),
    );
    this.inputTitle = h("figcaption");
    this.outputTitle = h("figcaption");
    this.replaceChildren(
      h(
        "div",
        { class: "learn-sliding-controls" },
        h(
          "div",
          { class: "learn-sliders" },
          this.sliders.map(({ element }) => element),
        ),
        h(
          "div",
          null,
          this.formula,
          h(
            "div",
            { class: "learn-widget-foot" },
            preset("plain", {}),
            preset("same", { padding: 1 }),
            preset("strided", { stride: 2, size: 8 }),
            preset("dilated", { dilation: 2 }),
          ),
        ),
      ),
      h(
        "div",
        { class: "learn-widget-stage learn-sliding-stage" },
        h("figure", { class: "learn-widget-figure" }, this.inputTitle, this.input.element, this.key),
        h("figure", { class: "learn-widget-figure" }, this.outputTitle, this.output.element),
      ),
      h("div", { class: "learn-widget-foot" }, this.steps.element),
      this.said,
    );
    this.#draw();
  }

  /** @param {Partial<Widget["setting"]>} patch */
  #set(patch) {
    this.setting = { ...this.setting, ...patch };
    Object.keys(LIMITS).forEach((id, index) =>
      this.sliders?.[index].set(this.setting[/** @type {keyof typeof LIMITS} */ (id)]),
    );
    this.at = 0;
    this.#draw();
  }

  /** @param {number} at */
  #move(at) {
    if (at === this.at) return;
    this.at = at;
    this.#draw();
  }

  /** The window whose first cell lies nearest before a cell of the padded input. @param {number} r @param {number} c */
  #point(r, c) {
    const count = outputSize(this.setting);
    if (count < 1) return;
    const near = (/** @type {number} */ place) =>
      Math.min(count - 1, Math.max(0, Math.round((place - Math.floor(span(this.setting) / 2)) / this.setting.stride)));
    this.#move(near(r) * count + near(c));
  }

  #draw() {
    const { setting } = this;
    const { size, padding, kernel, stride, dilation } = setting;
    const padded = size + 2 * padding;
    const wrong = problem(setting);
    const count = wrong ? 0 : outputSize(setting);
    this.at = Math.min(this.at, Math.max(0, count * count - 1));
    const place = count ? [Math.floor(this.at / count), this.at % count] : null;
    const seen = uses(setting);
    const most = Math.max(1, ...seen) ** 2;
    const inWindow = place
      ? place.map((index) => new Set(covered(setting, index).map((position) => position + padding)))
      : null;
    const isPadding = (/** @type {number} */ position) => position < padding || position >= padding + size;
    this.input?.update({
      values: make(padded, padded, (r, c) => seen[r] * seen[c]),
      range: 1.8 * most,
      mark: (r, c) =>
        [
          isPadding(r) || isPadding(c) ? "is-padding" : "",
          !wrong && seen[r] * seen[c] === 0 ? "is-unseen" : "",
          inWindow?.[0].has(r) && inWindow[1].has(c) ? "is-window" : "",
        ].join(" "),
      note: (r, c) =>
        isPadding(r) || isPadding(c)
          ? this.t("learn.sliding.key_padding")
          : !wrong && seen[r] * seen[c] === 0
            ? this.t("learn.sliding.key_unseen")
            : null,
    });
    this.input?.element.classList.toggle("small", padded > 13);
    const figure = this.output?.element.parentElement;
    if (figure) figure.hidden = count === 0;
    if (count && place)
      this.output?.update({
        values: make(count, count, () => 0),
        frame: { at: place, size: [1, 1] },
        mark: (r, c) => (r * count + c < this.at ? "is-done" : ""),
      });
    this.output?.element.classList.toggle("small", count > 13);
    this.steps?.set(this.at, Math.max(1, count * count));
    if (this.steps) this.steps.element.hidden = count < 1;
    if (this.inputTitle)
      this.inputTitle.textContent = this.t(padding ? "learn.sliding.input_padded" : "learn.sliding.input_plain", {
        size,
        padded,
      });
    if (this.outputTitle) this.outputTitle.textContent = this.t("learn.sliding.output_size", { count });
    const inside = row(
      n(size),
      o("+"),
      n(2),
      o("·"),
      n(padding),
      o("−"),
      n(dilation),
      o("·"),
      o("("),
      n(kernel),
      o("−"),
      n(1),
      o(")"),
      o("−"),
      n(1),
    );
    const letters = row(
      i("W"),
      o("+"),
      n(2),
      i("P"),
      o("−"),
      i("D"),
      o("·"),
      o("("),
      i("F"),
      o("−"),
      n(1),
      o(")"),
      o("−"),
      n(1),
    );
    const exact = (padded - span(setting)) / stride;
    this.formula?.replaceChildren(
      math(i("O"), o("="), floor(frac(letters, i("S"))), o("+"), n(1)),
      math(i("O"), o("="), floor(frac(inside, n(stride))), o("+"), n(1)),
      math(o("="), floor(n(short(exact))), o("+"), n(1), o("="), n(wrong ? "?" : count, "learn-result")),
      h("span", { class: "sr", "data-value": wrong ? "" : count, "data-output": "" }, wrong ? "" : String(count)),
    );
    this.#announce(wrong, count);
  }

  /** @param {ReturnType<typeof problem>} wrong @param {number} count */
  #announce(wrong, count) {
    if (!this.said) return;
    this.said.classList.toggle("warning", wrong !== null);
    if (wrong) {
      const { size, kernel, dilation } = this.setting;
      this.said.textContent = this.t(
        dilation > 1 ? "learn.sliding.does_not_fit_dilated" : "learn.sliding.does_not_fit",
        {
          kernel,
          size,
          dilation,
          span: wrong.span,
          room: wrong.room,
          largest: wrong.largestKernel,
          padding: wrong.leastPadding,
        },
      );
      return;
    }
    const { left, skipped, holes } = unread(this.setting);
    const corner = uses(this.setting)[this.setting.padding] ** 2;
    const middle = Math.max(...uses(this.setting)) ** 2;
    this.said.textContent = [
      left ? this.t("learn.sliding.left_over", { left }) : "",
      skipped ? this.t("learn.sliding.skipped", { skipped }) : "",
      holes ? this.t("learn.sliding.holes", { holes }) : "",
      left || skipped || holes ? "" : this.t("learn.sliding.fits", { count }),
      this.t("learn.sliding.corner", { corner, middle }),
    ]
      .filter(Boolean)
      .join(" ");
  }
}
