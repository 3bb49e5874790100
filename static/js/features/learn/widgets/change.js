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
import { MapView } from "../components/map.js";
import { softmax } from "../model/normalise.js";
import { fixed, short } from "../model/numbers.js";

/** @typedef {import("../../../model/transform.js").Transform} Transform */
const USED = /** @type {(keyof Transform)[]} */ ([
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
    paint(this.original, first.input);
    paint(this.changed, input);
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
    const best = (/** @type {ReturnType<typeof shares>} */ scores) =>
      scores.reduce((a, b) => (b.probability > a.probability ? b : a));
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
              probability: fixed(is.probability),
            })
          : this.t("learn.change.same", {
              is: name(is.class),
              before: this.i18n.percent(was.probability),
              now: this.i18n.percent(is.probability),
            });
  }
}

/**
 * Probabilities in class order; a model that ends before softmax has them made of its scores.
 * @param {import("../../../api/client.js").Run} run
 */
const shares = ({ scores }) => {
  const made = softmax(scores.map(({ logit }) => logit));
  return scores.map((score, index) => ({ class: score.class, probability: score.probability ?? made[index] }));
};

/** @param {MapView | undefined} view @param {import("../../../api/wire.js").Tensor} input */
function paint(view, { shape: [channels, height, width], data }) {
  const planes = Array.from({ length: channels }, (_, channel) =>
    data.subarray(channel * height * width, (channel + 1) * height * width),
  );
  view?.update({
    shape: [height, width],
    data: planes[0],
    channels: planes.length >= 3 ? planes.slice(0, 3) : [planes[0], planes[0], planes[0]],
  });
}
