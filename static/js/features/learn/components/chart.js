// @ts-check
/**
 * A line chart that is drawn at its true size (its words never shrink) and read by hovering,
 * touching or arrow keys.
 *
 * @typedef {{ id: string, label: string, points: [number, number][] }} Series
 * @typedef {object} ChartSpec
 * @property {Series[]} series
 * @property {[number, number][]} [dots] single places, such as the steps of a path
 * @property {[number, number]} x @property {[number, number]} y
 * @property {number[]} xTicks @property {number[]} yTicks
 * @property {string} xLabel @property {string} yLabel
 * @property {number | null} [cursor] a place on the x axis
 * @property {(value: number) => string} [xFormat] @property {(value: number) => string} [yFormat]
 */
import { h } from "../../../elements/dom.js";
import { short } from "../model/numbers.js";

const MARGIN = { top: 14, right: 14, bottom: 42, left: 52 };

export class LineChart {
  /** @type {ChartSpec | null} */
  #spec = null;

  /** @param {{ label: string, id: string, height?: number, step?: number, onmove?: (x: number) => void }} options */
  constructor(options) {
    this.options = options;
    this.svg = h("svg:svg", {
      class: "learn-chart",
      role: "img",
      "aria-label": options.label,
      tabindex: options.onmove ? 0 : null,
      "data-chart": options.id,
    });
    this.element = h("div", { class: "learn-chart-box" }, this.svg);
    new ResizeObserver(() => this.#draw()).observe(this.element); // goes with the element
    if (!options.onmove) return;
    this.svg.addEventListener("pointermove", (/** @type {PointerEvent} */ event) => this.#point(event));
    this.svg.addEventListener("pointerdown", (/** @type {PointerEvent} */ event) => this.#point(event));
    this.svg.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
      const by = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
      if (!by || !this.#spec) return;
      event.preventDefault();
      const [from, to] = this.#spec.x;
      options.onmove?.(
        Math.min(to, Math.max(from, (this.#spec.cursor ?? from) + by * (options.step ?? (to - from) / 40))),
      );
    });
  }

  /** @param {ChartSpec} spec */
  update(spec) {
    this.#spec = spec;
    this.#draw();
  }

  /** @param {PointerEvent} event */
  #point(event) {
    if (!this.#spec) return;
    const box = this.svg.getBoundingClientRect();
    const [from, to] = this.#spec.x;
    const place = (event.clientX - box.left - MARGIN.left) / (box.width - MARGIN.left - MARGIN.right);
    this.options.onmove?.(Math.min(to, Math.max(from, from + place * (to - from))));
  }

  #draw() {
    const spec = this.#spec;
    const width = this.element.clientWidth;
    if (!spec || width === 0) return;
    const height = this.options.height ?? 240;
    const { xFormat = short, yFormat = short } = spec;
    const across = (/** @type {number} */ x) =>
      MARGIN.left + ((x - spec.x[0]) / (spec.x[1] - spec.x[0])) * (width - MARGIN.left - MARGIN.right);
    const down = (/** @type {number} */ y) =>
      height - MARGIN.bottom - ((y - spec.y[0]) / (spec.y[1] - spec.y[0])) * (height - MARGIN.top - MARGIN.bottom);
    const clamp = (/** @type {number} */ y) => Math.min(spec.y[1], Math.max(spec.y[0], y));
    this.svg.setAttribute("width", String(width));
    this.svg.setAttribute("height", String(height));
    this.svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    const line = (/** @type {string} */ name, /** @type {number[]} */ [x1, y1, x2, y2]) =>
      h("svg:line", { class: name, x1, y1, x2, y2 });
    const text = (
      /** @type {number} */ x,
      /** @type {number} */ y,
      /** @type {string} */ anchor,
      /** @type {string} */ words,
      name = "learn-tick",
    ) => h("svg:text", { x, y, "text-anchor": anchor, class: name }, words);
    const bottom = height - MARGIN.bottom;
    this.svg.replaceChildren(
      ...spec.yTicks.flatMap((tick) => [
        line(tick === 0 ? "learn-axis" : "learn-rule", [MARGIN.left, down(tick), width - MARGIN.right, down(tick)]),
        text(MARGIN.left - 8, down(tick) + 4, "end", yFormat(tick)),
      ]),
      ...spec.xTicks.flatMap((tick) => [
        line(tick === 0 ? "learn-axis" : "learn-rule", [across(tick), MARGIN.top, across(tick), bottom]),
        text(across(tick), bottom + 17, "middle", xFormat(tick)),
      ]),
      text((MARGIN.left + width - MARGIN.right) / 2, height - 6, "middle", spec.xLabel, "learn-axis-label"),
      text(MARGIN.left, MARGIN.top - 3, "start", spec.yLabel, "learn-axis-label"),
      ...spec.series.map(({ id, points }) =>
        h("svg:polyline", {
          class: `learn-line learn-line-${id}`,
          points: points.map(([x, y]) => `${across(x).toFixed(1)},${down(clamp(y)).toFixed(1)}`).join(" "),
        }),
      ),
      ...(spec.dots ?? []).map(([x, y]) =>
        h("svg:circle", { class: "learn-step", cx: across(x), cy: down(clamp(y)), r: 4 }),
      ),
      ...(spec.cursor === null || spec.cursor === undefined
        ? []
        : [
            line("learn-cursor", [across(spec.cursor), MARGIN.top, across(spec.cursor), bottom]),
            ...spec.series.flatMap(({ id, points }) => {
              const near = nearest(points, /** @type {number} */ (spec.cursor));
              return near
                ? [
                    h("svg:circle", {
                      class: `learn-dot learn-dot-${id}`,
                      cx: across(/** @type {number} */ (spec.cursor)),
                      cy: down(clamp(near[1])),
                      r: 5,
                      "data-value": near[1],
                    }),
                  ]
                : [];
            }),
          ]),
    );
  }
}

/**
 * The point at x, between two neighbours if need be.
 * @param {[number, number][]} points
 * @param {number} x
 * @returns {[number, number] | null}
 */
function nearest(points, x) {
  const after = points.findIndex((point) => point[0] >= x);
  if (after < 0) return points.at(-1) ?? null;
  if (after === 0) return points[0];
  const [[x0, y0], [x1, y1]] = [points[after - 1], points[after]];
  return [x, y0 + ((x - x0) / (x1 - x0)) * (y1 - y0)];
}
