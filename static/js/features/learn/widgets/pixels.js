// @ts-check
/** The current picture as the network gets it: point at a pixel, read its numbers in every channel. */
import { h } from "../../../elements/dom.js";
import { LoupeElement } from "../../../elements/element.js";
import { greyColour } from "../components/colour.js";
import { choices } from "../components/controls.js";
import { NumberGrid } from "../components/grid.js";
import { MapView } from "../components/map.js";
import { make, planeOf } from "../model/matrix.js";
import { fixed, short } from "../model/numbers.js";

const AROUND = 5; // rows and columns of numbers that are shown of each channel

export class Widget extends LoupeElement {
  at = [0, 0];
  scale = 255;

  start() {
    this.picture = new MapView({
      id: "picture",
      label: this.t("learn.pixels.picture"),
      onmove: (at) => this.#move(at),
    });
    this.unit = choices({
      id: "scale",
      label: this.t("learn.pixels.scale"),
      value: "255",
      options: [
        { id: "255", text: "0–255" },
        { id: "1", text: "0–1" },
      ],
      onchange: (id) => {
        this.scale = Number(id);
        this.#draw();
      },
    });
    this.readout = h("div", { class: "learn-pixel-readout", role: "status", "aria-live": "off" });
    this.matrices = h("div", { class: "learn-pixel-matrices" });
    this.replaceChildren(
      h(
        "div",
        { class: "learn-widget-stage learn-pixel-stage" },
        h(
          "figure",
          { class: "learn-widget-figure", "data-part": "picture" },
          h("figcaption", null, this.t("learn.pixels.picture")),
          this.picture.element,
        ),
        h("div", { class: "learn-pixel-side" }, this.unit.element, this.readout, this.matrices),
      ),
    );
    this.watch(
      ({ run }) => run,
      (run) => {
        if (!run) return;
        const [channels, height, width] = run.input.shape;
        this.at = [Math.floor(height / 2), Math.floor(width / 2)];
        this.names = this.store.state.model?.input.channels ?? [];
        this.grids = Array.from(
          { length: Math.min(channels, 4) },
          (_, channel) =>
            new NumberGrid({
              id: `channel-${channel}`,
              label: this.#name(channel),
              colour: greyColour,
              format: (value) => this.#format(value),
            }),
        );
        this.matrices.replaceChildren(
          ...this.grids.map((grid, channel) =>
            h(
              "figure",
              { class: "learn-widget-figure", "data-channel": this.names?.[channel] ?? channel },
              h("figcaption", null, this.#name(channel)),
              grid.element,
            ),
          ),
        );
        this.#draw();
      },
    );
  }

  /** @param {number} channel */
  #name(channel) {
    const name = this.store.state.model?.input.channels?.[channel] ?? String(channel);
    return this.i18n.has(`learn.pixels.channels.${name}`)
      ? this.t(`learn.pixels.channels.${name}`)
      : this.t("learn.pixels.channel", { index: channel });
  }

  /** @param {number} value 0–1 */
  #format(value) {
    return this.scale === 255 ? short(255 * value, 0) : fixed(value);
  }

  /** @param {readonly number[]} at */
  #move(at) {
    this.at = [...at];
    this.#draw();
  }

  #draw() {
    const { run } = this.store.state;
    if (!run || !this.grids) return;
    const { input } = run;
    const [channels, height, width] = input.shape;
    const planes = Array.from({ length: channels }, (_, channel) =>
      input.data.subarray(channel * height * width, (channel + 1) * height * width),
    );
    const shown = planes.length >= 3 ? planes.slice(0, 3) : [planes[0], planes[0], planes[0]];
    const rows = Math.min(AROUND, height);
    const columns = Math.min(AROUND, width);
    const top = Math.min(height - rows, Math.max(0, this.at[0] - Math.floor(rows / 2)));
    const left = Math.min(width - columns, Math.max(0, this.at[1] - Math.floor(columns / 2)));
    this.picture?.update({
      shape: [height, width],
      data: planes[0],
      channels: shown,
      frame: { at: [top, left], size: [rows, columns] },
      at: this.at,
    });
    this.grids.forEach((grid, channel) => {
      const plane = planeOf(input, channel);
      grid.update({
        values: make(rows, columns, (row, column) => plane[top + row][left + column]),
        frame: { at: [this.at[0] - top, this.at[1] - left], size: [1, 1] },
      });
    });
    const values = planes.map((plane) => plane[this.at[0] * width + this.at[1]]);
    const [red, green, blue] = shown.map((plane) => Math.round(255 * plane[this.at[0] * width + this.at[1]]));
    const swatch = h("span", { class: "learn-swatch", "aria-hidden": "true" });
    swatch.style.backgroundColor = `rgb(${red} ${green} ${blue})`;
    this.readout?.replaceChildren(
      swatch,
      h(
        "p",
        null,
        this.t("learn.pixels.at", { row: this.at[0], column: this.at[1] }),
        h("br"),
        ...values.map((value, channel) =>
          h(
            "span",
            { class: "learn-pixel-value", "data-value": value, "data-channel": channel },
            `${this.#name(channel)} ${short(255 * value, 0)} = ${fixed(value, 3)}`,
          ),
        ),
      ),
    );
  }
}
