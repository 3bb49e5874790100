// @ts-check
/**
 * The network: a column for each layer, a heat map for each unit, edges between them.
 *
 * Layout comes from shapes (`model/layout.js`), paint from the run and the colour ranges. Two canvases
 * lie over each other, so that a hover repaints neither maps nor edges; buttons between them carry focus,
 * names and test hooks. Another run paints over the maps, edges stay as long as places do.
 *
 * Until it can be shown the map is prepared off the page, a piece at a time, so that the page stays free and
 * is laid out once.
 *
 * For opened views, which stand in place over the map: `rectOf(layer, unit)` says where a unit is drawn,
 * `paintUnit(context, box, layer, unit)` draws it elsewhere in the same colours, `reveal(layer, unit)` brings
 * its control into view; while `state.view` is set the map carries `data-receded` and marks nothing.
 */
import { turn } from "../../core/timing.js";
import { blocksAround, togglesOf } from "../../model/blocks.js";
import { plainWords } from "../../model/columns.js";
import { boxOf, layoutNetwork } from "../../model/layout.js";
import { withTurned } from "../../state/initial.js";
import { layerName, shownNow, strength } from "../../state/selectors.js";
import { context } from "../context.js";
import { h } from "../dom.js";
import { LoupeElement } from "../element.js";
import { NetworkColumns } from "./columns.js";
import { NetworkPainting } from "./painting.js";
import { readTheme, textFactor, watchTheme } from "../theme.js";

/** @typedef {import("../../model/layout.js").Layout} Layout */
/** @typedef {import("../../api/client.js").Run} Run */

/** How long the first run is waited for before the map is shown without, in milliseconds. */
const PATIENCE = 150;
/** How long the first painting goes on before it lets others have their turn, in milliseconds. */
const TURN = 8;
/** How one points at units. */
const HANDS = ["pointerdown", "pointerover", "click", "focusin", "keydown", "wheel"];

export class LoupeNetwork extends LoupeElement {
  /** @type {Layout | null} */
  layout = null;
  /** @type {import("../theme.js").Theme} */
  theme = /** @type {any} */ (null);
  /** First unit shown of columns with more units than fit. @type {Map<string, number>} */
  windows = new Map();
  /** @type {HTMLElement} */
  stage = /** @type {any} */ (null);
  /** @type {HTMLElement} */
  scroller = /** @type {any} */ (null);

  /** @type {NetworkPainting} */
  #painting = /** @type {any} */ (null);
  /** @type {NetworkColumns} */
  #columns = /** @type {any} */ (null);
  /** The run of which it has been said that it is drawn. @type {Run | null} */
  #drawn = null;
  /** The picture of that run, as JSON. @type {string | undefined} */
  #shownOf;
  /** @type {import("./highlight.js").NetworkHighlight | null} loaded once the network is drawn */
  #highlight = null;
  /** @type {import("./legends.js").NetworkLegends | null} loaded with it */
  #legends = null;
  /** @type {typeof import("./opening.js").splitPicture | null} loaded with it */
  #splitPicture = null;
  #placed = "";
  /** @type {import("../../model/model.js").Model | null} */
  #placedFor = null;
  /** Of the box that the layout was made for. @type {[number, number]} */
  #size = [0, 0];

