// @ts-check
/**
 * The transform panel: change the input by sliders and watch the network follow, the original beside
 * the changed one, and the path of the score over the slider that is moved.
 */
import { inputImage } from "../../draw/input.js";
import { scorePath } from "../../draw/score-path.js";
import { unedited } from "../../model/scene.js";
import { orders } from "../../model/transform.js";
import { setTransform } from "../../state/actions.js";
import { topScore } from "../../state/selectors.js";
import { CONTROLS, isUnchanged, unchanged } from "../../state/transform-text.js";
import { does } from "../../elements/context.js";
import { commandButton } from "../../elements/controls.js";
import { h } from "../../elements/dom.js";
import { LoupeElement } from "../../elements/element.js";
import { loadStyle } from "../../elements/styles.js";

/** @typedef {import("../../model/transform.js").Transform} Transform */
/** @typedef {keyof Transform} Name */

const CHART = { width: 300, height: 96 };
/** How many positions of a slider a sweep visits at most. */
const SWEEP = 41;

class LoupeTransform extends LoupeElement {
  /** The control whose path is drawn. @type {Name} */
  #active = "shift_x";
  /**
   * Position of the active control → what the network said there.
   * @type {Map<number, import("../../draw/score-path.js").Point>}
   */
  #path = new Map();
  #sweeping = false;

  start() {
    void loadStyle("pictures");
    void import("../../state/computed.js"); // the first step of a slider finds it there
    // A link that moves a control is about that one.
    const moved = Object.entries(this.#transform).find(
      ([name, value]) => CONTROLS[/** @type {Name} */ (name)].at !== value,
    );
    if (moved) this.#active = /** @type {Name} */ (moved[0]);
    this.original = h("canvas", {
      class: "pixelated",
      role: "img",
      "aria-label": this.t("pictures.transform.original"),
    });
    this.changed = h("canvas", {
      class: "pixelated",
      role: "img",
      "aria-label": this.t("pictures.transform.changed"),
      "data-action": "changed-input",
    });
    this.originalScore = h("p", { class: "transform-score" });
    this.changedScore = h("p", { class: "transform-score", role: "status" });
    this.chart = h("svg:svg", {
      class: "transform-chart",
      viewBox: `-34 -8 ${CHART.width + 44} ${CHART.height + 30}`,
      role: "img",
    });
    this.chartTitle = h("p", { class: "transform-chart-title" });
    this.commands([
      {
        name: "transform",
        words: "pictures.transform",
        undoable: ["transform"],
        gesture: true,
        perform: ({ store, value }) => setTransform(store, value),
      },
      { name: "sweep", words: "pictures.transform.sweep", perform: () => this.#sweep() },
      { name: "reset-transform", words: "pictures.transform.reset", perform: () => this.#reset() },
    ]);
    this.sweep = commandButton("sweep");
    const reset = commandButton("reset-transform");
    this.controls = h("div", { class: "transform-controls" });
    this.replaceChildren(
      h(
        "div",
        { class: "transform-pair" },
        h(
          "figure",
          null,
          this.original,
          h("figcaption", null, this.t("pictures.transform.original")),
          this.originalScore,
        ),
        h("figure", null, this.changed, h("figcaption", null, this.t("pictures.transform.changed")), this.changedScore),
      ),
      this.controls,
      h("div", { class: "transform-path" }, this.chartTitle, this.chart, h("div", { class: "row" }, this.sweep, reset)),
    );
    this.watch(
      (state) => state.model,
      (model) => this.#buildControls(model),
    );
    this.watch(
      (state) => state.transform,
      () => this.#showControls(),
    );
    this.watch(
      (state) => state.scenes.main?.picture,
      () => this.#forget(),
    );
    this.watch(
      (state) => state.scenes,
      () => this.#showRuns(),
    );
    this.cleanup(() => {
      this.#sweeping = false;
    });
  }

  get #transform() {
    return this.store.state.transform ?? unchanged();
  }

  /** @param {import("../../model/model.js").Model | null} model */
  #buildControls(model) {
    if (!model) return;
    const [channels] = model.input.shape;
    /** @type {Map<Name, { input: HTMLInputElement, output: HTMLElement }>} */
    this.inputs = new Map();
    const names = /** @type {Name[]} */ (Object.keys(CONTROLS)).filter(
      (name) => !(name === "grey" && channels !== 3) && !(name === "swap" && channels < 2),
    );
    this.controls.replaceChildren(...names.map((name) => this.#control(name, channels)));
    this.#showControls();
  }

  /** @param {Name} name @param {number} channels */
  #control(name, channels) {
    const { from, to, step, unit } = CONTROLS[name];
    const toggle = unit === "switch";
    const most = name === "swap" ? orders(channels).length - 1 : to;
    const output = h("output", { class: "mono" });
    const moved = () => {
      this.#use(name);
      return this.#changed(name, toggle ? Number(input.checked) : Number(input.value));
    };
    /** @type {HTMLInputElement} */
    const input = h("input", {
      ...(toggle ? { type: "checkbox" } : { type: "range", min: from, max: most, step }),
      "data-transform": name,
      ...does("transform", moved, "input"),
      onfocus: () => this.#use(name),
    });
    this.inputs?.set(name, { input, output });
    return h(
      "label",
      { class: toggle ? "slider switch" : "slider" },
      h("span", null, this.t(`pictures.transform.${name}`)),
      input,
      output,
    );
  }

  /** The transform with another value of one control. @param {Name} name @param {number} value */
  #changed(name, value) {
    const transform = { ...this.#transform, [name]: value };
    return isUnchanged(transform) ? null : transform;
  }

  /** Draw the path of this control from now on. @param {Name} name */
  #use(name) {
    if (this.#active === name) return;
    this.#active = name;
    this.#path.clear();
    this.#showPath();
  }

  #forget() {
    this.#path.clear();
    this.#showPath();
  }

