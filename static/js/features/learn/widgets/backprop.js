// @ts-check
/** Backpropagation by hand: first forwards, then gradient by gradient, each predicted before it is shown; every
 * derivative is followed to its terms. */
import { h } from "../../../elements/dom.js";
import { LoupeElement } from "../../../elements/element.js";
import { signedColour, weightColour } from "../components/colour.js";
import { choices, stepper } from "../components/controls.js";
import { NumberGrid } from "../components/grid.js";
import { frac, i, joined, math, n, o, row, sub } from "../components/mathml.js";
import { predict } from "../components/predict.js";
import { finiteDifference, gradient, hasKink, operationOf, OPERATIONS } from "../model/backprop.js";
import { largest, replace } from "../model/matrix.js";
import { bracketed, fixed, short } from "../model/numbers.js";

/** Learned numbers, painted like weights. */
const LEARNED = ["W", "b"];

export class Widget extends LoupeElement {
  operation = OPERATIONS[0];
  tensors = OPERATIONS[0].initial;
  step = 0;
  /** The gradients that were predicted, or asked for. @type {Set<string>} */
  known = new Set();
  /** The derivative that is explained. */
  at = /** @type {[number, number]} */ ([0, 0]);

  start() {
    this.choice = choices({
      id: "operation",
      label: this.t("learn.backprop.choose"),
      value: this.operation.id,
      options: OPERATIONS.map(({ id }) => ({ id, text: this.t(`learn.backprop.operations.${id}.name`) })),
      onchange: (id) => this.#choose(id),
    });
    this.stage = h("div", { class: "learn-backprop-stage" });
    this.said = h("p", { class: "learn-widget-note", role: "status" });
    this.explained = h("div", { class: "learn-backprop-terms", role: "status", "aria-live": "off" });
    this.replaceChildren(
      h("div", { class: "learn-widget-controls" }, this.choice.element),
      h("div", { class: "learn-widget-foot" }, (this.holder = h("div", { class: "learn-stepper-holder" }))),
      this.said,
      this.stage,
      this.explained,
    );
    this.cleanup(() => this.steps?.stop());
    this.#choose(this.operation.id);
  }