  start() {
    this.#painting = new NetworkPainting(this, (layout, ranges) => this.#legends?.show(layout, ranges));
    this.offer("network", this);
    this.#columns = new NetworkColumns(this);
    this.stage = h(
      "div",
      { class: "network-stage" },
      this.#painting.maps.canvas,
      this.#columns.grid,
      this.#columns.more,
      this.#columns.blocks,
      this.#painting.highlight.canvas,
    );
    this.scroller = h("div", { class: "network-scroll" });
    this.replaceChildren(this.scroller);
    this.#preparing = false;
    this.theme = readTheme(this);

    watchTheme(this, () => {
      this.theme = readTheme(this);
      this.#placed = "";
      this.#painting.forgetWidths(); // the size of text may have changed with it
      this.redraw();
    });
    this.observeSize(this.scroller, this.redraw);
    this.listen(window, "resize", this.redraw); // a change of zoom changes the device pixels alone
    this.watch(
      (_state, scene) => scene?.run,
      () => this.#drawAnother(),
    );
    this.watch(
      ({ scale, lock, lens, details, words, order, tint, blocks, arrived }, scene) => [
        scene?.model,
        scene?.run,
        scale,
        lock,
        lens,
        details,
        words,
        order,
        tint,
        blocks,
        arrived,
      ],
      this.redraw,
    );
    this.watch(
      ({ hover, selection, view, words }, scene) => [hover, selection, scene?.parameters, view, words],
      () => this.frame(this.#drawHighlight),
    );
    this.watch(
      ({ view }) => view,
      (view) => {
        this.toggleAttribute("data-receded", view !== null);
        if (!view) this.redraw();
      },
    );
    this.#drawn = this.#highlight = this.#legends = null;
    void this.#addCommands();
  }

  /** They are fetched beside the first run, and are there before the map is. */
  async #addCommands() {
    const { SHARED_COMMANDS, networkCommands } = await import("./commands.js");
    if (!this.isConnected) return;
    this.commands(SHARED_COMMANDS);
    this.commands(networkCommands(this));
  }

  /** Draw whatever has changed in the next frame. */
  redraw = () => {
    if (this.stage.isConnected) this.frame(this.#draw);
    else void this.#prepare();
  };

  /** The run that can be drawn. */
  get #run() {
    return this.scene?.run ?? null;
  }

  #preparing = false;
  /** The first time: place and paint off the page, then show. */
  async #prepare() {
    if (this.#preparing || !this.scene || !this.isConnected || this.scroller.clientWidth === 0) return;
    this.#preparing = true;
    await turn(); // the first run is asked for meanwhile
    this.#place();
    await this.#firstRun();
    const run = this.#run;
    if (run) await this.#paintInTurns();
    this.frame(this.#draw);
  }

  /** Until there is a run, or it has been waited for long enough. @returns {Promise<void>} */
  #firstRun() {
    return new Promise((resolve) => {
      const late = setTimeout(resolve, PATIENCE);
      this.watch(
        () => this.#run !== null || this.store.state.network === "error",
        (over) => {
          if (!over) return;
          clearTimeout(late);
          resolve();
        },
      );
    });
  }

