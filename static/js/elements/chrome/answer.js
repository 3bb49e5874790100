// @ts-check
/**
 * The headline: the picture as the network sees it, and what the network says of it.
 */
import { exact } from "../../core/i18n.js";
import { requestIdle } from "../../core/timing.js";
import { isBinary, scoreLayer } from "../../model/model.js";
import { noteOf, strength } from "../../state/selectors.js";
import { context, does } from "../context.js";
import { h } from "../dom.js";
import { LoupeElement } from "../element.js";

/** @typedef {import("../../api/client.js").Run} Run */

const RUNNERS_UP = 2;
/** The picture's side where it is shown largest, in CSS pixels. */
const LARGEST = 180;
/** An embed has no place for Why. */
const EMBEDDED = document.documentElement.hasAttribute("data-embed");

export class LoupeAnswer extends LoupeElement {
  start() {
    this.setAttribute("aria-live", "polite");
    this.why = h(
      "button",
      { type: "button", class: "button answer-why", "data-action": "why", ...does("why") },
      this.t("common.command.why.title"),
    );
    this.compare = h(
      "button",
      { type: "button", class: "button answer-why", "data-action": "compare", ...does("compare") },
      this.t("common.command.compare.title"),
    );
    this.watch(
      ({ pinned }) => pinned !== null,
      (on) => {
        this.compare.setAttribute("aria-pressed", String(on));
        this.compare.title = this.t(`common.command.compare.${on ? "hint_checked" : "hint"}`);
      },
    );
    this.watch(
      ({ why }) => why !== null,
      (on) => {
        this.why.setAttribute("aria-pressed", String(on));
        this.why.title = this.t(`common.command.why.${on ? "hint_checked" : "hint"}`);
      },
    );
    this.watch(
      (state) => [state.run, state.model, noteOf(state)],
      () => {
        const { run, model } = this.store.state;
        if (run && model && run.model === model.id) this.#show(run, model);
      },
    );
  }

  /** @param {Run} run @param {import("../../model/model.js").Model} model */
  #show(run, model) {
    const ranked = [...run.scores].sort((a, b) => strength(b) - strength(a));
    const [best, ...others] = ranked;
    this.hidden = !best || !(scoreLayer(model) || isBinary(model));
    this.parentElement?.toggleAttribute("data-unanswered", this.hidden);
    if (this.hidden) return;
    const name = (/** @type {{ class: number }} */ score) => this.i18n.label(model.classes[score.class].labels);
    const amount = (/** @type {Run["scores"][0]} */ { probability, logit }) =>
      typeof probability === "number" ? this.i18n.percent(probability) : this.i18n.value(logit ?? NaN);
    const full = (/** @type {Run["scores"][0]} */ { probability, logit }) => exact(probability ?? logit ?? NaN);
    const rest = others.slice(0, RUNNERS_UP);
    const size = `${run.input.shape[1]}×${run.input.shape[2]}`;
    const shown = picture(run.input, model.input.range, this.t("network.answer.seen", { size }));
    this.replaceChildren(
      ...[
        shown,
        h(
          "div",
          { class: "answer-line" },
          h(
            "button",
            {
              type: "button",
              class: "answer-best",
              title: this.t("network.answer.why"),
              "data-answer": best.class,
              ...does("open-class", best.class),
            },
            h("span", { class: "answer-says" }, this.t("network.answer.says")),
            h("span", { class: "answer-name" }, name(best), this.t("network.answer.end")),
            " ",
            h("span", { class: "answer-amount", "data-value": full(best) }, amount(best)),
            typeof best.probability === "number" &&
              h("span", { class: "answer-says" }, this.t("network.answer.sure"), this.t("network.answer.end")),
          ),
          !EMBEDDED && this.why,
          !EMBEDDED && this.compare,
          rest.length > 0 &&
            h(
              "p",
              { class: "answer-rest" },
              this.t("network.answer.then"),
              " ",
              ...rest.flatMap((score, index) => [
                index > 0 ? this.t("network.answer.separator") : "",
                `${name(score)} `,
                h("span", { "data-value": full(score) }, amount(score)),
              ]),
            ),
          isBinary(model) &&
            h("p", { class: "answer-raw" }, this.t("network.answer.binary", { layer: model.output.name })),
          model.ending === "logits" && h("p", { class: "answer-raw" }, this.t("network.answer.raw")),
        ),
        h("p", { class: "answer-about" }, this.t("network.answer.about", { count: model.parameter_count })),
        noteOf(this.store.state)?.out_of_distribution &&
          h("p", { class: "answer-note" }, this.t("network.answer.out_of_distribution")),
      ].filter(Boolean),
    );
    if (!context().parts.find("answer")) this.offer("answer", this);
    onceDrawn(() => void this.#sharpen(run, shown, size));
  }

  /** Where the picture stands. @returns {DOMRect | null} */
  get pictureBox() {
    return this.hidden ? null : (this.querySelector(".answer-picture")?.getBoundingClientRect() ?? null);
  }

  /**
   * The picture's own pixels over those that the network gets, where the network got them as they are.
   * @param {Run} run
   * @param {HTMLElement} shown
   * @param {string} size
   */
  async #sharpen(run, shown, size) {
    const { drawCut, load, sourceOf } = await import("../picture.js");
    const { state } = this.store;
    const source = state.run === run && shown.isConnected ? sourceOf(state) : null;
    const image = source && (await load(source));
    if (!image || !shown.isConnected || !run.preparation?.crop) return;
    const [, rows, columns] = run.input.shape;
    const scale = (LARGEST * devicePixelRatio) / Math.max(rows, columns);
    const own = h("canvas", {
      class: "answer-own",
      width: Math.round(scale * columns),
      height: Math.round(scale * rows),
      "aria-hidden": "true",
    });
    drawCut(own.getContext("2d"), own, image, /** @type {any} */ (run.preparation));
    shown.append(own);
    shown.title = this.t("network.answer.own", { size });
    shown.setAttribute("aria-label", shown.title);
  }
}

/** Once the network stands, and there is nothing else to do. @param {() => void} act */
function onceDrawn(act) {
  if (document.documentElement.dataset.network === "ready") requestIdle(act);
  else addEventListener("loupe:drawn", () => requestIdle(act), { once: true });
}

/** The input tensor as a picture: three channels as red, green and blue, any other number as the mean grey.
 * @param {import("../../api/wire.js").Tensor} tensor @param {number[]} range @param {string} label */
function picture({ shape, data }, [low, high], label) {
  const [channels, rows, columns] = shape;
  const canvas = h("canvas", { width: columns, height: rows, "aria-hidden": "true" });
  const pen = canvas.getContext("2d");
  const image = pen.createImageData(columns, rows);
  const size = rows * columns;
  const byte = (/** @type {number} */ value) => Math.round((255 * (value - low)) / (high - low));
  for (let i = 0; i < size; i++) {
    let mean = 0;
    if (channels !== 3)
      for (let channel = 0; channel < channels; channel++) mean += data[channel * size + i] / channels;
    for (let c = 0; c < 3; c++) image.data[4 * i + c] = byte(channels === 3 ? data[c * size + i] : mean);
    image.data[4 * i + 3] = 255;
  }
  pen.putImageData(image, 0, 0);
  return h("div", { class: "answer-picture", role: "img", "aria-label": label, title: label }, canvas);
}