  /** @param {string} id */
  #choose(id) {
    this.operation = operationOf(id);
    this.tensors = this.operation.initial;
    this.step = 0;
    this.known = new Set();
    this.at = [0, 0];
    this.steps?.stop();
    this.steps = stepper({
      count: this.operation.steps.length,
      value: this.step,
      interval: 1800,
      label: this.t("learn.backprop.step"),
      onstep: (index) => {
        this.step = index;
        this.at = [0, 0];
        this.#draw();
      },
    });
    this.holder?.replaceChildren(this.steps.element);
    this.#build();
  }

  /** A grid for every tensor and every gradient; what is editable says so. */
  #build() {
    const { operation } = this;
    this.grids = new Map();
    const make = (
      /** @type {string} */ name,
      /** @type {Partial<import("../components/grid.js").GridOptions>} */ more = {},
    ) => {
      const grid = new NumberGrid({
        id: name,
        label: this.#label(name),
        colour: LEARNED.includes(name) ? weightColour : signedColour,
        format: (value) => short(value),
        ...more,
      });
      this.grids?.set(name, grid);
      return h(
        "figure",
        { class: "learn-widget-figure", "data-part": name },
        h("figcaption", null, this.#title(name)),
        grid.element,
      );
    };
    const editable = Object.keys(operation.initial).map((name) =>
      make(name, { onedit: (at, value) => this.#edit(name, at, value) }),
    );
    const forward = make(operation.output);
    const gradients = operation.steps
      .filter((step) => step !== "forward")
      .map((name) =>
        make(`grad ${name}`, {
          colour: signedColour,
          onmove: (at) => this.known.has(name) && this.#explain(name, at),
          onpick: (at) => this.#explain(name, at),
        }),
      );
    const group = (/** @type {string} */ key, /** @type {Element[]} */ content) =>
      h(
        "div",
        { class: "learn-backprop-group" },
        h("p", { class: "learn-widget-label" }, this.t(`learn.backprop.${key}`)),
        h("div", { class: "learn-backprop-grids" }, content),
      );
    this.stage?.replaceChildren(group("given", editable), group("forward", [forward]), group("gradients", gradients));
    this.#draw();
  }

  /** ∂L/∂W for the gradient of W, W for itself. @param {string} name */
  #title(name) {
    const of = (/** @type {string} */ letter) => math(frac(row(o("∂"), i("L")), row(o("∂"), i(letter))));
    if (name.startsWith("grad ")) return of(name.slice(5));
    return name === "dH" ? of("H") : math(i(name));
  }

  /** @param {string} name */
  #label(name) {
    return name.startsWith("grad ") ? `∂L/∂${name.slice(5)}` : name === "dH" ? "∂L/∂H" : name;
  }

  /** @param {string} name @param {readonly number[]} at @param {number} value */
  #edit(name, at, value) {
    this.tensors = { ...this.tensors, [name]: replace(this.tensors[name], at, value) };
    this.#draw();
  }

  /** All of a gradient may be seen. @param {string} name */
  #know(name) {
    this.known.add(name);
    this.#draw();
  }

  /** @param {string} name @param {[number, number]} at */
  #explain(name, at) {
    const step = this.operation.steps.indexOf(name);
    if (step === this.step && at[0] === this.at[0] && at[1] === this.at[1]) return;
    this.step = step;
    this.at = at;
    this.steps?.set(step);
    this.#draw();
  }

  #draw() {
    const { operation, tensors } = this;
    const name = operation.steps[this.step];
    const forward = operation.forward(tensors);
    const all = { ...tensors, ...forward };
    const terms = name === "forward" ? [] : operation.terms(tensors, name, this.at);
    const used = new Set(
      (this.known.has(name) ? terms : []).flatMap(({ factors }) =>
        factors.flatMap((factor) => (typeof factor === "number" ? [] : [`${factor.name} ${factor.at.join()}`])),
      ),
    );
    for (const [key, grid] of this.grids ?? []) {
      const gradientOf = key.startsWith("grad ") ? key.slice(5) : null;
      const values = gradientOf ? gradient(operation, tensors, gradientOf) : all[key];
      const current = gradientOf === name;
      const reached = !gradientOf || this.known.has(gradientOf);
      grid.options.format = reached ? (/** @type {number} */ value) => short(value) : () => "?";
      grid.update({
        values,
        range: reached ? 1.5 * largest(values) || 1 : Infinity,
        frame: current ? { at: this.at, size: [1, 1] } : null,
        mark: (/** @type {number} */ r, /** @type {number} */ c) => (used.has(`${key} ${r},${c}`) ? "is-term" : null),
      });
    }
    if (this.said)
      this.said.textContent = this.t(
        `learn.backprop.operations.${operation.id}.${name === "forward" ? "forward" : `of_${name}`}`,
      );
    this.explained?.replaceChildren(
      ...(name === "forward"
        ? this.#forwardLine()
        : this.known.has(name)
          ? this.#terms(name, terms, all)
          : this.#ask(name, terms)),
    );
  }

  /** One cell is predicted before all of the gradient is shown.
   * @param {string} name @param {import("../model/backprop.js").Term[]} terms */
  #ask(name, terms) {
    const [down, across] = this.at;
    return [
      h("p", null, this.t("learn.backprop.predict_first", { name })),
      predict({
        ask: this.t("learn.backprop.ask", { name, row: down, column: across }),
        expected: terms.reduce((sum, { value }) => sum + value, 0),
        onknown: () => this.#know(name),
      }),
    ];
  }

  #forwardLine() {
    const loss = this.operation.loss(this.tensors);
    return [
      h(
        "p",
        { class: "learn-widget-readout", "data-loss": loss },
        this.t(`learn.backprop.${this.operation.output === "p" ? "loss_entropy" : "loss_linear"}`),
        " ",
        math(i("L"), o("="), n(fixed(loss, 4), "learn-result")),
      ),
    ];
  }

  /**
   * The sum behind one derivative, and its finite difference.
   * @param {string} name
   * @param {import("../model/backprop.js").Term[]} terms
   * @param {import("../model/backprop.js").Tensors} all
   */
  #terms(name, terms, all) {
    const { operation, tensors, at } = this;
    const value = terms.reduce((sum, term) => sum + term.value, 0);
    const check = finiteDifference(operation, tensors, name, at);
    const kink = hasKink(operation, tensors, name, at);
    const letter = (/** @type {import("../model/backprop.js").Cell | number} */ factor) =>
      typeof factor === "number"
        ? n(short(factor))
        : factor.name === "dH"
          ? frac(row(o("∂"), i("L")), row(o("∂"), sub(i("H"), n(factor.at.join(",")))))
          : sub(i(factor.name), n(factor.at.join(",")));
    const number = (/** @type {import("../model/backprop.js").Cell | number} */ factor) =>
      n(bracketed(short(typeof factor === "number" ? factor : all[factor.name][factor.at[0]][factor.at[1]], 3)));
    const left = frac(row(o("∂"), i("L")), row(o("∂"), sub(i(name), n(at.join(",")))));
    const sum = (/** @type {(factor: import("../model/backprop.js").Cell | number) => any} */ write) =>
      terms.length ? joined(terms.map(({ factors }) => row(...joined(factors.map(write), "·")))) : [n(0)];
    return [
      h(
        "div",
        { class: "learn-formula-box", tabindex: 0, role: "region", "aria-label": this.t("learn.backprop.formula") },
        math(left, o("="), ...sum(letter)),
        h("br"),
        math(o("="), ...sum(number), o("="), n(short(value, 4), "learn-result")),
      ),
      h(
        "p",
        { class: "learn-widget-readout", "data-value": value, "data-check": check },
        kink
          ? this.t("learn.backprop.kink", { check: fixed(check, 4) })
          : this.t("learn.backprop.check", { check: fixed(check, 4), value: fixed(value, 4) }),
      ),
    ];
  }
}
