// @ts-check
/**
 * The colour legends under the map: one for each range that is in force, as wide as the columns that share it.
 */
import { exact } from "../../core/i18n.js";
import { ACTIVATIONS, GREY } from "../../draw/colour.js";
import { toggleTint } from "../../state/actions.js";
import { h } from "../dom.js";

/** @typedef {import("../../model/layout.js").Layout} Layout */
/** @typedef {import("../../model/layout.js").PlacedColumn} PlacedColumn */
/** @typedef {import("../../model/ranges.js").Ranges} Ranges */

const STEPS = 65;

export class NetworkLegends {
  element = h("div", { class: "network-legends" });
  /** @type {import("./map.js").LoupeNetwork} */
  #map;

  /** The ends of the legend of maps that each have their own range. */
  #ends = [h("span", null, "−"), h("span", null, "+")];
  /** What the legends say, so that they are not made anew when nothing has changed. */
  #shown = "";
  /** The strips of colour, which stay while the numbers below them change. @type {HTMLElement[]} */
  #bars = [];

  /** @param {import("./map.js").LoupeNetwork} map */
  constructor(map) {
    this.#map = map;
  }

  /** @param {Layout} layout @param {Ranges} ranges */
  show(layout, ranges) {
    const { details, model } = this.#map.store.state;
    this.element.hidden = !details;
    if (!details || !model) return;
    const key = JSON.stringify([
      model.id,
      ranges.groups,
      layout.legends,
      layout.width,
      layout.box,
      this.#map.store.state.tint,
    ]);
    if (key === this.#shown) return;
    this.#shown = key;
    this.element.style.transform = `translateY(${layout.legends}px)`;
    const byName = new Map(layout.columns.map((placed) => [placed.column.name, placed]));
    const legends = ranges.groups
      .filter(({ columns }) => columns.length)
      .map(({ columns, limit }, index) => {
        const members = columns.map((name) => /** @type {PlacedColumn} */ (byName.get(name)));
        const strip = (this.#bars[index] ??= bar((share) => ACTIVATIONS.css(2 * share - 1)));
        return {
          element: this.#range(columns, limit, strip),
          x: members[0].x,
          width: Math.max(...members.map((placed) => placed.x + placed.width)) - members[0].x,
        };
      });
    const inputs = layout.columns
      .filter(({ column }) => !column.layer)
      .map((placed) => ({ element: this.#input(model.input.range), x: placed.x, width: placed.width }));
    const all = [...inputs, ...legends];
    this.element.replaceChildren(...all.map(({ element }) => element));
    all.forEach((legend, index) => this.#place(legend, all[index - 1], all[index + 1], layout));
  }

  /** Where each map has its own range, say that of the one that is looked at. @param {import("../../state/initial.js").Place | null} place @param {Ranges | null} ranges */
  point(place, ranges) {
    if (!ranges?.groups.some(({ columns, limit }) => limit === null && (!place || columns.includes(place.layer))))
      return;
    const end = place && this.#map.i18n.value(ranges.limit(place.layer, place.unit)).replace(/^[+−]/, "");
    this.#ends.forEach(
      (element, side) =>
        (element.textContent = side === 0 ? (end === null ? "−" : `≤ −${end}`) : end === null ? "+" : `≥ +${end}`),
    );
  }

  /** As wide as its columns, or as its numbers need if there is room beside.
   * @param {{ element: HTMLElement, x: number, width: number }} legend @param {{ x: number, width: number } | undefined} before
   * @param {{ x: number, width: number } | undefined} after @param {Layout} layout */
  #place({ element, x, width }, before, after, layout) {
    const centre = x + width / 2;
    const left = before ? (before.x + before.width + x) / 2 : 2;
    const right = after ? (x + width + after.x) / 2 : layout.width - 2;
    const room = 2 * Math.min(centre - left, right - centre) - 6;
    const wanted = element.classList.contains("is-input") ? 62 : 132;
    const { text } = this.#map.theme;
    const used = Math.max(width, Math.min(wanted * text, room));
    element.classList.toggle("is-tight", used < 118 * text);
    element.classList.toggle("is-stacked", used < 106 * text);
    element.style.width = `${used}px`;
    element.style.transform = `translateX(${Math.max(2, centre - used / 2)}px)`;
  }

  /** @param {string[]} columns @param {number | null} limit null: each map has its own @param {HTMLElement} strip */
  #range(columns, limit, strip) {
    const { t, i18n } = { t: this.#map.t.bind(this.#map), i18n: this.#map.i18n };
    const name =
      columns.length > 1
        ? t("network.legend.span", { first: columns[0], last: columns[columns.length - 1] })
        : columns[0];
    if (limit === null) {
      return h(
        "div",
        { class: "network-legend is-own", role: "group", "aria-label": t("network.legend.own") },
        strip,
        h(
          "span",
          { class: "network-legend-numbers" },
          this.#ends[0],
          h("span", { class: "network-legend-zero" }, "0"),
          this.#ends[1],
        ),
        h("span", { class: "network-legend-note" }, t("network.legend.own")),
      );
    }
    const end = i18n.value(limit).replace(/^[+−]/, "");
    return h(
      "div",
      {
        class: "network-legend",
        role: "group",
        "data-layers": columns.join(" "),
        "data-value": exact(limit),
        title: t("network.legend.title", { columns: name, limit: i18n.full(limit) }),
        "aria-label": t("network.legend.title", { columns: name, limit: i18n.full(limit) }),
      },
      strip,
      limit > 0
        ? h(
            "span",
            { class: "network-legend-numbers" },
            h("span", null, `≤ −${end}`),
            h("span", { class: "network-legend-zero" }, "0"),
            h("span", null, `≥ +${end}`),
          )
        : h(
            "span",
            { class: "network-legend-numbers" },
            h("span", { class: "network-legend-only" }, t("network.legend.zero")),
          ),
    );
  }

  /** @param {number[]} range */
  #input([low, high]) {
    const map = this.#map;
    const { tint } = map.store.state;
    return h(
      "div",
      { class: "network-legend is-input", role: "group", "aria-label": map.t("network.legend.input", { low, high }) },
      bar((share) => GREY.css(share)),
      h(
        "span",
        { class: "network-legend-numbers" },
        h("span", null, map.i18n.plain(low)),
        h(
          "button",
          {
            type: "button",
            class: "network-legend-tint",
            "data-action": "tint",
            "aria-pressed": String(tint),
            title: map.t("network.tint.hint"),
            onclick: () => toggleTint(map.store),
          },
          map.t(tint ? "network.tint.on" : "network.tint.off"),
        ),
        h("span", null, map.i18n.plain(high)),
      ),
    );
  }
}

/** A strip of the scale itself. @param {(share: number) => string} colour share 0–1 from left to right */
export function bar(colour) {
  const canvas = h("canvas", { class: "network-legend-bar", width: STEPS, height: 1, "aria-hidden": "true" });
  const context = canvas.getContext("2d");
  for (let x = 0; x < STEPS; x++) {
    context.fillStyle = colour(x / (STEPS - 1));
    context.fillRect(x, 0, 1, 1);
  }
  return canvas;
}
