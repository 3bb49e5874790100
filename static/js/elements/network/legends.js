// @ts-check
/**
 * The colour legends under the map: one for each range that is in force, as wide as the columns that share it.
 */
import { exact } from "../../core/i18n.js";
import { ACTIVATIONS, DIFFERENCES, GREY } from "../../draw/colour.js";
import { paintedOf } from "../../state/selectors.js";
import { does } from "../context.js";
import { h } from "../dom.js";

/** @typedef {import("../../model/layout.js").Layout} Layout */
/** @typedef {import("../../model/layout.js").PlacedColumn} PlacedColumn */
/** @typedef {import("../../model/ranges.js").Ranges} Ranges */

const STEPS = 65;
/** How wide a legend would like to be. */
const WIDTHS = { input: 62, range: 132 };
/** In which form a legend stands where it is narrower than this, or than this many of its characters.
 * @type {readonly (readonly [string, number, number])[]} */
const FORMS = [
  ["is-tight", 118, 8.4],
  ["is-stacked", 106, 7.4],
  ["is-narrow", 62, 0],
];
/** Above the legends (`network.css`). */
const PADDING = 6;

/**
 * @typedef {{ element: HTMLElement, x: number, width: number, lane: PlacedColumn | null, characters: number }} Legend
 *   `characters`: of the numbers at its ends
 */

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
  /** What they were made for: a dark page, differences. */
  #barsFor = "";

  /** @param {import("./map.js").LoupeNetwork} map */
  constructor(map) {
    this.#map = map;
  }

  /** @param {Layout} layout @param {Ranges} ranges */
  show(layout, ranges) {
    const { details } = this.#map.store.state;
    const { scene } = this.#map;
    this.element.hidden = !details;
    if (!details || !scene) return;
    const { model } = scene;
    const { differs } = paintedOf(this.#map.store.state, scene);
    const key = JSON.stringify([
      model.id,
      ranges.groups,
      layout.legends,
      layout.width,
      layout.box,
      this.#map.store.state.tint,
      this.#map.store.state.dark,
      differs,
    ]);
    const colours = JSON.stringify([this.#map.store.state.dark, differs]);
    if (this.#barsFor !== colours) this.#bars = [];
    this.#barsFor = colours;
    const scale = differs ? DIFFERENCES : ACTIVATIONS;
    if (key === this.#shown) return;
    this.#shown = key;
    this.element.style.transform = `translateY(${layout.legends}px)`;
    const stretches = stretchesOf(layout, ranges);
    const legends = stretches.map(({ columns, limit, members }, index) => ({
      element: this.#range(
        columns,
        limit,
        (this.#bars[index] ??= bar((share) => scale.css(2 * share - 1))),
        differs ? "network.legend.difference" : "network.legend.title",
      ),
      x: members[0].x,
      width: Math.max(...members.map((placed) => placed.x + placed.width)) - members[0].x,
      lane: members[0].lanes > 1 ? members[0] : null,
      characters: limit === null ? 0 : 2 * (this.#map.i18n.value(limit).length + 2),
    }));
    const inputs = layout.columns
      .filter(({ column }) => !column.layer)
      .map((placed) => ({
        element: differs ? this.#inputDifference(model.input.range) : this.#input(model.input.range),
        x: placed.x,
        width: placed.width,
        lane: null,
        characters: 0,
      }));
    const all = [...inputs, ...legends];
    this.element.replaceChildren(...all.map(({ element }) => element));
    /** Legends side by side: below everything, and below each lane. @type {Map<string, Legend[]>} */
    const rows = new Map();
    for (const legend of all) {
      const row = legend.lane ? `${legend.lane.lane} of ${legend.lane.lanes}` : "";
      rows.set(row, [...(rows.get(row) ?? []), legend]);
    }
    for (const row of rows.values())
      row.forEach((legend, index) => this.#place(legend, row[index - 1], row[index + 1], layout));
  }

  /**
   * Where each map has its own range, say that of the one that is looked at.
   * @param {import("../../state/initial.js").Place | null} place
   * @param {Ranges | null} ranges
   */
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
   * @param {Legend} legend
   * @param {Legend | undefined} before
   * @param {Legend | undefined} after
   * @param {Layout} layout
   */
  #place({ element, x, width, lane, characters }, before, after, layout) {
    const { text } = this.#map.theme;
    const input = element.classList.contains("is-input");
    const centre = x + width / 2;
    const left = before ? (before.x + before.width + x) / 2 : 2;
    const right = after ? (x + width + after.x) / 2 : layout.width - 2;
    // The input's legend has a word below it and nothing on its left: it may lie off the middle.
    const room = input ? right - left - 6 : 2 * Math.min(centre - left, right - centre) - 6;
    const used = Math.max(width, Math.min((input ? WIDTHS.input : WIDTHS.range) * text, room));
    for (const [name, least, each] of FORMS)
      element.classList.toggle(name, used < Math.max(least, each * characters) * text);
    const start = input ? Math.min(centre - used / 2, right - used) : centre - used / 2;
    element.style.width = `${used}px`;
    const down = lane ? lane.body.bottom + 2 - layout.legends - PADDING : 0;
    element.style.transform = `translate(${Math.max(2, start)}px, ${down}px)`;
  }

  /**
   * @param {string[]} columns @param {number | null} limit null: each map has its own @param {HTMLElement} strip
   * @param {string} words that say what it is
   */
  #range(columns, limit, strip, words) {
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
        title: t(words, { columns: name, limit: i18n.full(limit) }),
        "aria-label": t(words, { columns: name, limit: i18n.full(limit) }),
      },
      strip,
      limit > 0
        ? h(
            "span",
            { class: "network-legend-numbers" },
            h("span", null, `≤ −${end}`),
            h("span", { class: "network-legend-zero" }, "0"),
            h("span", null, `≥ +${end}`),
            h("span", { class: "network-legend-both" }, `±${end}`),
          )
        : h(
            "span",
            { class: "network-legend-numbers" },
            h("span", { class: "network-legend-only" }, t("network.legend.zero")),
          ),
    );
  }

  /** Of the differences of two pictures. @param {number[]} range */
  #inputDifference([low, high]) {
    const end = this.#map.i18n.plain(high - low);
    const words = this.#map.t("network.legend.difference", { columns: this.#map.t("network.input"), limit: end });
    return h(
      "div",
      { class: "network-legend is-input", role: "group", title: words, "aria-label": words },
      bar((share) => DIFFERENCES.css(2 * share - 1)),
      h("span", { class: "network-legend-numbers" }, h("span", null, `−${end}`), h("span", null, `+${end}`)),
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
            title: map.t("network.tint.hint"),
            ...does("tint"),
          },
          map.t(tint ? "network.tint.on" : "network.tint.off"),
        ),
        h("span", null, map.i18n.plain(high)),
      ),
    );
  }
}