  #reset() {
    this.#sweeping = false;
    this.#path.clear();
    this.perform("transform", null);
    this.#showPath();
  }

  #showControls() {
    const transform = this.#transform;
    for (const [name, { input, output }] of this.inputs ?? []) {
      if (input.type === "checkbox") input.checked = transform[name] === 1;
      else input.value = String(transform[name]);
      const text = this.#setting(name, transform[name]);
      output.textContent = text;
      if (input.type === "range") input.setAttribute("aria-valuetext", text);
      input.closest("label")?.toggleAttribute("data-changed", transform[name] !== CONTROLS[name].at);
    }
  }

  /** @param {Name} name @param {number} value */
  #setting(name, value) {
    const { unit } = CONTROLS[name];
    const { model } = this.store.state;
    if (unit === "order" && model)
      return orders(model.input.shape[0])
        [value].map((channel) => this.#channel(model.input.channels[channel] ?? String(channel)))
        .join(" ");
    if (unit === "switch") return "";
    const number = this.i18n.plain(value);
    return unit === "plain" ? number : this.t(`pictures.${unit}`, { value: number });
  }

  /** @param {string} channel */
  #channel(channel) {
    const key = `pictures.transform.channels.${channel}`;
    return this.i18n.has(key) ? this.t(key) : channel;
  }

  #showRuns() {
    const { run, model, transform, scenes } = this.store.state;
    const original = unedited(scenes)?.run;
    if (!run || !model || !original) return;
    paint(this.original, original.input, model.input.range);
    paint(this.changed, run.input, model.input.range);
    this.originalScore.replaceChildren(...this.#score(original, topScore(original)));
    this.changedScore.replaceChildren(...this.#score(run, topScore(run)));
    const first = topScore(original);
    const flipped = topScore(run)?.class !== first?.class;
    this.toggleAttribute("data-flipped", flipped);
    if (!first) return;
    const value = (transform ?? unchanged())[this.#active];
    const probability = run.scores[first.class].probability;
    if (probability !== null) this.#path.set(value, { value, probability, agrees: !flipped });
    this.#showPath();
  }

  /** @param {import("../../api/client.js").Run} run @param {{ class: number } | null} best */
  #score(run, best) {
    const { model } = this.store.state;
    if (!model || !best) return [];
    const { probability, logit } = run.scores[best.class];
    return [
      h("strong", null, this.i18n.label(model.classes[best.class].labels)),
      " ",
      h(
        "output",
        { "data-value": probability ?? logit },
        probability === null ? this.i18n.value(logit) : this.i18n.percent(probability),
      ),
    ];
  }

  #showPath() {
    const { model, scenes } = this.store.state;
    const first = topScore(unedited(scenes)?.run ?? null);
    if (!model || !first) return;
    const { from, to, at } = CONTROLS[this.#active];
    const { line, dots, grid } = scorePath([...this.#path.values()], { from, to }, CHART);
    const name = this.i18n.label(model.classes[first.class].labels);
    const control = this.t(`pictures.transform.${this.#active}`);
    this.chartTitle.textContent = this.t("pictures.transform.path", { class: name, control });
    this.chart.setAttribute(
      "aria-label",
      this.t("pictures.transform.path_values", {
        class: name,
        control,
        values: dots
          .map(({ value, probability }) => `${this.#setting(this.#active, value)} ${this.i18n.percent(probability)}`)
          .slice(0, 60)
          .join("; "),
      }),
    );
    const now = this.#path.get(this.#transform[this.#active]);
    const middle = ((at - from) / (to - from)) * CHART.width;
    this.chart.replaceChildren(
      ...grid.flatMap(({ share, y }) => [
        h("svg:line", { class: "grid", x1: 0, x2: CHART.width, y1: y, y2: y }),
        h("svg:text", { x: -6, y: y + 4, class: "end" }, `${100 * share}%`),
      ]),
      h("svg:line", { class: "grid at", x1: middle, x2: middle, y1: 0, y2: CHART.height }),
      h("svg:text", { x: 0, y: CHART.height + 16 }, this.#setting(this.#active, from)),
      h("svg:text", { x: CHART.width, y: CHART.height + 16, class: "end" }, this.#setting(this.#active, to)),
      h("svg:path", { class: "line", d: line }),
      ...dots.map(({ x, y, agrees, value, probability }) =>
        h("svg:circle", {
          class: agrees ? "dot" : "dot other",
          cx: x,
          cy: y,
          r: now && now.value === value ? 5 : 3,
          "data-value": probability,
        }),
      ),
    );
  }

  /** Move the active control from end to end, one run after the other. */
  async #sweep() {
    if (this.#sweeping) return void (this.#sweeping = false);
    this.#sweeping = true;
    this.sweep.setAttribute("aria-pressed", "true");
    const { from, to, step } = CONTROLS[this.#active];
    const before = this.#transform[this.#active];
    const count = Math.min(SWEEP, Math.round((to - from) / step) + 1);
    for (let index = 0; index < count && this.#sweeping; index++) {
      const value = Number((from + Math.round(((to - from) * index) / (count - 1) / step) * step).toFixed(6));
      if (!(await this.#stepTo(value))) break;
    }
    if (this.isConnected) setTransform(this.store, this.#changed(this.#active, before));
    this.sweep.setAttribute("aria-pressed", "false");
    this.#sweeping = false;
  }

  /**
   * Set the active control and wait until its run is in the state.
   * @param {number} value
   * @returns {Promise<boolean>} false where it failed or nothing came
   */
  #stepTo(value) {
    const before = this.store.state.run;
    setTransform(this.store, this.#changed(this.#active, value));
    return new Promise((resolve) => {
      const settled = (/** @type {boolean} */ good) => {
        stop();
        clearTimeout(timer);
        resolve(good);
      };
      const timer = setTimeout(() => settled(this.store.state.problem === null && !this.store.state.offline), 2000);
      const stop = this.store.select(
        (state) => state.run,
        (run) => {
          if (run !== before) requestAnimationFrame(() => settled(true));
        },
      );
    });
  }
}

/** @param {HTMLCanvasElement} canvas @param {import("../../api/wire.js").Tensor} input @param {number[]} range */
function paint(canvas, input, range) {
  const [, height, width] = input.shape;
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  canvas
    .getContext("2d")
    ?.putImageData(/** @type {ImageData} */ (inputImage((w, tall) => new ImageData(w, tall), input, range)), 0, 0);
}

customElements.define("loupe-transform", LoupeTransform);
