// @ts-check
/**
 * A quiz by link. Without a quiz in the address it is the teacher's: a link is made, and codes that pupils handed in
 * become a table. With one, `#learn-quiz=convolution:6`, it is a pupil's: questions with numbers of their own, nothing
 * is judged or revealed, and a code to hand in. Nothing is sent.
 */
import { copyText } from "../../../elements/copy.js";
import { h } from "../../../elements/dom.js";
import { LoupeElement } from "../../../elements/element.js";
import { CHAPTERS } from "../chapters.js";
import { askedParts, optionIcon, optionText } from "../components/asked.js";
import { button, slider } from "../components/controls.js";
import {
  MOST,
  askedOf,
  csv,
  isRight,
  readCode,
  readSpec,
  seedOf,
  tidyName,
  writeCode,
  writeSpec,
} from "../model/exam.js";
import { QUESTIONS } from "../questions/index.js";
import { chapterBoxes } from "./chapter-boxes.js";

/** @typedef {import("../model/exam.js").Asked} Asked */
/** @typedef {import("../model/exam.js").Spec} Spec */

const HASH = "#learn-quiz";
let serial = 0;

export class Tool extends LoupeElement {
  /** @type {Spec} */
  spec = { chapters: ["convolution", "pooling"], count: 6 };

  start() {
    this.listen(window, "hashchange", () => this.#begin());
    this.#begin();
  }

  /** @param {string} key @param {Record<string, string | number>} [params] */
  #words(key, params) {
    return this.t(`learn.quiz.${key}`, params);
  }