/**
 * Where the legends of the ranges stand: one below each stretch of columns that share a range and the whole height,
 * and, for a range that has none of those, one below each lane.
 * @param {Layout} layout @param {Ranges} ranges
 */
function stretchesOf({ columns }, { groups }) {
  const groupOf = new Map(groups.flatMap((group) => group.columns.map((name) => [name, group])));
  /** @type {{ group: Ranges["groups"][number], members: PlacedColumn[] }[]} */
  const stretches = [];
  const alone = columns.filter(({ lanes }) => lanes === 1);
  const byLane = columns.filter(({ lanes }) => lanes > 1).sort((a, b) => a.lane - b.lane || a.slot - b.slot);
  const below = new Set(alone.map(({ column }) => groupOf.get(column.name)));
  for (const placed of [...alone, ...byLane]) {
    const group = groupOf.get(placed.column.name);
    if (!group || (placed.lanes > 1 && below.has(group))) continue;
    const last = stretches[stretches.length - 1];
    const before = last?.members[last.members.length - 1];
    if (before && last.group === group && before.lane === placed.lane && before.lanes === placed.lanes)
      last.members.push(placed);
    else stretches.push({ group, members: [placed] });
  }
  return stretches.map(({ group: { limit }, members }) => ({
    limit,
    members,
    columns: members.map(({ column }) => column.name),
  }));
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
