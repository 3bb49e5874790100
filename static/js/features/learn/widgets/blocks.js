// @ts-check
/** Modern blocks: what one result reads, what the block costs, and the networks in which it came up. */
import { h } from "../../../elements/dom.js";
import { LoupeElement } from "../../../elements/element.js";
import { Bars } from "../components/bars.js";
import { countColour } from "../components/colour.js";
import { choices, slider } from "../components/controls.js";
import { figure, sideways } from "../components/figure.js";
import { NumberGrid } from "../components/grid.js";
import { BLOCKS, DRAWN, blockOf } from "../model/blocks.js";
import { LINEAGE } from "../model/lineage.js";
import { make } from "../model/matrix.js";
import { short } from "../model/numbers.js";

/** @param {number} value */
const grouped = (value) => Math.round(value).toLocaleString("en");

export class Widget extends LoupeElement {
  block = "plain";
  size = { channels: 64, filters: 64, side: 32 };

  start() {
    const label = (/** @type {string} */ key) => this.t(`learn.blocks.${key}`);
    this.choice = choices({
      id: "block",
      label: label("choose"),
      value: this.block,
      options: BLOCKS.map(({ id }) => ({ id, text: label(`names.${id}`) })),
      onchange: (id) => {
        this.block = id;
        this.#draw();
      },
    });
    const limits = /** @type {const} */ ({ channels: [16, 256, 16], filters: [16, 256, 16], side: [8, 64, 8] });
    this.sliders = /** @type {("channels" | "filters" | "side")[]} */ (["channels", "filters", "side"]).map((id) => {
      const [min, max, step] = limits[id];
      return slider({
        id,
        label: label(id),
        min,
        max,
        step,
        value: this.size[id],
        oninput: (value) => {
          this.size = { ...this.size, [id]: value };
          this.#draw();
        },
      });
    });
    this.maps = Array.from(
      { length: DRAWN.maps },
      (_, index) =>
        new NumberGrid({
          id: `map-${index}`,
          label: this.t("learn.blocks.map", { index }),
          colour: countColour,
          format: (value) => (value ? "●" : ""),
        }),
    );
    this.bars = {
      parameters: new Bars({ id: "parameters", label: label("parameters") }),
      products: new Bars({ id: "products", label: label("products") }),
    };
    this.note = h("p", { class: "learn-widget-note", role: "status" });
    this.replaceChildren(
      h("div", { class: "learn-widget-controls" }, this.choice.element),
      this.note,
      h(
        "div",
        { class: "learn-blocks-stage" },
        h(
          "div",
          null,
          h("p", { class: "learn-widget-label" }, label("reads")),
          h(
            "div",
            { class: "learn-blocks-maps" },
            this.maps.map((map, index) => figure(this.t("learn.blocks.map", { index }), map.element)),
          ),
        ),
        h(
          "div",
          { class: "learn-widget-controls" },
          h(
            "div",
            { class: "learn-sliders" },
            this.sliders.map(({ element }) => element),
          ),
          figure(label("parameters"), this.bars.parameters.element),
          figure(label("products"), this.bars.products.element),
        ),
      ),
      this.#lineage(),
    );
    this.#draw();
  }

  #draw() {
    const block = blockOf(this.block);
    const [mine, plain] = [block.cost(this.size), blockOf("plain").cost(this.size)];
    this.maps?.forEach((map, channel) => {
      const read = new Set(block.reads(channel).map(String));
      map.update({ values: make(DRAWN.side, DRAWN.side, (i, j) => (read.has(String([i, j])) ? 1 : 0)), range: 1.4 });
    });
    for (const key of /** @type {const} */ (["parameters", "products"])) {
      const most = Math.max(mine[key], plain[key]);
      this.bars?.[key].update(
        [
          { label: this.t(`learn.blocks.names.${block.id}`), value: mine[key], mark: true, text: grouped(mine[key]) },
          ...(block.id === "plain"
            ? []
            : [{ label: this.t("learn.blocks.names.plain"), value: plain[key], text: grouped(plain[key]) }]),
        ],
        { to: most },
      );
    }
    Object.assign(this.dataset, { parameters: String(mine.parameters), products: String(mine.products) });
    if (this.note)
      this.note.textContent = `${this.t(`learn.blocks.notes.${block.id}`)} ${this.t("learn.blocks.sizes", {
        from: this.size.side,
        to: mine.out,
        share: short((100 * mine.products) / plain.products, 1),
      })}`;
  }

  #lineage() {
    const cells = (/** @type {string} */ tag, /** @type {string[]} */ texts) =>
      h(
        "tr",
        null,
        texts.map((text) => h(tag, null, text)),
      );
    const heads = ["network", "year", "layers", "parameters_head", "products_head", "brought"];
    return figure(
      this.t("learn.blocks.lineage"),
      sideways(
        this.t("learn.blocks.lineage"),
        h(
          "table",
          { class: "learn-table" },
          h(
            "thead",
            null,
            cells(
              "th",
              heads.map((key) => this.t(`learn.blocks.${key}`)),
            ),
          ),
          h(
            "tbody",
            null,
            LINEAGE.map(({ id, name, year, count }) =>
              cells("td", [
                name,
                String(year),
                String(count.layers),
                grouped(count.parameters),
                grouped(count.products),
                this.t(`learn.blocks.brings.${id}`),
              ]),
            ),
          ),
        ),
      ),
    );
  }
}
