// @ts-check
/** Max and average pooling of one small map side by side; edit it, shift it by a pixel. */
import { h } from "../../../elements/dom.js";
import { LoupeElement } from "../../../elements/element.js";
import { inputOf, isMaps } from "../../../model/model.js";
import { button, choices, slider } from "../components/controls.js";
import { NumberGrid } from "../components/grid.js";
import { largest, make, planeOf, replace, shift } from "../model/matrix.js";
import { bracketed, fixed, short } from "../model/numbers.js";
import { afterShift, cellsOf, pool, readCells } from "../model/pooling.js";
import { FEATURES } from "../model/presets.js";
import { outputSize } from "../model/sliding.js";

const SIDE = 8;
export class Widget extends LoupeElement {
  values = FEATURES;
  /** The map as it was before it was shifted. */
  unshifted = FEATURES;
  setting = { window: 2, stride: 2 };
  at = [0, 0];

  start() {
    const label = (/** @type {string} */ key) => this.t(`learn.pooling.${key}`);
    this.map = new NumberGrid({
      id: "map",
      label: label("map"),
      onmove: (at) => this.#hover(at),
      onedit: (at, value) => this.#edit(replace(this.values, at, value)),
      format: (value) => short(value),
    });
    this.max = new NumberGrid({ id: "max", label: label("max"), onmove: (at) => this.#move(at) });
    this.average = new NumberGrid({
      id: "average",
      label: label("average"),
      onmove: (at) => this.#move(at),
      format: (value) => short(value),
    });
    this.source = choices({
      id: "source",
      label: label("choose"),
      value: "features",
      options: ["features", "network", "blank"].map((id) => ({ id, text: label(`sources.${id}`) })),
      onchange: (id) => this.#choose(id),
    });
    this.window = slider({
      id: "window",
      label: label("window"),
      min: 1,
      max: 4,
      value: 2,
      oninput: (window) => this.#set({ window }),
    });
    this.stride = slider({
      id: "stride",
      label: label("stride"),
      min: 1,
      max: 4,
      value: 2,
      oninput: (stride) => this.#set({ stride }),
    });
    const move = (
      /** @type {string} */ id,
      /** @type {string} */ text,
      /** @type {number} */ down,
      /** @type {number} */ right,
    ) =>
      h(
        "button",
        {
          type: "button",
          class: "learn-button learn-square",
          "data-do": id,
          "aria-label": label(id),
          title: label(id),
          onclick: () => this.#shift(down, right),
        },
        text,
      );
    this.sums = h("div", { class: "learn-pooling-sums", role: "status", "aria-live": "off" });
    this.said = h("p", { class: "learn-widget-note", role: "status" });
    const figure = (/** @type {string} */ key, /** @type {Element} */ content) =>
      h("figure", { class: "learn-widget-figure", "data-part": key }, h("figcaption", null, label(key)), content);
    this.replaceChildren(
      h(
        "div",
        { class: "learn-widget-controls" },
        this.source.element,
        h("div", { class: "learn-sliders" }, this.window.element, this.stride.element),
      ),
      h(
        "div",
        { class: "learn-widget-stage learn-pooling-stage" },
        figure("map", this.map.element),
        figure("max", this.max.element),
        figure("average", this.average.element),
      ),
      h(
        "div",
        { class: "learn-widget-foot", role: "group", "aria-label": label("shift") },
        h("span", { class: "learn-widget-label" }, label("shift")),
        move("left", "←", 0, -1),
        move("right", "→", 0, 1),
        move("up", "↑", -1, 0),
        move("down", "↓", 1, 0),
        button({ id: "unshift", text: label("unshift"), onclick: () => this.#edit(this.unshifted) }),
      ),
      this.sums,
      this.said,
    );
    this.#draw();
  }

  /** @param {string} id */
  #choose(id) {
    if (id === "network") {
      const piece = this.#piece();
      if (piece) this.#edit(piece);
    } else this.#edit(id === "blank" ? make(SIDE, SIDE, () => 0) : FEATURES);
  }

  /** 8×8 values from the middle of the liveliest map that the network pools. */
  #piece() {
    const { model, run } = this.store.state;
    const layer =
      model?.layers.find(({ record, input_shape }) => record.family === "pooling" && isMaps(input_shape)) ??
      model?.layers.find(({ input_shape }) => isMaps(input_shape));
    if (!model || !run || !layer) return null;
    const input = inputOf(layer, run);
    const planes = Array.from({ length: input.shape[0] }, (_, unit) => planeOf(input, unit));
    const plane = planes.reduce((best, next) => (largest(next) > largest(best) ? next : best));
    const top = Math.max(0, Math.floor((plane.length - SIDE) / 2));
    const left = Math.max(0, Math.floor((plane[0].length - SIDE) / 2));
    return make(SIDE, SIDE, (row, column) => Number((plane[top + row]?.[left + column] ?? 0).toFixed(2)));
  }

  /** @param {import("../model/matrix.js").Matrix} values */
  #edit(values) {
    this.values = this.unshifted = values;
    this.#draw();
  }

  /** @param {number} down @param {number} right */
  #shift(down, right) {
    this.values = shift(this.values, down, right);
    this.#draw();
  }

