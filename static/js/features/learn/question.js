// @ts-check
/**
 * One question: predict, by a number or by choosing, check, be told what the answer reveals, see how it comes about.
 * `<loupe-question question="neuron-value">`
 */
import { h } from "../../elements/dom.js";
import { LoupeElement } from "../../elements/element.js";
import { signedColour, weightColour } from "./components/colour.js";
import { choices } from "./components/controls.js";
import { NumberGrid } from "./components/grid.js";
import { kernelIcon } from "./components/kernel-icon.js";
import { MapView } from "./components/map.js";
import { learn } from "./context.js";
import { judge, readings } from "./model/answer.js";
import { largest, size } from "./model/matrix.js";
import { fixed } from "./model/numbers.js";
import { kernelOf } from "./model/presets.js";
import { questionOf } from "./questions/index.js";

let serial = 0;

export class LoupeQuestion extends LoupeElement {
  #seed = 0;
  /** @type {import("./questions/index.js").Made | null} */
  #made = null;

  start() {
    this.watch(
      ({ model, parameters, run }) => [model, parameters, run],
      () => this.#make(),
    );
    this.cleanup(learn().progress.onChange(() => this.#showKept()));
  }

  get question() {
    return questionOf(this.getAttribute("question") ?? "");
  }

  #make() {
    const { model, parameters, run } = this.store.state;
    const { question } = this;
    if (!question || !model || !parameters || !run) return;
    if (run.activations.size < model.layers.length) return; // a run of another model, on its way out
    const made = question.make({ model, parameters, run, seed: this.#seed, label: this.i18n.label });
    const same = made && this.#made && sameCase(made, this.#made);
    this.#made = made;
    this.hidden = made === null;
    if (made && !same) this.#build(question.id, made);
  }

  /** @param {string} id @param {import("./questions/index.js").Made} made */
  #build(id, made) {
    const name = `learn-answer-${serial++}`;
    const text = (/** @type {string} */ part) => this.t(`learn.questions.${id}.${part}`, made.params);
    this.feedback = h("div", { class: "learn-question-feedback", role: "status" });
    this.badge = h("span", { class: "learn-question-badge" });
    const another = h(
      "button",
      { type: "button", class: "learn-question-another", "data-do": "another", onclick: () => this.#another() },
      this.t("learn.question.another"),
    );
    const reveal = h(
      "button",
      { type: "button", class: "learn-button", "data-do": "reveal", onclick: () => this.#reveal() },
      this.t("learn.question.reveal"),
    );
    const check = h(
      "button",
      { type: "submit", class: "learn-button strong", "data-do": "check" },
      this.t("learn.question.check"),
    );
    const form = h(
      "form",
      { class: "learn-question-form", novalidate: true },
      "options" in made ? this.#options(made, text) : this.#number(made, name),
      check,
      reveal,
    );
    form.addEventListener("submit", (/** @type {Event} */ event) => {
      event.preventDefault();
      this.#check();
    });
    const operands = "options" in made ? this.#figures(made) : this.#operands(made);
    this.setAttribute("data-question", id);
    // For tests; the page is no examination.
    this.dataset.expected = String("options" in made ? made.right : made.expected);
    this.replaceChildren(
      h(
        "div",
        { class: "learn-question", role: "group", "aria-labelledby": `${name}-title` },
        h(
          "p",
          { class: "learn-question-head" },
          h("span", { id: `${name}-title` }, this.t("learn.question.title")),
          this.badge,
          another,
        ),
        h("p", { id: `${name}-ask`, class: "learn-question-ask" }, text("ask")),
        operands.length ? h("div", { class: "learn-question-operands" }, operands) : null,
        form,
        this.feedback,
      ),
    );
    this.#showKept();
  }

  /** @param {import("./questions/index.js").Numeric} made @param {string} name */
  #number(made, name) {
    this.field = h("input", {
      id: name,
      class: "learn-question-field",
      type: "text",
      inputmode: "text",
      autocomplete: "off",
      spellcheck: "false",
      "aria-describedby": `${name}-ask`,
    });
    return [
      h("label", { for: name }, this.t("learn.question.your_answer")),
      this.field,
      made.unit === "percent" ? h("span", { class: "learn-question-unit" }, this.t("learn.question.percent")) : null,
    ];
  }

  /** @param {import("./questions/index.js").Choice} made @param {(part: string) => string} text */
  #options(made, text) {
    this.chosen = "";
    const list = choices({
      id: "answer",
      label: this.t("learn.question.your_answer"),
      value: "",
      options: made.options.map((id) =>
        made.kernels
          ? { id, text: this.t(`learn.convolution.kernels.${id}.name`), icon: kernelIcon(kernelOf(id).values) }
          : { id, text: text(`options.${id}`) },
      ),
      onchange: (id) => void (this.chosen = id),
    });
    list.element.classList.add("learn-question-options");
    return list.element;
  }

  /** @param {import("./questions/index.js").Numeric} made */
  #operands(made) {
    return (made.operands ?? []).map(({ title, values, weights }) => {
      const grid = new NumberGrid({
        label: this.t(`learn.question.${title}`),
        colour: weights ? weightColour : signedColour,
        format: (value) => fixed(value),
      });
      grid.update({ values, range: largest(values) });
      return h(
        "figure",
        { class: "learn-question-operand" },
        h("figcaption", null, this.t(`learn.question.${title}`)),
        grid.element,
      );
    });
  }

  /** @param {import("./questions/index.js").Choice} made */
  #figures({ map }) {
    if (!map) return [];
    const view = new MapView({ label: this.t("learn.question.map") });
    view.update({ shape: size(map), data: map.flat(), range: largest(map) || 1 });
    return [
      h(
        "figure",
        { class: "learn-question-operand learn-question-map" },
        h("figcaption", null, this.t("learn.question.map")),
        view.element,
      ),
    ];
  }

