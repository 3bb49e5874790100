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
import { sameItems } from "../../core/store.js";
import { turn } from "../../core/timing.js";
import { GREY, LOGITS, ACTIVATIONS, DIFFERENCES, channelScale, colourOf } from "../../draw/colour.js";
import {
  coverOutside,
  divergingPainter,
  drawBars,
  drawBlocks,
  drawLinks,
  drawMaps,
  drawMinimap,
  sequentialPainter,
} from "../../draw/maps.js";
import { blocksAround, togglesOf } from "../../model/blocks.js";
import { columnsOf, plainWords, saysClasses } from "../../model/columns.js";
import { boxOf, layoutNetwork } from "../../model/layout.js";
import { isMaps } from "../../model/model.js";
import { thumbnailOf, summarise, unitValues } from "../../model/statistics.js";
import { toggleBlock } from "../../state/actions.js";
import { colourRanges, layerName, paintedOf, shownNow, strength } from "../../state/selectors.js";
import { context } from "../context.js";
import { h } from "../dom.js";
import { LoupeElement } from "../element.js";
import { NetworkColumns } from "./columns.js";
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

  /** @type {Record<"maps" | "highlight" | "scratch", CanvasRenderingContext2D>} */
  #contexts = /** @type {any} */ (null);
  /** @type {NetworkColumns} */
  #columns = /** @type {any} */ (null);
  /** What the maps are painted from. @type {readonly unknown[]} */
  #painted = [];
  /** The run of which it has been said that it is drawn. @type {Run | null} */
  #drawn = null;
  /** The picture of that run, as JSON. @type {string | undefined} */
  #shownOf;
  #ratio = 1;
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
    const canvas = (/** @type {string} */ name) => h("canvas", { class: `network-${name}`, "aria-hidden": "true" });
    const canvases = { maps: canvas("maps"), highlight: canvas("highlight") };
    this.#contexts = {
      maps: canvases.maps.getContext("2d"),
      highlight: canvases.highlight.getContext("2d"),
      scratch: h("canvas", { width: 64, height: 64 }).getContext("2d", { willReadFrequently: true }),
    };
    this.offer("network", this);
    this.#columns = new NetworkColumns(this);
    this.stage = h(
      "div",
      { class: "network-stage" },
      canvases.maps,
      this.#columns.grid,
      this.#columns.more,
      this.#columns.blocks,
      canvases.highlight,
    );
    this.scroller = h("div", { class: "network-scroll" });
    this.replaceChildren(this.scroller);
    this.#preparing = false;
    this.theme = readTheme(this);

    watchTheme(this, () => {
      this.theme = readTheme(this);
      this.#placed = "";
      this.#widths.clear(); // the size of text may have changed with it
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
    for (const _ of this.#paint(this.#run)) {
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
    for (const _ of this.#paint(run)); // all at once
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
    this.#highlight = new NetworkHighlight(this, this.#contexts.highlight);
    this.#legends = new NetworkLegends(this);
    this.stage.append(this.#legends.element);
    this.#splitPicture = rest.splitPicture;
    this.cleanup(context().parts.when("answer", () => this.frame(this.#split)));
    const { ranges } = this.#painting();
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
      this.#widths.clear();
    }
    this.#placed = key;
    this.#placedFor = model;
    this.#ratio = devicePixelRatio;
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
    const { maps } = this.#contexts;
    this.#resize(maps);
    maps.clearRect(0, 0, this.layout.width, this.layout.height);
    drawBlocks(maps, this.layout, this.theme);
    drawLinks(maps, this.layout, this.theme);
    this.#painted = [];
  }

  /** @param {CanvasRenderingContext2D} context */
  #resize(context) {
    const { width, height } = /** @type {Layout} */ (this.layout);
    const { canvas } = context;
    const [pixels, lines] = [Math.round(width * this.#ratio), Math.round(height * this.#ratio)];
    if (canvas.width !== pixels || canvas.height !== lines) {
      canvas.width = pixels;
      canvas.height = lines;
      canvas.style.width = `${width}px`;
      canvas.style.height = `${height}px`;
    }
    context.setTransform(this.#ratio, 0, 0, this.#ratio, 0, 0);
  }

  /** @type {Map<string, number>} */
  #widths = new Map();
  /** How wide a label is, in pixels. */
  measure = (/** @type {string} */ text) => {
    let width = this.#widths.get(text);
    if (width === undefined) {
      const { scratch } = this.#contexts;
      scratch.font = `600 ${13 * this.theme.text}px ${getComputedStyle(this).fontFamily}`;
      this.#widths.set(text, (width = scratch.measureText(text).width));
    }
    return width;
  };

  /** Paint over the maps and minimaps, and say in legends how; yields after each piece. @param {Run | null} run */
  *#paint(run) {
    const layout = /** @type {Layout} */ (this.layout);
    const { maps } = this.#contexts;
    const { state } = this.store;
    const { ranges, values } = this.#painting();
    const source = [layout, run, values, ranges, state.dark, state.tint, state.arrived];
    if (sameItems(source, this.#painted)) return;
    this.#painted = [];
    yield;
    for (const placed of layout.columns) {
      const { column, boxes, minimap } = placed;
      if (!run || !ranges) {
        for (const { x, y, width, height } of boxes) maps.clearRect(x, y, width, height);
        continue;
      }
      this.#paintBoxes(maps, column.name, boxes, this.#ratio);
      if (minimap) drawMinimap(maps, minimap, this.#overview(run, placed), placed.first, placed.shown, this.theme);
      yield;
    }
    if (ranges) this.#legends?.show(layout, ranges);
    this.#painted = source;
  }

  /** What the maps are painted from: the run, or what it is compared with, or by how much the two differ. */
  #painting() {
    const { scene } = this;
    return scene?.run
      ? paintedOf(this.store.state, scene)
      : { values: null, differs: false, alignment: null, ranges: null };
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {string} layer
   * @param {readonly import("../../model/layout.js").Box[]} boxes
   * @param {number} ratio
   */
  #paintBoxes(context, layer, boxes, ratio) {
    const { model, run } = this.scene ?? {};
    const { tint } = this.store.state;
    const column = model && columnsOf(model).find(({ name }) => name === layer);
    const { values: painted, ranges, differs, alignment } = this.#painting();
    if (!model || !run || !painted || !column || !ranges || saysClasses(column)) return;
    const tensor = column.layer ? painted.activations.get(layer) : painted.input;
    const [low, high] = model.input.range;
    const limit = (/** @type {number} */ unit) => (column.layer ? ranges.limit(layer, unit) : high - low);
    const known = run.overview?.get(layer);
    const scale = differs ? DIFFERENCES : ACTIVATIONS;
    if (!isMaps(column.shape)) {
      // Of a vector's units the largest value is the only one.
      const values = tensor?.data ?? known?.maximum;
      if (values) drawBars(context, boxes, values, column.layer || differs ? limit : () => high, this.theme, scale);
      return;
    }
    if (!tensor) return this.#paintThumbnails(context, layer, boxes, ratio);
    const paint =
      column.layer || differs
        ? divergingPainter(limit, scale)
        : sequentialPainter(low, high, (unit) => channelScale(model.input.channels[unit], tint));
    drawMaps(context, this.#contexts.scratch, boxes, tensor, paint, ratio);
    const field = alignment?.get(layer)?.field;
    if (field) coverOutside(context, boxes, tensor.shape, field, this.theme.line);
  }

  /**
   * Small pictures stand in until the maps themselves are asked for.
   * @param {CanvasRenderingContext2D} context
   * @param {string} layer
   * @param {readonly import("../../model/layout.js").Box[]} boxes
   * @param {number} ratio
   */
  #paintThumbnails(context, layer, boxes, ratio) {
    const known = this.#run?.overview?.get(layer);
    const ranges = colourRanges(this.store.state, this.scene);
    for (const box of boxes) {
      const small = known && thumbnailOf(known, box.unit);
      if (small && ranges)
        drawMaps(
          context,
          this.#contexts.scratch,
          [{ ...box, unit: 0 }],
          small,
          divergingPainter(() => ranges.limit(layer, box.unit)),
          ratio,
        );
      else context.clearRect(box.x, box.y, box.width, box.height);
    }
  }

  /** A colour for each unit of a column, in the order that it is shown.
   * @param {Run} run
   * @param {import("../../model/layout.js").PlacedColumn} placed
   */
  #overview(run, { column }) {
    const { values, ranges, differs } = this.#painting();
    if (!values || !ranges) return [];
    if (column.form === "classes") {
      const { order } = this.store.state;
      const shares = run.scores.map(strength);
      const largest = Math.max(...shares);
      return (order === "score" ? [...shares].sort((a, b) => b - a) : shares).map((share) =>
        LOGITS.css(Math.max(0, share / largest)),
      );
    }
    const known = run.overview?.get(column.name);
    if (known)
      return Array.from(known.maximum, (largest, unit) =>
        colourOf(
          ACTIVATIONS,
          -known.minimum[unit] > largest ? known.minimum[unit] : largest,
          ranges.limit(column.name, unit),
        ),
      );
    const tensor = column.layer ? values.activations.get(column.name) : values.input;
    if (!tensor) return [];
    const scale = differs ? DIFFERENCES : ACTIVATIONS;
    return Array.from({ length: column.units }, (_, unit) => {
      const { mean } = summarise(unitValues(tensor, unit));
      return column.layer || differs ? colourOf(scale, mean, ranges.limit(column.name, unit)) : GREY.css(mean);
    });
  }

  #drawHighlight = () => {
    const { highlight } = this.#contexts;
    if (!this.layout) return;
    if (this.#highlight) {
      this.#resize(highlight);
      highlight.clearRect(0, 0, this.layout.width, this.layout.height);
      this.#highlight.draw(this.layout);
    }
    const { hover, selection } = this.store.state;
    this.#legends?.point(hover ?? selection, this.#painting().ranges);
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
    for (const { id } of around) toggleBlock(this.store, id);
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
    this.#paintBoxes(context, layer, [{ ...box, unit }], ratio);
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