  #begin() {
    if (!location.hash.startsWith(HASH)) return;
    const text = decodeURIComponent(location.hash.slice(HASH.length + 1));
    const spec = text ? readSpec(text, CHAPTERS) : null;
    this.dataset.side = spec ? "pupil" : "teacher";
    if (spec) this.#pupil(spec);
    else this.#teacher(text !== "");
  }

  /** @param {boolean} broken the address names no quiz that there is */
  #teacher(broken) {
    const link = h("input", {
      class: "learn-tool-link",
      type: "text",
      readonly: true,
      "aria-label": this.#words("link"),
    });
    const copied = h("span", { role: "status" });
    const show = () => {
      const { chapters } = this.spec;
      link.value = chapters.length ? `${location.href.split("#")[0]}${HASH}=${writeSpec(this.spec)}` : "";
    };
    const set = (/** @type {Partial<Spec>} */ patch) => {
      this.spec = { ...this.spec, ...patch };
      copied.textContent = "";
      show();
    };
    const name = `learn-quiz-codes-${serial++}`;
    const codes = h("textarea", { id: name, class: "learn-tool-codes", rows: 5, spellcheck: "false" });
    const table = h("div", { class: "learn-quiz-table", role: "status" });
    codes.addEventListener("input", () => this.#collect(codes.value, table));
    this.replaceChildren(
      ...(broken ? [h("p", { class: "learn-widget-note warning" }, this.#words("broken", { most: MOST }))] : []),
      h(
        "div",
        { class: "learn-tool-controls" },
        chapterBoxes(this, this.spec.chapters, (chapters) =>
          set({ chapters: CHAPTERS.filter((id) => chapters.includes(id)) }),
        ),
        slider({
          id: "count",
          label: this.#words("count"),
          min: 1,
          max: MOST,
          value: this.spec.count,
          oninput: (count) => set({ count }),
        }).element,
        h(
          "p",
          { class: "learn-tool-row" },
          link,
          button({
            id: "copy",
            text: this.#words("copy"),
            onclick: async () => {
              copied.textContent = this.#words((await copyText(link.value)) ? "copied" : "not_copied");
            },
          }),
          copied,
        ),
      ),
      h("h4", null, this.#words("collect")),
      h("p", null, h("label", { for: name }, this.#words("paste"))),
      codes,
      table,
    );
    show();
  }

  /** @param {string} text @param {HTMLElement} table */
  #collect(text, table) {
    const lines = text.split(/\s+/).filter(Boolean);
    const results = lines.map(readCode).filter((result) => result !== null);
    const bad = lines.filter((line) => !readCode(line));
    const heads = ["name", "quiz", "right", "of"].map((key) => this.#words(`heads.${key}`));
    const row = (/** @type {string} */ tag, /** @type {string[]} */ cells) =>
      h(
        "tr",
        null,
        cells.map((cell) => h(tag, null, cell)),
      );
    table.replaceChildren(
      ...(lines.length ? [h("p", null, this.#words("read", { count: results.length, bad: bad.length }))] : []),
      ...bad.map((line) =>
        h("p", { class: "learn-widget-note warning" }, this.#words("bad", { line: line.slice(0, 40) })),
      ),
      ...(results.length
        ? [
            h(
              "table",
              { class: "learn-table" },
              h("thead", null, row("th", heads)),
              h(
                "tbody",
                null,
                results.map(({ name, quiz, right }) =>
                  row("td", [name, quiz, String(right.filter(Boolean).length), String(right.length)]),
                ),
              ),
            ),
            h(
              "p",
              null,
              h(
                "a",
                {
                  class: "learn-button",
                  "data-do": "csv",
                  download: "quiz.csv",
                  href: `data:text/csv;charset=utf-8,${encodeURIComponent(csv(results, heads))}`,
                },
                this.#words("csv"),
              ),
            ),
          ]
        : []),
    );
  }

  /** @param {Spec} spec */
  #pupil(spec) {
    const id = `learn-quiz-name-${serial++}`;
    const field = h("input", { id, class: "learn-question-field", type: "text", autocomplete: "off", maxlength: 60 });
    const said = h("p", { role: "status" });
    const form = h(
      "form",
      { class: "learn-question-form", novalidate: true },
      h("label", { for: id }, this.#words("your_name")),
      field,
      h("button", { type: "submit", class: "learn-button strong", "data-do": "begin" }, this.#words("begin")),
    );
    form.addEventListener("submit", (/** @type {Event} */ event) => {
      event.preventDefault();
      const name = tidyName(field.value);
      const { model, parameters, run } = this.store.state;
      if (!name) said.textContent = this.#words("name_first");
      else if (!model || !parameters || !run || run.activations.size < model.layers.length)
        said.textContent = this.#words("wait");
      else {
        const given = { model, parameters, run, label: this.i18n.label };
        this.#ask(spec, name, askedOf(QUESTIONS, given, spec, seedOf(writeSpec(spec), name)));
      }
    });
    this.replaceChildren(h("p", null, this.#words("rules", { count: spec.count })), form, said);
  }

  /** @param {Spec} spec @param {string} name @param {Asked[]} asked */
  #ask(spec, name, asked) {
    /** @type {string[]} */
    const answers = asked.map(() => "");
    const code = h("output", { class: "learn-quiz-code" });
    const done = h("div", { class: "learn-quiz-done", role: "status" });
    const form = h(
      "form",
      { class: "learn-quiz-form", novalidate: true },
      h(
        "ol",
        null,
        asked.map((one, index) =>
          h(
            "li",
            { "data-asks": one.id },
            askedParts(one),
            this.#answer(one, (text) => void (answers[index] = text)),
          ),
        ),
      ),
      h("button", { type: "submit", class: "learn-button strong", "data-do": "hand-in" }, this.#words("hand_in")),
    );
    form.addEventListener("submit", (/** @type {Event} */ event) => {
      event.preventDefault();
      const open = answers.filter((answer) => !answer.trim()).length;
      if (open && form.dataset.asked !== String(open)) {
        form.dataset.asked = String(open);
        done.replaceChildren(h("p", null, this.#words("open", { count: open })));
        return;
      }
      const right = asked.map(({ made }, index) => isRight(made, answers[index]));
      code.textContent = writeCode({ quiz: writeSpec(spec), name, right });
      for (const field of form.querySelectorAll("input, button")) field.setAttribute("disabled", "");
      done.replaceChildren(
        h("p", null, this.#words("code")),
        code,
        button({
          id: "copy",
          text: this.#words("copy"),
          onclick: async () => {
            const text = this.#words((await copyText(code.textContent ?? "")) ? "copied" : "not_copied");
            done.append(h("p", null, text));
          },
        }),
      );
    });
    this.replaceChildren(h("h4", null, this.#words("of", { name })), form, done);
    form.querySelector("input")?.focus();
  }

  /** @param {Asked} one @param {(text: string) => void} keep */
  #answer(one, keep) {
    const id = `learn-quiz-answer-${serial++}`;
    if ("options" in one.made)
      return h(
        "fieldset",
        { class: "learn-chips learn-question-options" },
        h("legend", null, this.t("learn.question.your_answer")),
        h(
          "div",
          { class: "learn-chip-row" },
          one.made.options.map((option) =>
            h(
              "label",
              { class: "learn-chip" },
              h("input", { type: "radio", name: id, value: option, onchange: () => keep(option) }),
              optionIcon(one, option),
              h("span", null, optionText(one, option)),
            ),
          ),
        ),
      );
    const field = h("input", {
      id,
      class: "learn-question-field",
      type: "text",
      autocomplete: "off",
      spellcheck: "false",
    });
    field.addEventListener("input", () => keep(field.value));
    return h(
      "p",
      { class: "learn-question-form" },
      h("label", { for: id }, this.t("learn.question.your_answer")),
      field,
      one.made.unit === "percent" ? h("span", null, this.t("learn.question.percent")) : null,
    );
  }
}
