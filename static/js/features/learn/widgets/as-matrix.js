// @ts-check
/** A convolution as a dense layer: every place of the kernel is a row of a large matrix that is nearly all zeros. */
import { h } from "../../../elements/dom.js";
import { LoupeElement } from "../../../elements/element.js";
import { weightColour } from "../components/colour.js";
import { toggle } from "../components/controls.js";
import { figure, sideways } from "../components/figure.js";
import { NumberGrid } from "../components/grid.js";
import { joined, math, n, o, row } from "../components/mathml.js";
import { SHUFFLED, asMatrix, reordered, times, touches } from "../model/as-matrix.js";
import { largest, make, replace, size } from "../model/matrix.js";
import { bracketed, short } from "../model/numbers.js";

const PLAIN = SHUFFLED.map((_, index) => index);

export class Widget extends LoupeElement {
  picture = [
    [1, 2, 0, 1],
    [0, 1, 3, 0],
    [2, 1, 1, 0],
    [0, 0, 2, 1],
  ];
  kernel = [
    [1, 2],
    [3, -1],
  ];
  order = PLAIN;
  /** The row of the matrix that is looked at: a place of the kernel. */
  place = 4;

  start() {
    const label = (/** @type {string} */ key) => this.t(`learn.as_matrix.${key}`);
    const move = (/** @type {number} */ place) => {
      if (place === this.place) return;
      this.place = place;
      this.#draw();
    };
    this.grids = {
      picture: new NumberGrid({
        id: "picture",
        label: label("picture"),
        onedit: (at, value) => this.#set({ picture: replace(this.picture, at, value) }),
      }),
      kernel: new NumberGrid({
        id: "kernel",
        label: label("kernel"),
        colour: weightColour,
        onedit: (at, value) => this.#set({ kernel: replace(this.kernel, at, value) }),
      }),
      result: new NumberGrid({
        id: "result",
        label: label("result"),
        onmove: ([down, right]) => move(down * this.#across + right),
      }),
      matrix: new NumberGrid({
        id: "matrix",
        label: label("matrix"),
        colour: weightColour,
        format: (value) => (value === 0 ? "" : short(value, 1)),
        onmove: ([place]) => move(place),
      }),
    };
    const shuffle = toggle({
      id: "shuffle",
      label: label("shuffle"),
      value: false,
      onchange: (on) => this.#set({ order: on ? [...SHUFFLED] : PLAIN }),
    });
    this.sum = h("div", { class: "learn-formula-box", tabindex: 0, role: "region", "aria-label": label("sum") });
    this.said = h("p", { class: "learn-widget-note", role: "status" });
    const { picture, kernel, result, matrix } = this.grids;
    this.replaceChildren(
      h(
        "div",
        { class: "learn-widget-stage" },
        figure(label("picture"), picture.element),
        figure(label("kernel"), kernel.element),
        figure(label("result"), result.element),
      ),
      h("div", { class: "learn-widget-foot" }, shuffle.element),
      figure(label("matrix"), sideways(label("matrix"), matrix.element)),
      this.sum,
      this.said,
    );
    this.#draw();
  }

  get #across() {
    return size(this.picture)[1] - size(this.kernel)[1] + 1;
  }

  /** @param {Partial<Pick<Widget, "picture" | "kernel" | "order">>} patch */
  #set(patch) {
    Object.assign(this, patch);
    this.#draw();
  }

  #draw() {
    const { picture, kernel, order, place, grids } = this;
    if (!grids) return;
    const sizes = size(picture);
    const weights = reordered(asMatrix(kernel, sizes), order);
    const column = order.map((index) => picture.flat()[index]);
    const results = times(weights, column);
    const across = this.#across;
    const at = [Math.floor(place / across), place % across];
    const moved = order !== PLAIN;
    grids.picture.update({ values: picture, range: 1.5 * largest(picture) || 1, frame: { at, size: size(kernel) } });
    grids.kernel.update({ values: kernel, range: largest(kernel) || 1 });
    grids.result.update({
      values: make(results.length / across, across, (down, right) => results[down * across + right]),
      range: 1.5 * Math.max(...results.map(Math.abs)) || 1,
      frame: { at, size: [1, 1] },
    });
    grids.matrix.update({
      values: weights,
      range: largest(kernel) || 1,
      frame: { at: [place, 0], size: [1, order.length] },
      mark: (line, index) => (touches(kernel, sizes, line, order[index]) ? null : "is-none"),
      note: (_, index) =>
        this.t("learn.as_matrix.pixel", { row: Math.floor(order[index] / 4), column: order[index] % 4 }),
    });
    const used = order.flatMap((pixel, index) => (touches(kernel, sizes, place, pixel) ? [index] : []));
    this.sum?.replaceChildren(
      math(
        ...joined(
          used.map((index) =>
            row(n(bracketed(short(weights[place][index]))), o("·"), n(bracketed(short(column[index])))),
          ),
        ),
        o("+"),
        n(order.length - used.length),
        o("·"),
        n(0),
        o("="),
        n(short(results[place]), "learn-result"),
      ),
    );
    if (this.said)
      this.said.textContent = this.t(`learn.as_matrix.${moved ? "shuffled" : "said"}`, {
        all: weights.length * order.length,
        free: weights.length * used.length,
        different: kernel.flat().length,
      });
    this.dataset.place = String(place);
  }
}