  /** @param {Partial<Widget["setting"]>} patch */
  #set(patch) {
    this.setting = { ...this.setting, ...patch };
    this.#draw();
  }

  /** @param {readonly number[]} at a cell of a result */
  #move(at) {
    this.at = [...at];
    this.#draw();
  }

  /** @param {readonly number[]} cell of the map: the window in which it lies */
  #hover(cell) {
    const last =
      outputSize({ size: SIDE, kernel: this.setting.window, stride: this.setting.stride, padding: 0, dilation: 1 }) - 1;
    this.#move(cell.map((place) => Math.min(last, Math.floor(place / this.setting.stride))));
  }

  #draw() {
    const { window, stride } = this.setting;
    const result = pool(this.values, this.setting);
    const side = result.max.length;
    this.at = this.at.map((place) => Math.min(side - 1, place));
    const range = 1.4 * largest(this.values) || 1;
    const frame = { at: this.at.map((place) => place * stride), size: [window, window] };
    const winner = result.winners[this.at[0]][this.at[1]];
    const reach = (side - 1) * stride + window;
    this.map?.update({
      values: this.values,
      range,
      frame,
      mark: (r, c) =>
        `${r === winner[0] && c === winner[1] ? "is-winner" : ""} ${r >= reach || c >= reach ? "is-unseen" : ""}`,
    });
    const chosen = { at: this.at, size: [1, 1] };
    const original = pool(this.unshifted, this.setting);
    const changed =
      (/** @type {"max" | "average"} */ key) => (/** @type {number} */ row, /** @type {number} */ column) =>
        result[key][row][column] === original[key][row][column] ? "" : "is-changed";
    this.max?.update({ values: result.max, range, frame: chosen, mark: changed("max") });
    this.average?.update({ values: result.average, range, frame: chosen, mark: changed("average") });
    const values = cellsOf(window, stride, this.at).map(([r, c]) => this.values[r][c]);
    const [most, mean] = [result.max[this.at[0]][this.at[1]], result.average[this.at[0]][this.at[1]]];
    const summands = values.map((value, index) => (index ? bracketed(short(value)) : short(value)));
    this.sums?.replaceChildren(
      h(
        "p",
        { "data-value": most, "data-pool": "max" },
        `max(${values.map((value) => short(value)).join(", ")}) = `,
        h("strong", null, short(most)),
      ),
      h(
        "p",
        { "data-value": mean, "data-pool": "average" },
        `(${summands.join(" + ")}) / ${values.length} = `,
        h("strong", null, fixed(mean)),
      ),
    );
    if (this.said) this.said.textContent = this.#sentences(side);
  }

  /** What these settings, or the shift, did to the map. @param {number} side of the result */
  #sentences(side) {
    const { window, stride } = this.setting;
    const say = (/** @type {string} */ key, /** @type {Record<string, string | number>} */ params) =>
      this.t(`learn.pooling.${key}`, params);
    if (this.values !== this.unshifted) {
      const shifted = afterShift(this.unshifted, this.values, this.setting);
      return [
        shifted.windows ? say("kept", shifted) : say("all_empty", {}),
        shifted.max > shifted.average ? say("kept_why", {}) : "",
      ]
        .filter(Boolean)
        .join(" ");
    }
    const [before, cells, read] = [SIDE * SIDE, side * side, readCells(SIDE, this.setting)];
    const winners = new Set(pool(this.values, this.setting).winners.flat().map(String)).size;
    return [
      window > stride && side > 1
        ? say("overlap", { before, cells, winners })
        : say("dropped", { read, cells, share: this.i18n.percent(1 - cells / read) }),
      read < before ? say("unread", { unread: before - read, before }) : "",
    ]
      .filter(Boolean)
      .join(" ");
  }
}
