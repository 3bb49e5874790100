// @ts-check
/**
 * A larger map as a picture: one canvas pixel a value, a window's outline over it, arrow keys
 * and the pointer move a place on it. Takes what `NumberGrid` takes, where numbers would not fit.
 */
import { h } from "../../../elements/dom.js";
import { followPage, signedColour } from "./colour.js";

/**
 * @typedef {object} MapOptions
 * @property {string} label
 * @property {string} [id] `data-grid`
 * @property {import("./colour.js").Colour} [colour]
 * @property {(at: [number, number]) => void} [onmove]
 */
/**
 * @typedef {object} MapState
 * @property {readonly number[]} shape height, width
 * @property {ArrayLike<number>} data row by row
 * @property {number} [range]
 * @property {{ at: number[], size: number[] } | null} [frame]
 * @property {readonly number[]} [at] where the keyboard stands
 * @property {ArrayLike<number>[]} [channels] red, green and blue planes 0–1 instead of `data`
 */

/** @type {Record<string, [number, number]>} */
const ARROWS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

/**
 * A picture of one or three channels as `update` takes it, in its own colours.
 * @param {{ shape: readonly number[], data: Float32Array }} input
 * @returns {MapState}
 */
export function colourPlanes({ shape: [channels, height, width], data }) {
  const planes = Array.from({ length: channels }, (_, channel) =>
    data.subarray(channel * height * width, (channel + 1) * height * width),
  );
  return {
    shape: [height, width],
    data: planes[0],
    channels: planes.length >= 3 ? planes.slice(0, 3) : [planes[0], planes[0], planes[0]],
  };
}

export class MapView {
  /** @type {readonly number[]} */
  #shape = [0, 0];
  /** @type {readonly number[]} */
  #at = [0, 0];
  /** @type {MapState | null} */
  #state = null;

  /** @param {MapOptions} options */
  constructor(options) {
    this.options = options;
    this.canvas = h("canvas", {
      class: "learn-map-canvas",
      role: "img",
      "aria-label": options.label,
      tabindex: options.onmove ? 0 : null,
      "data-grid": options.id ?? null,
    });
    this.frame = h("div", { class: "learn-grid-frame", hidden: true, "aria-hidden": "true" });
    this.element = h("div", { class: "learn-map-view" }, this.canvas, this.frame);
    followPage(this);
    if (!options.onmove) return;
    this.canvas.addEventListener("pointermove", (/** @type {PointerEvent} */ event) => this.#point(event));
    this.canvas.addEventListener("pointerdown", (/** @type {PointerEvent} */ event) => this.#point(event));
    this.canvas.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => this.#key(event));
  }

  repaint() {
    if (this.#state) this.update(this.#state);
  }

  /** @param {MapState} state */
  update(state) {
    this.#state = state;
    const { shape, data, range = 1, frame = null, at, channels } = state;
    const [height, width] = shape;
    this.#shape = shape;
    if (at) this.#at = at;
    if (this.canvas.width !== width) this.canvas.width = width;
    if (this.canvas.height !== height) this.canvas.height = height;
    this.element.style.aspectRatio = `${width} / ${height}`;
    const painter = /** @type {CanvasRenderingContext2D} */ (this.canvas.getContext("2d"));
    const picture = painter.createImageData(Math.max(1, width), Math.max(1, height));
    const colour = this.options.colour ?? signedColour;
    for (let index = 0; index < width * height; index++) {
      const paint = channels ? channels.map((plane) => 255 * plane[index]) : colour(data[index], range);
      picture.data.set([paint[0], paint[1], paint[2], 255], 4 * index);
    }
    painter.putImageData(picture, 0, 0);
    this.frame.hidden = frame === null;
    if (frame) {
      this.frame.style.top = `${(100 * frame.at[0]) / height}%`;
      this.frame.style.left = `${(100 * frame.at[1]) / width}%`;
      this.frame.style.height = `${(100 * frame.size[0]) / height}%`;
      this.frame.style.width = `${(100 * frame.size[1]) / width}%`;
    }
  }

  /** @param {PointerEvent} event */
  #point(event) {
    const box = this.canvas.getBoundingClientRect();
    this.#move(
      Math.floor(((event.clientY - box.top) / box.height) * this.#shape[0]),
      Math.floor(((event.clientX - box.left) / box.width) * this.#shape[1]),
    );
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const arrow = ARROWS[event.key];
    if (!arrow) return;
    event.preventDefault();
    const step = event.shiftKey ? 8 : 1;
    this.#move(this.#at[0] + arrow[0] * step, this.#at[1] + arrow[1] * step);
  }

  /** @param {number} row @param {number} column */
  #move(row, column) {
    const at = /** @type {[number, number]} */ ([
      Math.min(this.#shape[0] - 1, Math.max(0, row)),
      Math.min(this.#shape[1] - 1, Math.max(0, column)),
    ]);
    this.#at = at;
    this.options.onmove?.(at);
  }
}
