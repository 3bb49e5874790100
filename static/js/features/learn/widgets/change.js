// @ts-check
/** Change the current picture until the network changes its mind. */
import { context } from "../../../elements/context.js";
import { h } from "../../../elements/dom.js";
import { LoupeElement } from "../../../elements/element.js";
import { SUPERSEDED, createTask } from "../../../core/timing.js";
import { unedited } from "../../../model/scene.js";
import { transformInput } from "../../../model/transform.js";
import { CONTROLS, isUnchanged, unchanged } from "../../../state/transform-text.js";
import { Bars } from "../components/bars.js";
import { button, slider } from "../components/controls.js";
import { MapView, colourPlanes } from "../components/map.js";
import { short } from "../model/numbers.js";
import { best, shares } from "../model/shares.js";

/** @typedef {import("../../../model/transform.js").Transform} Transform */
const USED = /** @type {import("../../../state/transform-text.js").Control[]} */ ([
  "shift_x",
  "shift_y",
  "rotate",
  "flip",
  "brightness",
  "contrast",
  "blur",
  "noise",
  "grey",
]);
const SHOWN = 5;

export class Widget extends LoupeElement {
  transform = unchanged();
  #task = createTask();

  start() {
    this.original = new MapView({ id: "before", label: this.t("learn.change.before") });
    this.changed = new MapView({ id: "after", label: this.t("learn.change.after") });
    this.bars = new Bars({ id: "probabilities", label: this.t("learn.change.probabilities") });
    this.said = h("p", { class: "learn-widget-readout", role: "status" });
    this.sliders = USED.map((id) => {
      const { from, to, step, at } = CONTROLS[id];
      return slider({
        id,
        label: this.t(`learn.change.${id}`),
        min: from,
        max: to,
        step,
        value: at,
        format: (value) => short(value),
        oninput: (value) => this.#set({ [id]: value }),
      });
    });
    const figure = (/** @type {string} */ key, /** @type {Element} */ content) =>
      h("figure", { class: "learn-widget-figure" }, h("figcaption", null, this.t(`learn.change.${key}`)), content);
    this.replaceChildren(
      h(
        "div",
        { class: "learn-change-stage" },
        h(
          "div",
          null,
          h(
            "div",
            { class: "learn-sliders" },
            this.sliders.map(({ element }) => element),
          ),
          h(
            "div",
            { class: "learn-widget-foot" },
            button({ id: "reset", text: this.t("learn.change.reset"), onclick: () => this.#set(unchanged()) }),
          ),
        ),
        h(
          "div",
          null,
          h(
            "div",
            { class: "learn-change-pictures" },
            figure("before", this.original.element),
            figure("after", this.changed.element),
          ),
          h("p", { class: "learn-widget-label" }, this.t("learn.change.probabilities")),
          this.bars.element,
          this.said,
        ),
      ),
    );
    this.watch(
      ({ scenes }) => unedited(scenes)?.run,
      () => void this.#run(),
    );
  }

  /** @param {Partial<Transform>} patch */
  #set(patch) {
    this.transform = { ...this.transform, ...patch };
    USED.forEach((id, index) => this.sliders?.[index].set(this.transform[id]));
    void this.#run();
  }

  async #run() {
    const { model, run: first } = unedited(this.store.state.scenes) ?? {};
    if (!model || !first) return;
    const input = transformInput(first.input, this.transform, model.input.range);
    this.original?.update(colourPlanes(first.input));
    this.changed?.update(colourPlanes(input));
    if (isUnchanged(this.transform)) return this.#show(first, first);
    try {
      const answer = await this.#task((signal) => context().api.runInput(model.id, input, signal));
      if (answer !== SUPERSEDED) this.#show(first, answer);
    } catch {
      if (this.said) this.said.textContent = this.t("learn.change.failed");
    }
    return undefined;
  }

  /** @param {import("../../../api/client.js").Run} first @param {import("../../../api/client.js").Run} now */
  #show(first, now) {
    const { model } = this.store.state;
    if (!model || !first.scores.length) return;
    const name = (/** @type {number} */ k) => (model.classes[k] ? this.i18n.label(model.classes[k].labels) : String(k));
    const [before, after] = [shares(first), shares(now)];
    const [was, is] = [best(before), best(after)];
    const shown = [...after].sort((a, b) => b.probability - a.probability).slice(0, SHOWN);
    if (!shown.some((score) => score.class === was.class)) shown[shown.length - 1] = after[was.class];
    this.bars?.update(
      shown.map((score) => ({
        label: name(score.class),
        value: score.probability,
        mark: score.class === is.class,
        text: `${this.i18n.percent(before[score.class].probability)} → ${this.i18n.percent(score.probability)}`,
      })),
      { to: 1 },
    );
    this.dataset.top = String(is.class);
    if (this.said)
      this.said.textContent =
        was.class !== is.class
          ? this.t("learn.change.changed", {
              was: name(was.class),
              is: name(is.class),
              probability: this.i18n.percent(is.probability),
            })
          : this.t("learn.change.same", {
              is: name(is.class),
              before: this.i18n.percent(was.probability),
              now: this.i18n.percent(is.probability),
            });
  }
}
