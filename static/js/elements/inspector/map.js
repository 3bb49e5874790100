// @ts-check
/**
 * The large map of the inspector, with a crosshair that reads single values by pointer or arrow keys.
 */
import {
  ACTIVATIONS,
  DIFFERENCES,
  GREY,
  channelScale,
  pageIs,
  paintDiverging,
  paintSequential,
} from "../../draw/colour.js";
import { coverOutside } from "../../draw/maps.js";
import { exact } from "../../core/i18n.js";
import { offset } from "../../model/trace.js";
import { unitValues } from "../../model/statistics.js";
import { leave, setHover } from "../../state/actions.js";
import { paintedOf } from "../../state/selectors.js";
import { INPUT } from "../../model/model.js";
import { regionsBehind, visiblePart } from "../../model/receptive-field.js";
import { does } from "../context.js";
import { h } from "../dom.js";
import { icon } from "../icons.js";
import { resize } from "./spread.js";
import { bar } from "../network/legends.js";

/** @typedef {import("./inspector.js").Subject} Subject */

export class InspectorMap {
  #host;
  /** @type {Subject | null} */
  #subject = null;
  #canvas = h("canvas", { class: "inspector-canvas", "aria-hidden": "true" });
  #cross = h("div", { class: "inspector-cross", hidden: true });
  #value = h("output", { class: "inspector-value" });
  #where = h("span", { class: "inspector-where" });
  #reads = h("p", { class: "inspector-reads" });
  #copy;
  #legend = h("div", { class: "inspector-legend" });
  #bars = { values: bar((share) => ACTIVATIONS.css(2 * share - 1)), input: bar((share) => GREY.css(share)) };
  /** What the first is made for: whether on a dark page, whether for differences. */
  #barFor = `${pageIs() === "dark"} false`;
  /** The values are differences from A. */
  #differs = false;
  #pad;
  element;

