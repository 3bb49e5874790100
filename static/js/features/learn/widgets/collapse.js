// @ts-check
/** Two kernels in a row are one larger kernel, unless something bends between them. */
import { h } from "../../../elements/dom.js";
import { LoupeElement } from "../../../elements/element.js";
import { weightColour } from "../components/colour.js";
import { toggle } from "../components/controls.js";
import { figure } from "../components/figure.js";
import { NumberGrid } from "../components/grid.js";
import { bothWays, composed } from "../model/composed.js";
import { largest, replace } from "../model/matrix.js";
import { short } from "../model/numbers.js";
import { kernelOf, pictureOf } from "../model/presets.js";

export class Widget extends LoupeElement {
  picture = pictureOf("dots").values;
  first = kernelOf("vertical-edge").values;
  second = kernelOf("horizontal-edge").values;
  bend = false;

  start() {
    const label = (/** @type {string} */ key) => this.t(`learn.collapse.${key}`);
    const grid = (
      /** @type {string} */ id,
      /** @type {Partial<import("../components/grid.js").GridOptions>} */ more = {},
    ) => new NumberGrid({ id, label: label(id), ...more });
    const editable = (/** @type {"picture" | "first" | "second"} */ key) => ({
      onedit: (/** @type {[number, number]} */ at, /** @type {number} */ value) => {
        this[key] = replace(this[key], at, value);
        this.#draw();
      },
    });
    this.grids = {
      picture: grid("picture", editable("picture")),
      first: grid("first", { colour: weightColour, ...editable("first") }),
      second: grid("second", { colour: weightColour, ...editable("second") }),
      composed: grid("composed", { colour: weightColour }),
      apart: grid("apart"),
      once: grid("once"),
    };
    const bend = toggle({
      id: "bend",
      label: label("bend"),
      value: false,
      onchange: (on) => {
        this.bend = on;
        this.#draw();
      },
    });
    this.said = h("p", { class: "learn-widget-note", role: "status" });
    const shown = (/** @type {(keyof NonNullable<Widget["grids"]>)[]} */ keys) =>
      h(
        "div",
        { class: "learn-widget-stage learn-collapse-way" },
        keys.map((key) => this.grids && figure(label(key), this.grids[key].element)),
      );
    this.replaceChildren(
      shown(["picture", "first", "second", "apart"]),
      h("div", { class: "learn-widget-foot" }, bend.element),
      shown(["composed", "once"]),
      this.said,
    );
    this.#draw();
  }

  #draw() {
    const { picture, first, second, bend, grids } = this;
    if (!grids) return;
    const { apart, once, differ, most } = bothWays(picture, first, second, bend);
    const kernel = composed(first, second);
    const range = 1.5 * Math.max(largest(apart), largest(once)) || 1;
    const different = (/** @type {number} */ i, /** @type {number} */ j) =>
      Math.abs(apart[i][j] - once[i][j]) > 1e-9 ? "is-changed" : null;
    grids.picture.update({ values: picture, range: 1.5 * largest(picture) || 1 });
    grids.first.update({ values: first, range: largest(first) || 1 });
    grids.second.update({ values: second, range: largest(second) || 1 });
    grids.composed.update({ values: kernel, range: largest(kernel) || 1 });
    grids.apart.update({ values: apart, range, mark: different });
    grids.once.update({ values: once, range });
    this.dataset.differ = String(differ);
    if (this.said)
      this.said.textContent = this.t(`learn.collapse.${differ ? "differ" : bend ? "same_bent" : "same"}`, {
        differ,
        all: apart.flat().length,
        most: short(most),
      });
  }
}
