// @ts-check
/** How many numbers a convolution layer learns, and how many a dense one would, drawn to scale. */
import { h } from "../../../elements/dom.js";
import { LoupeElement } from "../../../elements/element.js";
import { button, slider } from "../components/controls.js";
import { joined, math, n, o, row } from "../components/mathml.js";
import { convolution, dense, denseForSameMaps } from "../model/counts.js";

const LIMITS = {
  side: [8, 256, 1],
  channels: [1, 16, 1],
  filters: [1, 64, 1],
  kernel: [1, 11, 1],
  neurons: [1, 1000, 1],
};

export class Widget extends LoupeElement {
  setting = { side: 32, channels: 1, filters: 5, kernel: 3, neurons: 5 };

  start() {
    const names = /** @type {(keyof typeof LIMITS)[]} */ (Object.keys(LIMITS));
    this.sliders = names.map((id) => {
      const [min, max, step] = LIMITS[id];
      return slider({
        id,
        label: this.t(`learn.counts.${id}`),
        min,
        max,
        step,
        value: this.setting[id],
        oninput: (value) => this.#set({ [id]: value }),
      });
    });
    const preset = (/** @type {string} */ id, /** @type {Partial<Widget["setting"]>} */ setting) =>
      button({ id, text: this.t(`learn.counts.${id}`), onclick: () => this.#set(setting) });
    // The model may still be on its way.
    const likeModel = button({
      id: "model",
      text: this.t("learn.counts.model"),
      onclick: () => {
        const [channels, side] = this.store.state.model?.input.shape ?? [];
        this.#set({ side: Math.min(256, side), channels: Math.min(16, channels) });
      },
    });
    this.watch(
      ({ model }) => model,
      (model) => void (likeModel.hidden = model === null),
    );
    this.presets = h(
      "div",
      { class: "learn-widget-foot" },
      preset("grey32", { side: 32, channels: 1, filters: 5, kernel: 3, neurons: 5 }),
      preset("colour32", { side: 32, channels: 3, filters: 5, kernel: 3, neurons: 5 }),
      preset("grey224", { side: 224, channels: 1, filters: 5, kernel: 3, neurons: 1 }),
      likeModel,
    );
    this.results = h("div", { class: "learn-counts-results", role: "status", "aria-live": "off" });
    this.replaceChildren(
      h(
        "div",
        { class: "learn-counts-stage" },
        h(
          "div",
          null,
          h(
            "div",
            { class: "learn-sliders" },
            this.sliders.map(({ element }) => element),
          ),
          this.presets,
        ),
        this.results,
      ),
    );
    this.#draw();
  }

  /** @param {Partial<Widget["setting"]>} patch */
  #set(patch) {
    this.setting = { ...this.setting, ...patch };
    Object.keys(LIMITS).forEach((id, index) =>
      this.sliders?.[index].set(this.setting[/** @type {keyof typeof LIMITS} */ (id)]),
    );
    this.#draw();
  }

  #draw() {
    const { side, channels, kernel, filters, neurons } = this.setting;
    const shared = convolution(this.setting);
    const joinedUp = dense(this.setting);
    const same = denseForSameMaps(this.setting);
    const across = Math.max(0, side - kernel + 1);
    const rows = [
      {
        id: "convolution",
        count: shared.count,
        formula: [n(filters), o("×"), bracket(n(kernel), o("×"), n(kernel), o("×"), n(channels), o("+"), n(1))],
      },
      {
        id: "dense",
        count: joinedUp.count,
        formula: [n(neurons), o("×"), bracket(n(side), o("×"), n(side), o("×"), n(channels), o("+"), n(1))],
      },
      {
        id: "same_maps",
        count: same.count,
        formula: [n(this.i18n.plain(same.neurons)), o("×"), bracket(n(this.i18n.plain(joinedUp.inputs)), o("+"), n(1))],
      },
    ];
    const most = Math.max(...rows.map(({ count }) => count));
    const times = shared.count ? same.count / shared.count : 0;
    this.results?.replaceChildren(
      ...rows.map(({ id, count, formula }) => {
        const square = h("span", { class: "learn-counts-square", "data-count": id, "aria-hidden": "true" });
        const edge = 100 * Math.sqrt(count / most); // areas are to scale, so sides go with the root
        square.style.width = `${edge}%`;
        return h(
          "div",
          { class: "learn-counts-row" },
          h("div", { class: "learn-counts-box" }, square),
          h(
            "div",
            null,
            h(
              "p",
              { class: "learn-widget-label" },
              this.t(`learn.counts.layer_${id === "convolution" || id === "dense" ? id : "same"}`, {
                filters,
                neurons,
                across,
              }),
            ),
            math(...joined([row(...formula)])),
            " ",
            math(o("="), n(this.i18n.plain(count), "learn-result")),
            h("span", { class: "sr", "data-value": count, "data-count": id }, String(count)),
          ),
        );
      }),
      h(
        "p",
        { class: "learn-widget-note" },
        across > 0 ? this.t("learn.counts.times", { times: Math.round(times) }) : this.t("learn.counts.too_large"),
      ),
    );
  }
}

/** @param {...any} parts */
const bracket = (...parts) => row(o("("), ...parts, o(")"));
