// @ts-check
/** Rows of label, bar and number; a bar begins at 0, wherever that is on the scale. */
import { h } from "../../../elements/dom.js";
import { fixed } from "../model/numbers.js";

/** @typedef {{ label: string, value: number, mark?: boolean, text?: string }} Bar */

export class Bars {
  /** @type {{ row: HTMLElement, bar: HTMLElement, label: HTMLElement, value: HTMLElement }[]} */
  #rows = [];

  /** @param {{ label: string, id: string, tone?: string }} options tone: a class that colours the bars */
  constructor({ label, id, tone = "" }) {
    this.element = h("div", { class: `learn-bars ${tone}`, role: "group", "aria-label": label, "data-bars": id });
  }

  /** @param {Bar[]} bars @param {{ from?: number, to: number, format?: (value: number) => string }} scale */
  update(bars, { from = 0, to, format = (value) => fixed(value) }) {
    while (this.#rows.length < bars.length) {
      const [label, bar, value] = [
        h("span", { class: "learn-bar-label" }),
        h("span", { class: "learn-bar-fill" }),
        h("span", { class: "learn-bar-value" }),
      ];
      const row = h(
        "div",
        { class: "learn-bar-row" },
        label,
        h("span", { class: "learn-bar-track", "aria-hidden": "true" }, bar),
        value,
      );
      this.#rows.push({ row, bar, label, value });
      this.element.append(row);
    }
    for (const { row } of this.#rows.splice(bars.length)) row.remove();
    bars.forEach(({ label, value, mark = false, text }, index) => {
      const line = this.#rows[index];
      line.label.textContent = label;
      line.value.textContent = text ?? format(value);
      line.value.dataset.value = String(value);
      line.row.classList.toggle("marked", mark);
      const place = (/** @type {number} */ at) => Math.min(100, Math.max(0, (100 * (at - from)) / (to - from || 1)));
      const [zero, end] = [place(0), place(Number.isFinite(value) ? value : 0)];
      line.bar.style.left = `${Math.min(zero, end)}%`;
      line.bar.style.width = `${Math.abs(end - zero)}%`;
      line.bar.classList.toggle("negative", value < 0);
    });
  }
}
