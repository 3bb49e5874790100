// @ts-check
/**
 * Compare: A, which was pinned, and B, which is chosen now. The maps of the network show A, B, or B minus A; below
 * stands by how much each layer differs, and every number says what it is made of.
 */
import { createTask, SUPERSEDED } from "../../core/timing.js";
import { Problem } from "../../api/client.js";
import { furthest } from "../../model/difference.js";
import { INPUT } from "../../model/model.js";
import { reportProblem } from "../../state/actions.js";
import { putAway, showCompared } from "../../state/compare.js";
import { VOCABULARY } from "../../state/vocabulary.js";
import { context, does } from "../../elements/context.js";
import { commandButton } from "../../elements/controls.js";
import { h } from "../../elements/dom.js";
import { LoupeElement } from "../../elements/element.js";
import { INNERMOST } from "../../elements/keys.js";
import { detailOf } from "./detail.js";
import { createFlicker } from "./flicker.js";
import { originPart } from "./origin.js";
import { answers, sayEach } from "./says.js";
import { loadSide, pairOf } from "./sides.js";
import { stripOf } from "./strip.js";

/** @typedef {import("./sides.js").Pair} Pair */
/** @typedef {import("./strip.js").Measure} Measure */

export class LoupeCompare extends LoupeElement {
  /** @type {import("../../model/scene.js").Scenes | null} the scenes of A */
  #sideA = null;
  /** @type {Pair | null} */
  pair = null;
  /** @type {Measure} */
  #measure = "distance";
  /** @type {string | null} the layer whose numbers are taken apart */
  #layer = null;
  /** @type {{ layer: string, unit: number, at?: number[] } | null} what was looked at last */
  #place = null;
  /** Whether what a value comes from is asked for. */
  #tracing = false;
  #load = createTask();
  #flicker = createFlicker((side) => this.#lens(side));
  #sides = h("div", { class: "compare-sides" });
  #tools = h("div", { class: "compare-tools" });
  /** @type {HTMLInputElement} */
  #morph = h("input", {
    type: "range",
    min: "0",
    max: "1",
    step: "0.05",
    value: "1",
    "data-control": "compare-morph",
    "aria-label": this.t("compare.morph.title"),
    ...does("compare-morph", () => Number(this.#morph.value), "input"),
  });
  #says = h("p", { class: "compare-says", role: "status" });
  #strip = h("div", { class: "compare-strip" });
  #detail = h("div", { class: "compare-detail", hidden: true });