  #check() {
    const [made, { question }] = [this.#made, this];
    if (!made || !question) return;
    if ("options" in made) return this.#checkChoice(made, question.id);
    let answers = readings(this.field?.value ?? "");
    if (answers.length === 0) return this.#announce("note", this.t("learn.question.not_a_number"));
    if (made.unit === "percent")
      answers = answers.flatMap((answer) =>
        /[%\uFF05]/.test(this.field?.value ?? "") ? [answer] : [answer, answer / 100],
      );
    const verdict = judge(made, answers);
    const text = (/** @type {string} */ part) => this.t(`learn.questions.${question.id}.${part}`, made.params);
    if (verdict.right) {
      this.#announce("right", this.t("learn.question.right"), text("answer"));
      learn().progress.answer(question.id, "right");
    } else if (verdict.mistake) this.#announce("wrong", text(`mistakes.${verdict.mistake}`));
    else
      this.#announce(
        "wrong",
        this.t(verdict.high ? "learn.question.too_high" : "learn.question.too_low"),
        text("hint"),
      );
    this.dataset.verdict = verdict.right ? "right" : (verdict.mistake ?? "unknown");
    return undefined;
  }

  /** @param {import("./questions/index.js").Choice} made @param {string} id */
  #checkChoice(made, id) {
    const text = (/** @type {string} */ part) => this.t(`learn.questions.${id}.${part}`, made.params);
    if (!this.chosen) return this.#announce("note", this.t("learn.question.choose_first"));
    const right = this.chosen === made.right;
    if (right) {
      this.#announce("right", this.t("learn.question.right"), text(made.kernels ? `answers.${made.right}` : "answer"));
      learn().progress.answer(id, "right");
    } else if (made.kernels) {
      const name = this.t(`learn.convolution.kernels.${this.chosen}.name`);
      this.#announce("wrong", this.t("learn.question.not_this_kernel", { name }), text(`mistakes.${this.chosen}`));
    } else this.#announce("wrong", text(`mistakes.${this.chosen}`));
    this.dataset.verdict = right ? "right" : this.chosen;
    return undefined;
  }

  #reveal() {
    const [made, { question }] = [this.#made, this];
    if (!made || !question) return;
    const answer = "options" in made && made.kernels ? `answers.${made.right}` : "answer";
    this.#announce("note", this.t(`learn.questions.${question.id}.${answer}`, made.params));
    this.dataset.verdict = "revealed";
    learn().progress.answer(question.id, "revealed");
  }

  #another() {
    this.#seed++;
    const before = this.#made;
    this.#make();
    if (before && this.#made && sameCase(before, this.#made)) {
      this.#announce("note", this.t("learn.question.only_one"));
    } else this.field?.focus();
  }

  /** @param {"right" | "wrong" | "note"} tone @param {...string} lines */
  #announce(tone, ...lines) {
    this.feedback.className = `learn-question-feedback ${tone}`;
    this.feedback.replaceChildren(...lines.map((line) => h("p", null, line)));
  }

  #showKept() {
    const how = learn().progress.kept.answered[this.question?.id ?? ""];
    if (!this.badge) return;
    this.badge.textContent = how ? this.t(`learn.question.kept_${how}`) : "";
    this.badge.className = `learn-question-badge ${how ?? ""}`;
  }
}

/**
 * Whether two makings ask the same.
 * @param {import("./questions/index.js").Made} a
 * @param {import("./questions/index.js").Made} b
 */
function sameCase(a, b) {
  const key = (/** @type {import("./questions/index.js").Made} */ made) =>
    JSON.stringify("options" in made ? [made.options, made.right, made.map] : made.params);
  return key(a) === key(b);
}