  async #paintInTurns() {
    let begun = performance.now();
    for (const _ of this.#painting.paint(this.#run)) {
      if (performance.now() - begun < TURN) continue;
      await turn();
      begun = performance.now();
    }
  }

  #draw = () => {
    if (!this.scene || !this.isConnected || this.scroller.clientWidth === 0) return;
    this.#place();
    this.#show(this.#run);
  };

  /** Another run where everything stays in its place: painted as soon as it is there, so that the next frame shows it
   * instead of beginning with it, and nobody asks for sizes before the page is laid out again. */
  #drawAnother() {
    const { scene } = this;
    if (!scene?.run || !this.stage.isConnected || this.#placedFor !== scene.model) return;
    if (this.store.state.order !== "score") this.#show(scene.run);
  }

  /** @param {Run | null} run */
  #show(run) {
    for (const _ of this.#painting.paint(run)); // all at once
    if (run) this.#columns.announce(run);
    if (!this.stage.isConnected) this.scroller.append(this.stage);
    this.#drawHighlight();
    if (run && run !== this.#drawn) {
      const picture = JSON.stringify(this.scene?.picture);
      const another = this.#shownOf !== picture;
      this.#shownOf = picture;
      this.#drawn = run;
      announceDrawn();
      if (another) {
        develop(this.stage);
        this.frame(this.#split);
      }
      if (!this.#highlight) void this.#loadRest();
    }
  }

  /** The picture beside the answer comes apart into what the network's first column shows. */
  #split = () => {
    const from = context().parts.find("answer")?.pictureBox;
    if (from) this.#splitPicture?.(this, from);
  };

  /** What is needed only once there is something to point at. What is done before it has come is done then, once. */
  async #loadRest() {
    /** @type {Event[]} */
    const early = [];
    const keep = (/** @type {Event} */ event) => {
      event.stopPropagation();
      early.push(event);
    };
    for (const type of HANDS) this.stage.addEventListener(type, keep, { capture: true });
    const rest = await import("../inspector/pointing.js");
    const { NetworkHighlight, NetworkLegends, explainLabels, listenToGrid } = rest;
    for (const type of HANDS) this.stage.removeEventListener(type, keep, { capture: true });
    if (!this.isConnected || this.#highlight) return;
    this.#highlight = new NetworkHighlight(this, this.#painting.highlight);
    this.#legends = new NetworkLegends(this);
    this.stage.append(this.#legends.element);
    this.#splitPicture = rest.splitPicture;
    this.cleanup(context().parts.when("answer", () => this.frame(this.#split)));
    const { ranges } = this.#painting.shown;
    if (this.layout && ranges) this.#legends.show(this.layout, ranges);
    listenToGrid(this);
    explainLabels(this);
    // A link may name a unit that its column has scrolled away.
    const { selection } = this.store.state;
    if (selection) this.reveal(selection.layer, selection.unit);
    this.stage.toggleAttribute("data-listening", true);
    for (const event of early)
      event.target?.dispatchEvent(new /** @type {any} */ (event.constructor)(event.type, event));
    this.frame(this.#drawHighlight);
  }

  /** Lay out when something that decides on places has changed. */
  #place() {
    if (!this.scene) return;
    const { model, run } = this.scene;
    const { details, order, view, blocks, words } = this.store.state;
    // Under an opened view the map has another size, for a while: it stays as it was.
    if (!view || !this.layout) this.#size = [this.scroller.clientWidth, this.scroller.clientHeight];
    const [width, height] = this.#size;
    const byScore =
      order === "score" && run
        ? run.scores.map((score) => score.class).sort((a, b) => strength(run.scores[b]) - strength(run.scores[a]))
        : null;
    const text = textFactor(this);
    const key = JSON.stringify([
      model.id,
      model.digest,
      width,
      height,
      details,
      words,
      byScore,
      blocks,
      [...this.windows],
      devicePixelRatio,
      text,
    ]);
    if (key === this.#placed) return;
    if (text !== this.theme.text) {
      this.theme = readTheme(this);
      this.#painting.forgetWidths();
    }
    this.#placed = key;
    this.#placedFor = model;
    const { columns, closed } = shownNow({ model, blocks });
    this.layout = layoutNetwork(columns, {
      width,
      height,
      details,
      windows: this.windows,
      order: byScore,
      classes: model.classes.map(({ labels }) => this.i18n.label(labels)),
      toggles: togglesOf(model, closed),
      measure: this.measure,
      plain: (column) => this.t(plainWords(column)),
      text,
      called: this.i18n.plainly ? ({ name, fold }) => (fold ? null : layerName(this.i18n, model, name)) : undefined,
    });
    this.scroller.classList.toggle("is-tall", this.layout.height > height);
    this.stage.style.width = `${this.layout.width}px`;
    this.stage.style.height = `${this.layout.height}px`;
    this.#columns.place(this.layout, model);
    this.#painting.place(this.layout);
  }

  /** How wide a label is, in pixels. @param {string} text */
  measure = (text) => this.#painting.widthOf(text);

  #drawHighlight = () => {
    if (!this.layout) return;
    if (this.#highlight) {
      this.#painting.clearHighlight(this.layout);
      this.#highlight.draw(this.layout);
    }
    const { hover, selection } = this.store.state;
    this.#legends?.point(hover ?? selection, this.#painting.shown.ranges);
  };

  /** Show other units of a column that has more than fit. @param {string} layer @param {number} first */
  scrollColumn(layer, first) {
    const placed = this.layout?.columns.find(({ column }) => column.name === layer);
    if (!placed?.hidden) return;
    const next = Math.max(0, Math.min(placed.hidden, Math.round(first)));
    if (next === placed.first) return;
    this.windows.set(layer, next);
    this.store.update({ scrolled: { layer, first: next } });
    this.redraw();
  }

  /**
   * The same without waiting for the next frame, for the keyboard: focus goes to what appears.
   * @param {string} layer
   * @param {number} first
   */
  scrollNow(layer, first) {
    this.scrollColumn(layer, first);
    this.#draw();
  }

  /** Open the blocks that hide a layer. @param {string} layer */
  #openAround(layer) {
    if (!this.scene) return;
    const { model } = this.scene;
    const { blocks } = this.store.state;
    const around = blocksAround(model, layer, shownNow({ model, blocks }).closed);
    if (!around.length) return;
    this.store.update({ blocks: around.reduce((all, { id }) => withTurned(all, id), blocks) });
    this.#draw();
  }

  /**
   * Bring a unit into its column's window and into view, and return its control.
   * @param {string} layer
   * @param {number} unit
   * @returns {HTMLElement | null}
   */
  reveal(layer, unit) {
    this.#openAround(layer);
    const placed = this.layout?.columns.find(({ column }) => column.name === layer);
    if (!placed) return null;
    if (!boxOf(/** @type {Layout} */ (this.layout), layer, unit)) {
      this.scrollNow(layer, unit - Math.floor(placed.shown / 2));
    }
    const control = this.controlOf(layer, unit);
    control?.scrollIntoView({ block: "nearest", inline: "nearest" });
    return control;
  }

  /** Make a control the one that the tab key reaches. @param {HTMLElement} control */
  roveTo(control) {
    this.#columns.roveTo(control);
  }

  /** The control of a unit that is shown. @param {string} layer @param {number} unit @returns {HTMLElement | null} */
  controlOf(layer, unit) {
    return this.#columns.control(layer, unit);
  }

  /**
   * Where a unit is drawn, in the window's coordinates; null while it is not shown.
   * @param {string} layer
   * @param {number} unit
   * @returns {DOMRect | null}
   */
  rectOf(layer, unit) {
    return this.controlOf(layer, unit)?.getBoundingClientRect() ?? null;
  }

  /** Draw one unit of the shown run into a box of another canvas, in the colours of the map.
   * @param {CanvasRenderingContext2D} context
   * @param {{ x: number, y: number, width: number, height: number }} box
   * @param {string} layer
   * @param {number} unit
   * @param {number} [ratio]
   */
  paintUnit(context, box, layer, unit, ratio = 1) {
    this.#painting.paintBoxes(context, layer, [{ ...box, unit }], ratio);
  }
}

/** What ends the opening: whoever does something wants to see what is there. */
const INPUTS = ["pointerdown", "pointerover", "keydown", "wheel", "touchstart"];
/** Until it has been seen once, it is seen in full. */
let opened = false;

/**
 * Let a picture's way through the network be seen: maps develop from left to right, bars grow. All is drawn already;
 * the styles (`network.css`) only lie over it, and nothing moves under `prefers-reduced-motion`.
 * @param {HTMLElement} stage
 */
function develop(stage) {
  if (matchMedia("(prefers-reduced-motion: reduce)").matches) return;
  stage.removeAttribute("data-developing");
  void stage.offsetWidth; // an animation that is begun again begins anew
  stage.dataset.developing = opened ? "again" : "first";
  opened = true;
  const over = new AbortController();
  const end = (/** @type {Event} */ event) => {
    if (event.type === "animationend" && /** @type {AnimationEvent} */ (event).animationName !== "network-develop")
      return;
    stage.removeAttribute("data-developing");
    over.abort();
  };
  for (const type of INPUTS) addEventListener(type, end, { capture: true, passive: true, signal: over.signal });
  stage.addEventListener("animationend", end, { signal: over.signal });
}

let runs = 0;

/** Signs for tests and automation (docs/automation.md): the last map of a run is painted. */
function announceDrawn() {
  document.documentElement.dataset.network = "ready";
  document.documentElement.dataset.run = String(++runs);
  performance.mark("network-drawn");
  dispatchEvent(new Event("loupe:drawn"));
}
