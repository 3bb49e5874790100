// @ts-check
/** Worksheets: questions of chosen chapters on A4, in up to four versions, each with a key from the engine. */
import { h } from "../../../elements/dom.js";
import { LoupeElement } from "../../../elements/element.js";
import { CHAPTERS } from "../chapters.js";
import { askedParts, letter, optionIcon, optionText } from "../components/asked.js";
import { button, slider, toggle } from "../components/controls.js";
import { askedOf, hash } from "../model/exam.js";
import { fixed } from "../model/numbers.js";
import { QUESTIONS } from "../questions/index.js";
import { chapterBoxes } from "./chapter-boxes.js";

/** @typedef {import("../model/exam.js").Asked} Asked */

export class Tool extends LoupeElement {
  chapters = ["convolution"];
  versions = 1;
  count = 6;
  key = true;

  start() {
    const label = (/** @type {string} */ key) => this.t(`learn.sheets.${key}`);
    const set = (/** @type {Partial<Pick<Tool, "versions" | "count" | "key" | "chapters">>} */ patch) => {
      Object.assign(this, patch);
      this.#draw();
    };
    const number = (/** @type {"count" | "versions"} */ id, /** @type {number} */ min, /** @type {number} */ max) =>
      slider({ id, label: label(id), min, max, value: this[id], oninput: (value) => set({ [id]: value }) }).element;
    this.sheets = h("div", { class: "learn-sheets" });
    this.none = h("p", { class: "learn-widget-note", role: "status", hidden: true }, label("none"));
    this.replaceChildren(
      h(
        "div",
        { class: "learn-tool-controls" },
        chapterBoxes(this, this.chapters, (chapters) => set({ chapters })),
        h("div", { class: "learn-sliders" }, number("count", 2, 12), number("versions", 1, 4)),
        toggle({ id: "key", label: label("with_key"), value: this.key, onchange: (key) => set({ key }) }).element,
        button({ id: "print", text: label("print"), onclick: () => print() }),
        this.none,
      ),
      this.sheets,
    );
    this.watch(
      ({ model, parameters, run, samples }) => [model, parameters, run, samples],
      () => this.#draw(),
    );
  }

  #draw() {
    const { model, parameters, run, picture, samples } = this.store.state;
    if (!model || !parameters || !run || run.activations.size < model.layers.length || !this.sheets) return;
    const given = { model, parameters, run, label: this.i18n.label };
    const spec = { chapters: CHAPTERS.filter((id) => this.chapters.includes(id)), count: this.count };
    const shown = samples.find(({ id }) => picture?.source === "sample" && id === picture.id);
    const of = shown ? this.i18n.label(shown.title) : this.t("learn.sheets.own");
    const sheets = Array.from({ length: this.versions }, (_, index) => ({
      name: letter(index).toUpperCase(),
      asked: askedOf(QUESTIONS, given, spec, hash(`sheet ${letter(index)}`)),
    })).filter(({ asked }) => asked.length > 0);
    if (this.none) this.none.hidden = sheets.length > 0;
    this.sheets.replaceChildren(
      ...sheets.map(({ name, asked }) => this.#sheet(name, asked, of)),
      ...(this.key ? sheets.map(({ name, asked }) => this.#key(name, asked, of)) : []),
    );
  }

  /** @param {string} name @param {string} of the picture */
  #foot(name, of) {
    const model = this.i18n.label(this.store.state.model?.title ?? {});
    return h("footer", null, this.t("learn.sheets.foot", { name, picture: of, model }));
  }

  /** @param {string} name @param {Asked[]} asked @param {string} of */
  #sheet(name, asked, of) {
    const title = this.t("learn.sheets.title", { name });
    const blanks = ["name", "class", "date"].map((key) =>
      h("span", { class: "learn-sheet-blank" }, this.t(`learn.sheets.${key}`)),
    );
    const options = (/** @type {Asked} */ one, /** @type {string[]} */ list) =>
      h(
        "ol",
        { class: "learn-sheet-options" },
        list.map((option, index) =>
          h("li", null, h("span", null, `${letter(index)})`), optionIcon(one, option), optionText(one, option)),
        ),
      );
    return h(
      "section",
      { class: "learn-sheet", "data-sheet": name, "aria-label": title },
      h("header", null, h("h4", null, title), h("p", { class: "learn-sheet-blanks" }, blanks)),
      h(
        "ol",
        null,
        asked.map((one) =>
          h(
            "li",
            { "data-asks": one.id },
            askedParts(one),
            "options" in one.made
              ? options(one, one.made.options)
              : h("p", { class: "learn-sheet-line" }, this.t("learn.sheets.answer")),
          ),
        ),
      ),
      this.#foot(name, of),
    );
  }

  /** @param {string} name @param {Asked[]} asked @param {string} of */
  #key(name, asked, of) {
    const title = this.t("learn.sheets.key", { name });
    return h(
      "section",
      { class: "learn-sheet", "data-key": name, "aria-label": title },
      h("header", null, h("h4", null, title)),
      h(
        "ol",
        null,
        asked.map(({ id, made }) => {
          const text = (/** @type {string} */ part) => this.t(`learn.questions.${id}.${part}`, made.params);
          if ("options" in made) {
            const place = `${letter(made.options.indexOf(made.right))}) `;
            const why = text(made.kernels ? `answers.${made.right}` : "answer");
            return h("li", { "data-answer": made.right }, h("strong", null, place), why);
          }
          const value = made.unit === "percent" ? 100 * made.expected : made.expected;
          const shown = Number.isInteger(value) ? this.i18n.plain(value) : fixed(value, 3);
          return h(
            "li",
            { "data-answer": String(made.expected) },
            h("strong", null, `${shown}${made.unit === "percent" ? "%" : ""} · `),
            text("answer"),
          );
        }),
      ),
      this.#foot(name, of),
    );
  }
}
