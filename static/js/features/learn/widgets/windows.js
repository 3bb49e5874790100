// @ts-check
/** Every window of a small picture as a row, times the kernel as a column: a convolution as one product (im2col). */
import { h } from "../../../elements/dom.js";
import { LoupeElement } from "../../../elements/element.js";
import { weightColour } from "../components/colour.js";
import { figure } from "../components/figure.js";
import { NumberGrid } from "../components/grid.js";
import { joined, math, n, o, row } from "../components/mathml.js";
import { times } from "../model/as-matrix.js";
import { resultSize, windowAt } from "../model/convolution.js";
import { largest, make, replace, size } from "../model/matrix.js";
import { bracketed, short } from "../model/numbers.js";

export class Widget extends LoupeElement {
  picture = make(4, 4, (i, j) => (3 * i + 2 * j + 1) % 5);
  kernel = [
    [1, 0],
    [-1, 2],
  ];
  place = 0;

  start() {
    const label = (/** @type {string} */ key) => this.t(`learn.windows.${key}`);
    const move = (/** @type {number} */ place) => {
      this.place = place;
      this.#draw();
    };
    this.grids = {
      picture: new NumberGrid({
        id: "picture",
        label: label("picture"),
        onedit: (at, value) => {
          this.picture = replace(this.picture, at, value);
          this.#draw();
        },
      }),
      rows: new NumberGrid({ id: "rows", label: label("rows"), onmove: ([place]) => move(place) }),
      kernel: new NumberGrid({
        id: "kernel",
        label: label("kernel"),
        colour: weightColour,
        onedit: ([cell], value) => {
          this.kernel = replace(this.kernel, [Math.floor(cell / 2), cell % 2], value);
          this.#draw();
        },
      }),
      products: new NumberGrid({ id: "products", label: label("products"), onmove: ([place]) => move(place) }),
      result: new NumberGrid({ id: "result", label: label("result") }),
    };
    this.sum = h("div", { class: "learn-formula-box", tabindex: 0, role: "region", "aria-label": label("sum") });
    const sign = (/** @type {string} */ text) =>
      h("span", { class: "learn-widget-operator", "aria-hidden": "true" }, text);
    const { picture, rows, kernel, products, result } = this.grids;
    this.replaceChildren(
      h(
        "div",
        { class: "learn-widget-stage" },
        figure(label("picture"), picture.element),
        sign("→"),
        figure(label("rows"), rows.element),
        sign("·"),
        figure(label("kernel"), kernel.element),
        sign("="),
        figure(label("products"), products.element),
        sign("→"),
        figure(label("result"), result.element),
      ),
      this.sum,
    );
    this.#draw();
  }

  #draw() {
    const { picture, kernel, place, grids } = this;
    if (!grids) return;
    const [down, across] = resultSize(picture, kernel);
    const at = [Math.floor(place / across), place % across];
    const rows = Array.from({ length: down * across }, (_, index) =>
      windowAt(picture, kernel, [Math.floor(index / across), index % across]).flat(),
    );
    const column = kernel.flat();
    const products = times(rows, column);
    const range = 1.5 * Math.max(...products.map(Math.abs)) || 1;
    grids.picture.update({ values: picture, range: 1.5 * largest(picture) || 1, frame: { at, size: size(kernel) } });
    grids.rows.update({
      values: rows,
      range: 1.5 * largest(picture) || 1,
      frame: { at: [place, 0], size: [1, column.length] },
    });
    grids.kernel.update({ values: column.map((weight) => [weight]), range: largest(kernel) || 1 });
    grids.products.update({
      values: products.map((value) => [value]),
      range,
      frame: { at: [place, 0], size: [1, 1] },
    });
    grids.result.update({
      values: make(down, across, (i, j) => products[i * across + j]),
      range,
      frame: { at, size: [1, 1] },
    });
    this.sum?.replaceChildren(
      math(
        ...joined(
          rows[place].map((value, cell) => row(n(bracketed(short(value))), o("·"), n(bracketed(short(column[cell]))))),
        ),
        o("="),
        n(short(products[place]), "learn-result"),
      ),
    );
  }
}
