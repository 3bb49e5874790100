// @ts-check
/**
 * One question: predict, check, be told what the answer reveals, see how it comes about.
 * `<loupe-question question="neuron-value">`
 */
import { h } from "../../elements/dom.js";
import { LoupeElement } from "../../elements/element.js";
import { signedColour, weightColour } from "./components/colour.js";
import { NumberGrid } from "./components/grid.js";
import { learn } from "./context.js";
import { judge, readings } from "./model/answer.js";
import { largest } from "./model/matrix.js";
import { fixed } from "./model/numbers.js";
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
    const same = made && this.#made && JSON.stringify(made.params) === JSON.stringify(this.#made.params);
    this.#made = made;
    this.hidden = made === null;
    if (made && !same) this.#build(question.id, made);
  }

  /** @param {string} id @param {import("./questions/index.js").Made} made */
  #build(id, made) {
    const name = `learn-answer-${serial++}`;
    const text = (/** @type {string} */ part) => this.t(`learn.questions.${id}.${part}`, made.params);
    this.field = h("input", {
      id: name,
      class: "learn-question-field",
      type: "text",
      inputmode: "text",
      autocomplete: "off",
      spellcheck: "false",
      "aria-describedby": `${name}-ask`,
    });
    this.feedback = h("div", { class: "learn-question-feedback", role: "status" });
    this.badge = h("span", { class: "learn-question-badge" });
    const another = h(
      "button",
      { type: "button", class: "learn-question-another", "data-do": "another", onclick: () => this.#another() },
      this.t("learn.question.another"),
    );
    const form = h(
      "form",
      { class: "learn-question-form", novalidate: true },
      h("label", { for: name }, this.t("learn.question.your_answer")),
      this.field,
      made.unit === "percent" ? h("span", { class: "learn-question-unit" }, this.t("learn.question.percent")) : null,
      h("button", { type: "submit", class: "learn-button strong", "data-do": "check" }, this.t("learn.question.check")),
      h(
        "button",
        { type: "button", class: "learn-button", "data-do": "reveal", onclick: () => this.#reveal() },
        this.t("learn.question.reveal"),
      ),
    );
    form.addEventListener("submit", (/** @type {Event} */ event) => {
      event.preventDefault();
      this.#check();
    });
    const operands = (made.operands ?? []).map(({ title, values, weights }) => {
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
    this.setAttribute("data-question", id);
    this.dataset.expected = String(made.expected); // for tests; the page is no examination
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

  #check() {
    const [made, { question }] = [this.#made, this];
    if (!made || !question) return;
    let answers = readings(this.field.value);
    if (answers.length === 0) return this.#announce("note", this.t("learn.question.not_a_number"));
    if (made.unit === "percent")
      answers = answers.flatMap((answer) => (/[%\uFF05]/.test(this.field.value) ? [answer] : [answer, answer / 100]));
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

  #reveal() {
    const [made, { question }] = [this.#made, this];
    if (!made || !question) return;
    this.#announce("note", this.t(`learn.questions.${question.id}.answer`, made.params));
    this.dataset.verdict = "revealed";
    learn().progress.answer(question.id, "revealed");
  }

  #another() {
    this.#seed++;
    const before = this.#made;
    this.#make();
    if (before && this.#made && JSON.stringify(before.params) === JSON.stringify(this.#made.params)) {
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