  /** @param {import("./inspector.js").LoupeInspector} host */
  constructor(host) {
    this.#host = host;
    this.#pad = h("div", { class: "inspector-map", tabindex: "0", role: "group" }, this.#canvas, this.#cross);
    this.#copy = h("button", {
      type: "button",
      class: "inspector-copy",
      "data-action": "copy-value",
      ...does("copy", () => ({
        text: this.#value.dataset.value ?? "",
        copied: (/** @type {boolean} */ done) => this.#announceCopy(done),
      })),
    });
    this.element = h(
      "figure",
      { class: "inspector-figure" },
      this.#pad,
      this.#legend,
      h("figcaption", null, this.#where, this.#value, this.#copy),
      this.#reads,
    );
    this.#pad.addEventListener("pointermove", (/** @type {PointerEvent} */ event) => this.#lookAt(event));
    this.#pad.addEventListener("pointerdown", (/** @type {PointerEvent} */ event) => this.#lookAt(event));
    this.#pad.addEventListener(
      "pointerleave",
      (/** @type {PointerEvent} */ event) => event.pointerType !== "touch" && this.#letGo(),
    );
    this.#pad.addEventListener("blur", () => this.#letGo());
    this.#pad.addEventListener("click", () => this.#open());
    this.#pad.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => this.#keys(event));
  }

  /** @param {Subject} subject */
  show(subject) {
    this.#subject = subject;
    const { model, column, unit, tensor } = subject;
    const { t, i18n } = { t: this.#host.t.bind(this.#host), i18n: this.#host.i18n };
    const [, rows, columns] = tensor.shape;
    const canvas = this.#canvas;
    resize(canvas, columns, rows);
    const context = canvas.getContext("2d");
    const image = context.createImageData(columns, rows);
    const pixels = new Uint32Array(image.data.buffer);
    const values = unitValues(tensor, unit);
    const { scene } = this.#host;
    const { ranges, alignment, differs = false } = scene ? paintedOf(this.#host.store.state, scene) : {};
    const [low, high] = model.input.range;
    const limit = column.layer ? (ranges?.limit(column.name, unit) ?? 0) : high - low;
    const scale = differs ? DIFFERENCES : ACTIVATIONS;
    if (column.layer || differs) paintDiverging(pixels, 0, values, limit, scale);
    else
      paintSequential(
        pixels,
        0,
        values,
        low,
        high,
        channelScale(model.input.channels[unit], this.#host.store.state.tint),
      );
    context.putImageData(image, 0, 0);
    const field = alignment?.get(column.name)?.field;
    if (field)
      coverOutside(context, [{ x: 0, y: 0, width: columns, height: rows }], tensor.shape, field, this.#host.theme.line);
    this.#pad.style.aspectRatio = `${columns} / ${rows}`;
    this.#pad.style.maxWidth = `${Math.min(1, columns / rows) * 20}rem`;
    this.#pad.setAttribute("aria-label", t("network.inspector.map", { rows, columns }));
    const end = i18n.value(limit).replace(/^[+−]/, "");
    const colours = `${this.#host.store.state.dark} ${differs}`;
    if (colours !== this.#barFor) this.#bars.values = bar((share) => scale.css(2 * share - 1));
    this.#barFor = colours;
    this.#differs = differs;
    this.#legend.replaceChildren(
      ...(column.layer || differs
        ? [
            h("span", { "data-value": exact(-limit) }, `≤ −${end}`),
            this.#bars.values,
            h("span", { "data-value": exact(limit) }, `≥ +${end}`),
          ]
        : [h("span", null, i18n.plain(low)), this.#bars.input, h("span", null, i18n.plain(high))]),
    );
    this.#announceCopy(false);
    this.point(this.#host.store.state.hover?.at ?? null);
  }

  detach() {
    this.#subject = null;
  }

  /** Mark one value and read it out; null marks none. @param {number[] | null} at [row, column] */
  point(at) {
    const subject = this.#subject;
    if (!subject) return;
    const { i18n } = this.#host;
    const [, rows, columns] = subject.tensor.shape;
    const inside = at !== null && at[0] >= 0 && at[0] < rows && at[1] >= 0 && at[1] < columns;
    this.#cross.hidden = this.#copy.hidden = this.#reads.hidden = !inside;
    if (!inside || !at) {
      this.#where.textContent = this.#host.t("network.inspector.point");
      this.#value.textContent = "";
      this.#value.removeAttribute("data-value");
      return;
    }
    const { style } = this.#cross;
    style.left = `${(100 * at[1]) / columns}%`;
    style.top = `${(100 * at[0]) / rows}%`;
    style.width = `${100 / columns}%`;
    style.height = `${100 / rows}%`;
    const value = subject.tensor.data[offset(subject.tensor.shape, [subject.unit, ...at])];
    const layer = subject.column.layer ? subject.column.name : this.#host.t("network.input");
    const sign = this.#differs ? "Δ " : "";
    this.#where.textContent = `${sign}${layer}[${[subject.unit, ...at].join(", ")}] =`;
    this.#value.textContent = i18n.full(value);
    this.#value.dataset.value = exact(value);
    this.#reads.replaceChildren(...this.#sources(subject, at).map((text) => h("span", null, text)));
  }

  /**
   * What a value was made from, in the layer before and in the picture.
   * @param {Subject} subject
   * @param {number[]} at
   */
  #sources({ model, column, unit }, at) {
    if (!column.layer) return [];
    const regions = regionsBehind(model, { layer: column.name, unit, at });
    const picture = regions.find(({ layer }) => layer === INPUT);
    const part = picture && visiblePart(picture);
    return part
      ? [
          this.#host.t("network.inspector.sees", {
            top: part.top,
            bottom: part.bottom,
            left: part.left,
            right: part.right,
          }),
        ]
      : [];
  }

  /** @param {PointerEvent} event */
  #lookAt(event) {
    const subject = this.#subject;
    if (!subject) return;
    const { left, top, width, height } = this.#pad.getBoundingClientRect();
    const [, rows, columns] = subject.tensor.shape;
    this.#at([
      Math.floor(((event.clientY - top) / height) * rows),
      Math.floor(((event.clientX - left) / width) * columns),
    ]);
  }

  /** @param {number[]} at */
  #at([row, column]) {
    const subject = /** @type {Subject} */ (this.#subject);
    const [, rows, columns] = subject.tensor.shape;
    const at = [Math.min(rows - 1, Math.max(0, row)), Math.min(columns - 1, Math.max(0, column))];
    const { hover } = this.#host.store.state;
    if (
      hover?.at &&
      hover.at[0] === at[0] &&
      hover.at[1] === at[1] &&
      hover.layer === subject.column.name &&
      hover.unit === subject.unit
    )
      return;
    setHover(this.#host.store, { layer: subject.column.name, unit: subject.unit, at });
  }

  #letGo() {
    const { hover } = this.#host.store.state;
    if (!this.#subject || !hover?.at) return;
    leave(this.#host.store);
  }

  #open() {
    const { hover } = this.#host.store.state;
    if (hover?.at) this.#host.perform("open-view", hover);
  }

  /** @param {KeyboardEvent} event */
  #keys(event) {
    const step = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
    const subject = this.#subject;
    if (!subject || event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.key === "Enter") return this.#open();
    if (!step) return;
    event.preventDefault();
    const [, rows, columns] = subject.tensor.shape;
    const at = this.#host.store.state.hover?.at ?? [Math.floor(rows / 2) - step[0], Math.floor(columns / 2) - step[1]];
    const size = event.shiftKey ? 5 : 1;
    this.#at([at[0] + size * step[0], at[1] + size * step[1]]);
  }

  /** @type {boolean | null} */
  #copied = null;
  /** @param {boolean} copied */
  #announceCopy(copied) {
    if (copied === this.#copied) return;
    this.#copied = copied;
    this.#copy.replaceChildren(icon(copied ? "check" : "copy"));
    this.#copy.title = this.#host.t(copied ? "network.inspector.copied" : "network.inspector.copy");
    this.#copy.setAttribute("aria-label", this.#host.t("network.inspector.copy"));
  }
}