  start() {
    this.setAttribute("role", "region");
    this.setAttribute("aria-label", this.t("compare.label"));
    this.#addCommands();
    this.#toolsOf = "";
    this.replaceChildren(
      h("div", { class: "compare-line" }, this.#sides, this.#tools),
      this.#says,
      this.#strip,
      this.#detail,
    );
    this.#sideA = this.pair = null;
    this.watch(
      ({ pinned, models, ownReady, scenes }) => [pinned, models.length, ownReady, scenes.main !== null],
      () => void this.#take(),
    );
    this.watch(
      ({ scenes, comparing, pinned }) => [scenes.main, scenes.original, comparing.align, pinned],
      () => this.#compare(),
    );
    this.watch(
      ({ comparing }) => comparing.show,
      () => {
        this.#lens(null);
        this.#showLine();
      },
    );
    this.watch(
      ({ comparing }) => comparing.morph,
      () => this.#mix(),
    );
    this.watch(
      ({ hover, view, selection }) => [hover, view?.layer, view?.unit, view?.at?.join(), selection],
      () => this.#look(),
    );
    this.listen(window, "blur", () => this.#flicker.hold(false));
    this.cleanup(() => {
      this.#flicker.end();
      this.store.update({ lens: null, mix: null });
    });
  }

  #addCommands() {
    this.commands([
      {
        name: "compare-show",
        words: "compare.show.label",
        perform: ({ store, value }) => {
          this.#flicker.stop();
          showCompared(store, { show: value });
          this.#showLine();
        },
      },
      {
        name: "compare-hold",
        words: "compare.hold",
        keys: ["b"],
        perform: () => this.#flicker.hold(true),
        released: () => this.#flicker.hold(false),
      },
      {
        name: "compare-turn",
        words: "compare.turn",
        perform: () => {
          this.#flicker.toggle();
          this.#showLine();
        },
      },
      {
        name: "compare-align",
        words: "compare.align",
        perform: ({ store }) => showCompared(store, { align: !store.state.comparing.align }),
      },
      {
        name: "compare-morph",
        words: "compare.morph",
        perform: ({ store, value }) => showCompared(store, { morph: value === 1 ? null : value }),
      },
      {
        name: "compare-measure",
        words: "compare.measure",
        perform: ({ value }) => {
          this.#measure = value;
          this.#showStrip();
        },
      },
      {
        name: "compare-layer",
        words: "compare.layer",
        perform: ({ value }) => {
          this.#layer = this.#layer === value ? null : value;
          this.#tracing = false;
          this.#showStrip();
          this.#showDetail();
        },
      },
      {
        name: "compare-origin",
        words: "compare.origin.title",
        perform: () => {
          this.#tracing = !this.#tracing;
          this.#layer = null;
          this.#showLine();
          this.#showStrip();
          this.#showDetail();
        },
      },
      {
        name: "compare-follow",
        words: "compare.origin.follow",
        /** From a difference to one that it comes from. */
        perform: ({ store, value }) => {
          this.#place = value;
          this.#tracing = true;
          this.#layer = null;
          store.update({ selection: { layer: value.layer, unit: value.unit }, hover: null });
          this.#showLine();
          this.#showStrip();
          this.#showDetail();
        },
      },
      {
        name: "compare-close",
        words: "common.close",
        icon: "close",
        keys: ["Escape"],
        precedence: INNERMOST.panel,
        available: (_, event) => !event || (event.target instanceof Node && this.contains(event.target)),
        perform: ({ store, event }) => {
          if (event && (this.#layer || this.#tracing)) return this.#fold();
          const inside = this.contains(document.activeElement);
          putAway(store);
          if (inside) /** @type {HTMLElement | null} */ (document.querySelector("[data-command=compare]"))?.focus();
          return undefined;
        },
      },
    ]);
  }

  #fold() {
    this.#layer = null;
    this.#tracing = false;
    this.#showLine();
    this.#showStrip();
    this.#showDetail();
    /** @type {HTMLElement | null} */ (this.#strip.querySelector("button"))?.focus();
  }

  /** Have A's scenes: as they were pinned, or made anew from what an address says. */
  async #take() {
    const { state } = this.store;
    const { pinned } = state;
    if (!pinned) return;
    if (this.#sideA && this.#of === pinned) return;
    const { api, runs } = context();
    try {
      const found = await this.#load((signal) => loadSide(pinned, this.store.state, { api, runs, signal }));
      if (found === SUPERSEDED || !found || this.store.state.pinned !== pinned) return;
      this.#of = pinned;
      this.#sideA = found;
      this.#mix();
      this.#compare();
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      reportProblem(this.store, { name: this.t("compare.a"), problem: error });
      putAway(this.store);
    }
  }
  /** Of which side the scenes are. @type {import("../../state/initial.js").Side | null} */
  #of = null;

  #compare() {
    const { state } = this.store;
    const { pinned } = state;
    this.pair = this.#sideA && pinned && pinned === this.#of ? pairOf(this.#sideA, state, pinned) : null;
    this.#lens(null);
    this.#showLine();
    this.#showSays();
    this.#showStrip();
    this.#showDetail();
  }

  /** Have the maps show what is chosen, or one of the two for a moment. @param {"a" | "b" | null} moment */
  #lens(moment) {
    const { scenes, comparing, lens } = this.store.state;
    const { pair } = this;
    const run = scenes.main?.run;
    if (!pair?.difference || !pair.moved || !pair.b.run || !run) {
      if (lens) this.store.update({ lens: null });
      return;
    }
    this.store.update({
      lens: {
        of: run,
        show: moment ?? comparing.show,
        a: pair.moved,
        b: pair.b.run,
        difference: pair.difference,
        alignment: pair.alignment,
      },
    });
  }

  /** The input on its way from A's to B's. */
  #mix() {
    const { comparing, scenes } = this.store.state;
    const a = this.#sideA?.main?.run?.input;
    const b = (scenes.original ?? scenes.main)?.run?.input;
    const share = comparing.morph;
    const fits = a && b && String(a.shape) === String(b.shape);
    this.store.update({ mix: share !== null && fits ? { input: a, share } : null });
  }

  /** What is looked at: it stays while the pointer is on its way to what is said of it. */
  #look() {
    const { hover, view, selection } = this.store.state;
    const place = hover ?? (view ? { layer: view.layer, unit: view.unit, at: view.at } : selection);
    if (!place) return;
    const same = place.layer === this.#place?.layer && place.unit === this.#place.unit;
    if (same && !place.at) return;
    this.#place = place;
    if (this.#tracing) this.frame(this.#drawOrigin);
  }
  #drawOrigin = () => this.isConnected && this.#showDetail();

