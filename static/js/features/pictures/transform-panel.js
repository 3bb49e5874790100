// @ts-check
/**
 * The transform bench: change the input by hand or by sliders and watch the network follow; what it says now, what it
 * said of the original, and the path of the score over the slider that is moved.
 */
import { inputImage } from "../../draw/input.js";
import { scorePath } from "../../draw/score-path.js";
import { unedited } from "../../model/scene.js";
import { orders, transformInput } from "../../model/transform.js";
import { setTransform } from "../../state/actions.js";
import { strength, topScore } from "../../state/selectors.js";
import { CONTROLS, isUnchanged, unchanged } from "../../state/transform-text.js";
import { context, does } from "../../elements/context.js";
import { commandButton } from "../../elements/controls.js";
import { h, titled } from "../../elements/dom.js";
import { LoupeElement } from "../../elements/element.js";
import { loadStyle } from "../../elements/styles.js";
import { createHandling } from "./handling.js";

/** @typedef {import("../../model/transform.js").Transform} Transform */
/** @typedef {import("../../state/transform-text.js").Control} Name */

/** What the hand does with the picture. @type {import("./handling.js").Tool[]} */
const TOOLS = ["move", "cover", "uncover"];
/** Classes with a bar. */
const BARS = 4;
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
  /** @type {import("./handling.js").Tool} */
  #tool = "cover";
  /** Of the brush, of the picture's side. */
  #width = 0.14;

  start() {
    void loadStyle("pictures");
    void import("../../state/computed.js"); // the first step of a slider finds it there
    // A link that moves a control is about that one.
    const moved = /** @type {Name[]} */ (Object.keys(CONTROLS)).find(
      (name) => this.#transform[name] !== CONTROLS[name].at,
    );
    if (moved) this.#active = moved;
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
    this.changedScore = h("p", { class: "transform-question", role: "status" });
    this.bars = h("ol", { class: "score-bars" });
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
      { name: "hand-tool", words: "pictures.transform.hand.tools", perform: ({ value }) => this.#take(value) },
      { name: "hand-width", words: "pictures.transform.hand.width", perform: ({ value }) => this.#widen(value) },
      { name: "sweep", words: "pictures.transform.sweep", perform: () => this.#sweep() },
      { name: "reset-transform", words: "pictures.transform.reset", perform: () => this.#reset() },
    ]);
    this.sweep = commandButton("sweep");
    const reset = commandButton("reset-transform");
    this.controls = h("div", { class: "transform-controls" });
    this.replaceChildren(
      this.#hand(),
      h(
        "div",
        { class: "transform-says" },
        this.bars,
        h(
          "figure",
          { class: "transform-original" },
          this.original,
          h("figcaption", null, this.t("pictures.transform.original")),
          this.originalScore,
        ),
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
      () => {
        this.#showControls();
        this.#showChanged();
      },
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

  /** The picture itself, and what the hand does with it. */
  #hand() {
    this.hand = createHandling({
      canvas: this.changed,
      t: (key) => this.t(key),
      transform: () => this.#transform,
      tool: () => this.#tool,
      width: () => this.#width,
      change: (patch, gesture) => {
        const transform = { ...this.#transform, ...patch };
        const value = isUnchanged(transform) ? null : transform;
        context().commands.perform("transform", { value, about: `hand ${gesture}` });
        this.note.textContent = "";
      },
      full: () => void (this.note.textContent = this.t("pictures.transform.hand.full")),
    });
    this.note = h("p", { class: "note", role: "status" });
    this.brush = h(
      "label",
      { class: "slider" },
      h("span", null, this.t("pictures.transform.hand.width")),
      h("input", {
        type: "range",
        min: 0.04,
        max: 0.4,
        step: 0.01,
        value: this.#width,
        "data-action": "hand-width",
        ...does("hand-width", (/** @type {any} */ event) => Number(event.currentTarget.value), "input"),
      }),
    );
    const tools = titled(
      { class: "segments hand-tools", role: "radiogroup" },
      this.t("pictures.transform.hand.tools"),
      TOOLS.map((tool) =>
        h(
          "label",
          { "data-action": `hand-${tool}` },
          h("input", {
            type: "radio",
            name: "hand-tool",
            value: tool,
            ...(tool === this.#tool ? { checked: true } : {}),
            ...does("hand-tool", tool, "change"),
          }),
          h("span", null, this.t(`pictures.transform.hand.${tool}`)),
        ),
      ),
    );
    this.hand.showTool();
    return h(
      "div",
      { class: "transform-hand" },
      this.changedScore,
      this.hand.root,
      h("div", { class: "row" }, tools, commandButton("undo", { square: true, "data-action": "hand-undo" })),
      this.brush,
      h("p", { class: "note", id: "hand-keys" }, this.t("pictures.transform.hand.keys")),
      this.note,
    );
  }

  /** @param {import("./handling.js").Tool} tool */
  #take(tool) {
    this.#tool = tool;
    this.brush.toggleAttribute("data-idle", tool === "move");
    this.hand?.showTool();
  }

  /** @param {number} width */
  #widen(width) {
    this.#width = width;
    this.hand?.showTool();
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
    this.#showChanged();
    this.originalScore.replaceChildren(...this.#score(original, topScore(original)));
    const first = topScore(original);
    const flipped = topScore(run)?.class !== first?.class;
    this.toggleAttribute("data-flipped", flipped);
    this.#showAnswer(run, first);
    if (!first) return;
    const value = (transform ?? unchanged())[this.#active];
    const probability = run.scores[first.class].probability;
    if (probability !== null) this.#path.set(value, { value, probability, agrees: !flipped });
    this.#showPath();
  }

  /** The picture as it is changed now: the network follows. */
  #showChanged() {
    const { model, scenes, transform } = this.store.state;
    const original = unedited(scenes)?.run;
    if (!model || !original) return;
    const { range } = model.input;
    paint(this.changed, transform ? transformInput(original.input, transform, range) : original.input, range);
  }

  /**
   * What the network says now: the class that led before, and those that lead now.
   * @param {import("../../api/client.js").Run} run @param {{ class: number } | null} first
   */
  #showAnswer(run, first) {
    const { model } = this.store.state;
    const ranked = [...run.scores].sort((a, b) => strength(b) - strength(a));
    const name = (/** @type {number} */ index) => this.i18n.label(model?.classes[index].labels ?? {});
    const best = ranked[0];
    this.changedScore.textContent =
      !first || !best
        ? ""
        : best.class === first.class
          ? this.t(`pictures.transform.hand.${this.store.state.transform ? "still" : "ask"}`, {
              class: name(first.class),
            })
          : this.t("pictures.transform.hand.now", { class: name(first.class), other: name(best.class) });
    const leading = ranked.slice(0, BARS);
    const before = run.scores.find((score) => score.class === first?.class);
    if (before && !leading.includes(before)) leading[BARS - 1] = before;
    const most = Math.max(...leading.map(strength), Number.MIN_VALUE);
    this.bars.replaceChildren(
      ...leading.map((score) => {
        const known = typeof score.probability === "number";
        const value = score.probability ?? score.logit ?? NaN;
        return h(
          "li",
          score.class === first?.class ? { "data-first": true } : null,
          h("span", { class: "score-name" }, name(score.class)),
          h("meter", { min: 0, max: known ? 1 : most, value: Math.max(0, strength(score)), "aria-hidden": "true" }),
          h("output", { "data-value": value }, known ? this.i18n.percent(value) : this.i18n.value(value)),
        );
      }),
    );
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
