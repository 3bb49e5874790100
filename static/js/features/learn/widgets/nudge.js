// @ts-check
/** Move every number of the current picture a hair against the network's answer, and see it answer something else. */
import { context } from "../../../elements/context.js";
import { h } from "../../../elements/dom.js";
import { LoupeElement } from "../../../elements/element.js";
import { SUPERSEDED, createTask } from "../../../core/timing.js";
import { unedited } from "../../../model/scene.js";
import { Bars } from "../components/bars.js";
import { slider } from "../components/controls.js";
import { figure } from "../components/figure.js";
import { MapView, colourPlanes } from "../components/map.js";
import { inputGradient, nudged, walkable } from "../model/nudge.js";
import { short } from "../model/numbers.js";
import { best, shares } from "../model/shares.js";

const MOST = 8;
const LEVELS = 255;
/** How much larger the difference is drawn, about the middle grey. */
const ENLARGED = 16;
const SHOWN = 4;

export class Widget extends LoupeElement {
  size = 0;
  #task = createTask();
  /** @type {{ run: unknown, slope: Float32Array | null }} */
  #kept = { run: null, slope: null };

  start() {
    const label = (/** @type {string} */ key) => this.t(`learn.nudge.${key}`);
    this.maps = {
      before: new MapView({ id: "before", label: label("before") }),
      difference: new MapView({ id: "difference", label: label("difference") }),
      after: new MapView({ id: "after", label: label("after") }),
    };
    this.bars = new Bars({ id: "probabilities", label: label("answer") });
    this.said = h("p", { class: "learn-widget-readout", role: "status" });
    this.slider = slider({
      id: "size",
      label: label("size"),
      min: 0,
      max: MOST,
      step: 0.5,
      value: 0,
      format: (value) => short(value, 1),
      oninput: (value) => {
        this.size = value;
        void this.#run();
      },
    });
    this.stage = h(
      "div",
      null,
      this.slider.element,
      h(
        "div",
        { class: "learn-nudge-pictures" },
        figure(label("before"), this.maps.before.element),
        figure(this.t("learn.nudge.difference_by", { times: ENLARGED }), this.maps.difference.element),
        figure(label("after"), this.maps.after.element),
      ),
      this.bars.element,
      this.said,
    );
    this.none = h("p", { class: "learn-widget-note", hidden: true }, label("none"));
    this.replaceChildren(this.stage, this.none);
    this.watch(
      ({ scenes, parameters }) => [unedited(scenes)?.run, parameters],
      () => void this.#run(),
    );
  }

  async #run() {
    const { model, run } = unedited(this.store.state.scenes) ?? {};
    const { parameters } = this.store.state;
    if (!model || !run || !parameters || !this.maps || run.activations.size < model.layers.length) return;
    const can = walkable(model) !== null && parameters.size > 0;
    if (this.none) this.none.hidden = can;
    if (this.stage) this.stage.hidden = !can;
    if (!can) return;
    const before = shares(run);
    const was = best(before);
    if (this.#kept.run !== run)
      this.#kept = {
        run,
        slope: inputGradient(
          model,
          parameters,
          run,
          before.map(({ probability }) => probability),
          was.class,
        ),
      };
    const { slope } = this.#kept;
    if (!slope) return;
    const { range } = model.input;
    const input = nudged(run.input, slope, (this.size / LEVELS) * (range[1] - range[0]), range);
    const middle = (range[0] + range[1]) / 2;
    this.maps.before.update(colourPlanes(run.input));
    this.maps.after.update(colourPlanes(input));
    this.maps.difference.update(
      colourPlanes({
        shape: input.shape,
        data: input.data.map((value, index) => middle + ENLARGED * (value - run.input.data[index])),
      }),
    );
    try {
      const answer =
        this.size === 0 ? run : await this.#task((signal) => context().api.runInput(model.id, input, signal));
      if (answer !== SUPERSEDED) this.#show(before, shares(/** @type {typeof run} */ (answer)));
    } catch {
      if (this.said) this.said.textContent = this.t("learn.change.failed");
    }
  }

  /** @param {ReturnType<typeof shares>} before @param {ReturnType<typeof shares>} now */
  #show(before, now) {
    const { model } = this.store.state;
    if (!model) return;
    const name = (/** @type {number} */ k) => (model.classes[k] ? this.i18n.label(model.classes[k].labels) : String(k));
    const [was, is] = [best(before), best(now)];
    this.bars?.update(
      [...now]
        .sort((a, b) => b.probability - a.probability)
        .slice(0, SHOWN)
        .map((score) => ({
          label: name(score.class),
          value: score.probability,
          mark: score.class === is.class,
          text: `${this.i18n.percent(before[score.class].probability)} → ${this.i18n.percent(score.probability)}`,
        })),
      { to: 1 },
    );
    Object.assign(this.dataset, { top: String(is.class), size: String(this.size) });
    if (this.said)
      this.said.textContent = this.t(
        `learn.nudge.${this.size === 0 ? "unmoved" : was.class === is.class ? "holds" : "falls"}`,
        {
          size: short(this.size, 1),
          was: name(was.class),
          is: name(is.class),
          before: this.i18n.percent(was.probability),
          now: this.i18n.percent(now[was.class].probability),
          probability: this.i18n.percent(is.probability),
        },
      );
  }
}