  /** The index of the value that is looked at: of a map without a place, where the two differ most. */
  #index() {
    const { pair } = this;
    const place = this.#place;
    const tensor =
      place && (place.layer === INPUT ? pair?.difference?.input : pair?.difference?.activations.get(place.layer));
    if (!place || !tensor || place.unit >= tensor.shape[0]) return null;
    const at = place.at && tensor.shape.length === 3 ? [place.unit, ...place.at] : furthest(tensor, place.unit);
    return { layer: place.layer, at };
  }

  #showLine() {
    const { comparing, mix, scenes } = this.store.state;
    const { pair } = this;
    const whole = pair !== null && pair.layers !== null;
    this.#sides.replaceChildren(sayEach(this, "a", this.#sideA?.main ?? null), sayEach(this, "b", scenes.main));
    const align = whole && pair.move !== null ? comparing.align : null;
    const pictures = whole && (mix !== null || this.#otherInput());
    // What is being used stays: a slider that is dragged would lose its pointer.
    const key = JSON.stringify([whole, comparing.show, this.#flicker.turning, this.#tracing, align, pictures]);
    if (key !== this.#toolsOf) this.#buildTools(whole, align, pictures);
    this.#toolsOf = key;
    const share = comparing.morph ?? 1;
    if (Number(this.#morph.value) !== share) this.#morph.value = String(share);
    this.#morph.setAttribute("aria-valuetext", this.t("compare.morph.value", { share: this.i18n.percent(share) }));
  }
  /** What the tools were built for. */
  #toolsOf = "";

  /** @param {boolean} whole @param {boolean | null} align null where nothing has moved @param {boolean} pictures */
  #buildTools(whole, align, pictures) {
    const { comparing } = this.store.state;
    const focused = /** @type {HTMLElement | null} */ (document.activeElement);
    const within = focused && this.#tools.contains(focused) ? focused.dataset.control : null;
    const words = (/** @type {string} */ key) => ({
      title: this.i18n.has(`${key}.hint`) ? this.t(`${key}.hint`) : null,
      text: this.t(`${key}.title`),
    });
    const button = (
      /** @type {string} */ command,
      /** @type {string} */ key,
      /** @type {boolean} */ pressed,
      /** @type {any} */ value = undefined,
      control = command,
    ) =>
      h(
        "button",
        {
          type: "button",
          class: "button",
          "data-control": control,
          "aria-pressed": String(pressed),
          title: words(key).title,
          ...does(command, value),
        },
        words(key).text,
      );
    const reduced = matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.#tools.replaceChildren(
      ...(whole
        ? [
            h(
              "div",
              { class: "compare-show", role: "group", "aria-label": this.t("compare.show.label") },
              VOCABULARY.compared.map((show) =>
                button("compare-show", `compare.show.${show}`, comparing.show === show, show, show),
              ),
            ),
            this.#holder(words("compare.hold")),
            ...(reduced ? [] : [button("compare-turn", "compare.turn", this.#flicker.turning)]),
            button("compare-origin", "compare.origin", this.#tracing),
            ...(align === null ? [] : [button("compare-align", "compare.align", align)]),
            ...(pictures
              ? [
                  h(
                    "label",
                    { class: "compare-morph", title: this.t("compare.morph.hint") },
                    h("span", null, this.t("compare.a")),
                    this.#morph,
                    h("span", null, this.t("compare.b")),
                  ),
                ]
              : []),
          ]
        : []),
      commandButton("compare-close", { square: true }),
    );
    if (within) /** @type {HTMLElement | null} */ (this.#tools.querySelector(`[data-control="${within}"]`))?.focus();
  }

  /** A button that shows A as long as it is held, by pointer or by key.
   * @param {{ title: string | null, text: string }} words */
  #holder({ title, text }) {
    const hold = h("button", { type: "button", class: "button", "data-control": "compare-hold", title }, text);
    const on = (/** @type {string[]} */ types, /** @type {boolean} */ held) =>
      types.forEach((type) =>
        hold.addEventListener(type, (/** @type {any} */ { key }) => {
          if (key === undefined || key === " " || key === "Enter") this.#flicker.hold(held);
        }),
      );
    on(["pointerdown", "keydown"], true);
    on(["pointerup", "pointerleave", "pointercancel", "keyup", "blur"], false);
    return hold;
  }

  /** Whether the two inputs are different pictures, or one is changed. */
  #otherInput() {
    const { pair } = this;
    return pair?.difference?.input.data.some((value) => value !== 0) ?? false;
  }

  #showSays() {
    const { pair } = this;
    this.#says.replaceChildren(...(pair ? answers(this, pair) : [this.t("compare.loading")]));
  }

  #showStrip() {
    const { pair } = this;
    const layers = pair?.layers;
    this.#strip.hidden = !layers;
    if (!pair || !layers) return;
    stripOf(this, this.#strip, pair, { measure: this.#measure, open: this.#layer });
  }

  #showDetail() {
    const { pair } = this;
    const layer = pair?.layers?.find(({ layer: name }) => name === this.#layer) ?? null;
    const index = this.#tracing && pair?.layers ? this.#index() : null;
    this.#detail.hidden = !(layer || (this.#tracing && pair?.layers));
    if (this.#detail.hidden || !pair) return;
    const focused = /** @type {HTMLElement | null} */ (document.activeElement);
    const within = focused && this.#detail.contains(focused) ? focused.dataset.control : null;
    this.#detail.replaceChildren(
      ...(layer
        ? detailOf(this, pair, layer)
        : index
          ? originPart(this, pair, index)
          : [h("p", { class: "note" }, this.t("compare.origin.point"))]),
    );
    if (within)
      /** @type {HTMLElement | null} */ (
        this.#detail.querySelector(`[data-control="${within}"]`) ?? this.#detail.querySelector("button")
      )?.focus();
  }
}
