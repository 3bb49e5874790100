// @ts-check
/** Pictures on which the network goes wrong: say what it will answer, then ask it. */
import { context } from "../../../elements/context.js";
import { h } from "../../../elements/dom.js";
import { LoupeElement } from "../../../elements/element.js";
import { SUPERSEDED, createTask } from "../../../core/timing.js";
import { transformInput } from "../../../model/transform.js";
import { parseTransform } from "../../../state/transform-text.js";
import { Bars } from "../components/bars.js";
import { button, choices } from "../components/controls.js";
import { figure } from "../components/figure.js";
import { MapView, colourPlanes } from "../components/map.js";
import { FAILURES, candidates } from "../model/failures.js";
import { best, shares } from "../model/shares.js";

const SHOWN = 4;

/** @typedef {import("../model/failures.js").Failure} Failure */

export class Widget extends LoupeElement {
  #task = createTask();
  /** @type {Failure | null} */
  #failure = null;

  start() {
    this.choice = h("div", { class: "learn-fails-choice" });
    this.picture = new MapView({ id: "picture", label: this.t("learn.fails.picture") });
    this.bars = new Bars({ id: "probabilities", label: this.t("learn.fails.answer") });
    this.asked = h("div", { class: "learn-fails-asked" });
    this.said = h("div", { class: "learn-widget-readout", role: "status" });
    this.stage = h(
      "div",
      { class: "learn-fails-stage" },
      figure(this.t("learn.fails.picture"), this.picture.element),
      h("div", { class: "learn-widget-controls" }, this.asked, this.bars.element, this.said),
    );
    this.none = h("p", { class: "learn-widget-note", hidden: true }, this.t("learn.fails.none"));
    this.replaceChildren(this.choice, this.stage, this.none);
    this.watch(
      ({ samples, model }) => [samples, model],
      () => this.#offer(),
    );
  }

  #offer() {
    const { samples, model } = this.store.state;
    const there = FAILURES.filter(({ sample }) => samples.some(({ id }) => id === sample));
    if (this.none) this.none.hidden = there.length > 0;
    if (this.stage) this.stage.hidden = there.length === 0;
    this.choice?.replaceChildren(
      ...(there.length
        ? [
            choices({
              id: "failure",
              label: this.t("learn.fails.choose"),
              value: there[0].id,
              options: there.map(({ id }) => ({ id, text: this.t(`learn.fails.cases.${id}`) })),
              onchange: (id) => void this.#open(there.find((one) => one.id === id) ?? there[0]),
            }).element,
          ]
        : []),
    );
    if (there.length && model) void this.#open(there[0]);
  }

  /** @param {Failure} failure */
  async #open(failure) {
    this.#failure = failure;
    const { model, samples } = this.store.state;
    if (!model) return;
    this.asked?.replaceChildren();
    this.said?.replaceChildren();
    if (this.bars) this.bars.element.hidden = true;
    delete this.dataset.answer;
    const sample = samples.find(({ id }) => id === failure.sample);
    try {
      const answer = await this.#task(async (signal) => {
        const { api } = context();
        const plain = await api.sampleRun(model.id, failure.sample, sample?.digest ?? null);
        const transform = failure.transform ? parseTransform(failure.transform) : null;
        if (!transform) return plain;
        return api.runInput(model.id, transformInput(plain.input, transform, model.input.range), signal);
      });
      if (answer !== SUPERSEDED) this.#ask(failure, answer, sample?.class ?? null);
    } catch {
      this.said?.replaceChildren(h("p", null, this.t("learn.change.failed")));
    }
  }

  /** @param {Failure} failure @param {import("../../../api/client.js").Run} run @param {number | null} truth */
  #ask(failure, run, truth) {
    this.picture?.update(colourPlanes(run.input));
    const options = candidates(shares(run), truth);
    const asked = choices({
      id: "guess",
      label: this.t("learn.fails.ask"),
      value: "",
      options: options.map((index) => ({ id: String(index), text: this.#name(index) })),
      onchange: (id) => this.#tell(failure, run, truth, Number(id)),
    });
    this.asked?.replaceChildren(
      h(
        "p",
        null,
        truth === null
          ? this.t("learn.fails.shows_nothing")
          : this.t("learn.fails.shows", { class: this.#name(truth) }),
      ),
      asked.element,
    );
    this.dataset.asked = failure.id;
  }

  /** @param {number} index */
  #name(index) {
    const { model } = this.store.state;
    return model?.classes[index] ? this.i18n.label(model.classes[index].labels) : String(index);
  }

  /** @param {Failure} failure @param {import("../../../api/client.js").Run} run @param {number | null} truth
   * @param {number} guess */
  #tell(failure, run, truth, guess) {
    const scores = shares(run);
    const top = best(scores);
    this.dataset.answer = String(top.class);
    this.dataset.probability = String(top.probability);
    if (this.bars) {
      this.bars.element.hidden = false;
      this.bars.update(
        [...scores]
          .sort((a, b) => b.probability - a.probability)
          .slice(0, SHOWN)
          .map((score) => ({
            label: this.#name(score.class),
            value: score.probability,
            mark: score.class === top.class,
            text: this.i18n.percent(score.probability),
          })),
        { to: 1 },
      );
    }
    const words = {
      class: this.#name(top.class),
      probability: this.i18n.percent(top.probability),
      truth: truth === null ? "" : this.#name(truth),
    };
    const right = top.class === truth;
    this.said?.replaceChildren(
      h(
        "p",
        null,
        `${this.t(guess === top.class ? "learn.fails.guessed" : "learn.fails.missed")} `,
        this.t(right ? "learn.fails.is_right" : "learn.fails.says", words),
      ),
      ...(right ? [] : [h("p", null, this.t(`learn.fails.causes.${failure.cause}`, words))]),
      h(
        "p",
        null,
        button({
          id: "show",
          text: this.t("learn.fails.show"),
          onclick: () => this.perform("show-picture", { target: failure }),
        }),
      ),
    );
  }
}
