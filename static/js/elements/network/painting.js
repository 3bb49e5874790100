// @ts-check
/**
 * What the canvases of the network map show: units in the colours of the ranges, edges and blocks under them,
 * minimaps beside them. Another run paints over the maps, edges stay as long as places do.
 */
import { sameItems } from "../../core/store.js";
import { ACTIVATIONS, DIFFERENCES, GREY, LOGITS, channelScale, colourOf } from "../../draw/colour.js";
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
import { columnsOf, saysClasses } from "../../model/columns.js";
import { isMaps } from "../../model/model.js";
import { thumbnailOf, summarise, unitValues } from "../../model/statistics.js";
import { colourRanges, paintedOf, strength } from "../../state/selectors.js";
import { h } from "../dom.js";

/** @typedef {import("../../model/layout.js").Layout} Layout */
/** @typedef {import("../../model/layout.js").Box} Box */
/** @typedef {import("../../model/ranges.js").Ranges} Ranges */
/** @typedef {import("../../api/client.js").Run} Run */

export class NetworkPainting {
  /** Over the maps: marks of what is looked at (`highlight.js`). @type {CanvasRenderingContext2D} */
  highlight = contextOf(h("canvas", { class: "network-highlight", "aria-hidden": "true" }));
  /** @type {CanvasRenderingContext2D} */
  maps = contextOf(h("canvas", { class: "network-maps", "aria-hidden": "true" }));
  #scratch = contextOf(h("canvas", { width: 64, height: 64 }), { willReadFrequently: true });
  /** @type {import("./map.js").LoupeNetwork} */
  #map;
  #done;
  /** @type {Layout | null} */
  #layout = null;
  /** What the maps are painted from. @type {readonly unknown[]} */
  #painted = [];
  #ratio = 1;
  /** @type {Map<string, number>} */
  #widths = new Map();

  /**
   * @param {import("./map.js").LoupeNetwork} map
   * @param {(layout: Layout, ranges: Ranges) => void} done all maps are painted
   */
  constructor(map, done) {
    this.#map = map;
    this.#done = done;
  }

  /** How wide a label is, in pixels. @param {string} text */
  widthOf(text) {
    let width = this.#widths.get(text);
    if (width === undefined) {
      this.#scratch.font = `600 ${13 * this.#map.theme.text}px ${getComputedStyle(this.#map).fontFamily}`;
      this.#widths.set(text, (width = this.#scratch.measureText(text).width));
    }
    return width;
  }

  /** The size of text has changed. */
  forgetWidths() {
    this.#widths.clear();
  }

  /** Everything has got its place: what lies under the maps is drawn, maps are to be painted. @param {Layout} layout */
  place(layout) {
    const { maps } = this;
    const { theme } = this.#map;
    this.#layout = layout;
    this.#ratio = devicePixelRatio;
    this.#resize(maps, layout);
    maps.clearRect(0, 0, layout.width, layout.height);
    drawBlocks(maps, layout, theme);
    drawLinks(maps, layout, theme);
    this.#painted = [];
  }

  /** @param {Layout} layout */
  clearHighlight(layout) {
    this.#resize(this.highlight, layout);
    this.highlight.clearRect(0, 0, layout.width, layout.height);
  }

  /** @param {CanvasRenderingContext2D} context @param {Layout} layout */
  #resize(context, { width, height }) {
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

  /** What the maps are painted from: the run, or what it is compared with, or by how much the two differ. */
  get shown() {
    const { scene, store } = this.#map;
    return scene?.run ? paintedOf(store.state, scene) : { values: null, differs: false, alignment: null, ranges: null };
  }

  /** Paint over the maps and minimaps, and say so; yields after each piece. @param {Run | null} run */
  *paint(run) {
    const { maps } = this;
    const { theme } = this.#map;
    const { state } = this.#map.store;
    const layout = /** @type {Layout} */ (this.#layout);
    const { ranges, values } = this.shown;
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
      this.paintBoxes(maps, column.name, boxes, this.#ratio);
      if (minimap) drawMinimap(maps, minimap, this.#overview(run, placed), placed.first, placed.shown, theme);
      yield;
    }
    if (ranges) this.#done(layout, ranges);
    this.#painted = source;
  }

  /**
   * Units of a layer in boxes of any canvas.
   * @param {CanvasRenderingContext2D} context
   * @param {string} layer
   * @param {readonly Box[]} boxes
   * @param {number} ratio
   */
  paintBoxes(context, layer, boxes, ratio) {
    const { scene, theme } = this.#map;
    const { model, run } = scene ?? {};
    const { state } = this.#map.store;
    const column = model && columnsOf(model).find(({ name }) => name === layer);
    const { values: shown, ranges, differs, alignment } = this.shown;
    if (!model || !run || !shown || !column || !ranges || saysClasses(column)) return;
    const tensor = column.layer ? shown.activations.get(layer) : shown.input;
    const [low, high] = model.input.range;
    const limit = (/** @type {number} */ unit) => (column.layer ? ranges.limit(layer, unit) : high - low);
    const known = run.overview?.get(layer);
    const scale = differs ? DIFFERENCES : ACTIVATIONS;
    if (!isMaps(column.shape)) {
      // Of a vector's units the largest value is the only one.
      const values = tensor?.data ?? known?.maximum;
      if (values) drawBars(context, boxes, values, column.layer || differs ? limit : () => high, theme, scale);
      return;
    }
    if (!tensor) return this.#paintThumbnails(context, layer, boxes, ratio);
    const paint =
      column.layer || differs
        ? divergingPainter(limit, scale)
        : sequentialPainter(low, high, (unit) => channelScale(model.input.channels[unit], state.tint));
    drawMaps(context, this.#scratch, boxes, tensor, paint, ratio);
    const field = alignment?.get(layer)?.field;
    if (field) coverOutside(context, boxes, tensor.shape, field, theme.line);
  }

  /**
   * Small pictures stand in until the maps themselves are asked for.
   * @param {CanvasRenderingContext2D} context
   * @param {string} layer
   * @param {readonly Box[]} boxes
   * @param {number} ratio
   */
  #paintThumbnails(context, layer, boxes, ratio) {
    const { scene } = this.#map;
    const known = scene?.run?.overview?.get(layer);
    const ranges = colourRanges(this.#map.store.state, scene);
    for (const box of boxes) {
      const small = known && thumbnailOf(known, box.unit);
      if (small && ranges)
        drawMaps(
          context,
          this.#scratch,
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
    const { values, ranges, differs } = this.shown;
    if (!values || !ranges) return [];
    if (column.form === "classes") {
      const { order } = this.#map.store.state;
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
}

/** @param {HTMLElement} canvas @param {CanvasRenderingContext2DSettings} [settings] */
const contextOf = (canvas, settings) =>
  /** @type {CanvasRenderingContext2D} */ (/** @type {HTMLCanvasElement} */ (canvas).getContext("2d", settings));
