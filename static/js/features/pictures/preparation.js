// @ts-check
/**
 * The way from the file to the tensor, as the engine went it: one card for each step with the picture
 * after it, what was done and why, and one pixel followed through all of them.
 */
import { createTask, SUPERSEDED } from "../../core/timing.js";
import { applied, inInput, stages } from "../../model/preparation.js";
import { unedited } from "../../model/scene.js";
import { ownOf, sampleOf } from "../../state/selectors.js";
import { context } from "../../elements/context.js";
import { h } from "../../elements/dom.js";
import { LoupeElement } from "../../elements/element.js";
import { sentence } from "../../elements/sentence.js";
import { loadStyle } from "../../elements/styles.js";

/** Longest side of a card's picture, in CSS pixels. */
const SIDE = 132;

class LoupePreparation extends LoupeElement {
  #task = createTask();
  /** @type {any} */
  #preparation = null;
  /**
   * @type {{ stage: HTMLElement, canvas: HTMLCanvasElement, mark: HTMLElement, values: HTMLElement,
   *   pixels: ImageData }[]}
   */
  #cards = [];
  /** The followed pixel of the input: row, column. @type {[number, number]} */
  #at = [0, 0];

  start() {
    void loadStyle("pictures");
    this.list = h("ol", { class: "stages" });
    this.said = h("p", { class: "note", role: "status" });
    this.replaceChildren(this.said, this.list, h("p", { class: "note" }, this.t("pictures.preparation.small")));
    this.watch(
      (state) => [state.model, state.picture, ownOf(state, state.picture)],
      () => void this.#load(),
    );
    this.watch(
      (state) => state.run,
      () => this.#follow(),
    );
  }

  async #load() {
    const { model, picture } = this.store.state;
    const own = ownOf(this.store.state, picture);
    const sample = sampleOf(this.store.state, picture);
    if (picture?.source === "noise") this.list.replaceChildren();
    if (!this.list.childElementCount)
      this.#announce(this.t(`pictures.preparation.${picture?.source === "noise" ? "none" : "loading"}`));
    if (!model || (!own && !sample)) return;
    const { api } = context();
    try {
      const answer = await this.#task(async (signal) => {
        const bytes = own?.blob ?? sample?.blob ?? { sample: /** @type {any} */ (sample).id };
        return api.prepare(model.id, bytes, { ...own?.crop }, signal);
      });
      if (answer !== SUPERSEDED) await this.#build(answer.preparation, own);
    } catch (error) {
      this.#announce(sentence(this.i18n, /** @type {any} */ (error)));
    }
  }

  /** @param {string} text */
  #announce(text) {
    this.said.hidden = false;
    this.said.textContent = text;
  }

  /** @param {any} preparation @param {import("../../state/initial.js").OwnPicture | undefined} own */
  async #build(preparation, own) {
    const { source, steps } = preparation;
    const shown = [steps[0].before, ...steps.map((/** @type {any} */ step) => step.after)];
    const pixels = await Promise.all(shown.map(pixelsOf));
    if (!this.isConnected) return;
    this.#preparation = preparation;
    this.said.hidden = true;
    const first = {
      id: own?.reducedFrom ? "reduced" : "file",
      params: { ...source, ...(own?.reducedFrom && { from: `${own.reducedFrom.width}×${own.reducedFrom.height}` }) },
    };
    this.#cards = [first, ...steps].map((step, stage) =>
      this.#card(step, stage, shown[stage], pixels[stage], shown.length),
    );
    this.list.replaceChildren(...this.#cards.map(({ stage }) => stage));
    const [, height, width] = /** @type {any} */ (this.store.state.model).input.shape;
    this.#at = [Math.floor(height / 2), Math.floor(width / 2)];
    this.#follow();
  }

  /**
   * @param {{ id: string, params: Record<string, any>, before?: any, after?: any }} step
   * @param {number} stage @param {any} shown @param {ImageData} pixels @param {number} count
   */
  #card(step, stage, shown, pixels, count) {
    const canvas = h("canvas", { class: "pixelated", width: pixels.width, height: pixels.height });
    canvas.getContext("2d").putImageData(pixels, 0, 0);
    const scale = SIDE / Math.max(pixels.width, pixels.height);
    canvas.style.width = `${Math.max(8, pixels.width * scale)}px`;
    canvas.style.height = `${Math.max(8, pixels.height * scale)}px`;
    const mark = h("span", { class: "stage-mark" });
    const values = h("output", { class: "stage-numbers" });
    const last = stage === count - 1;
    const holder = h(
      "div",
      {
        class: "stage-picture",
        ...(last
          ? { tabindex: 0, role: "application", "aria-label": this.t("pictures.preparation.follow") }
          : { "aria-hidden": "true" }),
      },
      canvas,
      mark,
    );
    const point = (/** @type {PointerEvent} */ event) => {
      const box = canvas.getBoundingClientRect();
      this.#hover(stage, [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height]);
    };
    holder.addEventListener("pointermove", point);
    holder.addEventListener("pointerdown", point);
    if (last) holder.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => this.#key(event));
    const element = h(
      "li",
      { class: "stage-card", "data-step": step.id, "data-unchanged": unchanged(step) },
      h("h3", null, this.t(`pictures.steps.${step.id}.title`)),
      holder,
      h("p", { class: "stage-size mono" }, `${shown.width}×${shown.height}`),
      values,
      h("p", { class: "stage-words" }, this.#words(step, last)),
    );
    return { stage: element, canvas, mark, values, pixels };
  }

  /**
   * What this step did to this picture.
   * @param {{ id: string, params: Record<string, any> }} step @param {boolean} last
   */
  #words({ id, params }, last) {
    const { key, values } = describe(id, params, last);
    const said = [this.t(`pictures.steps.${id}.why`), this.t(`pictures.steps.${id}.${key}`, values)];
    if (id === "colours" && params.bits > 8) said.push(this.t("pictures.steps.colours.bits", { bits: params.bits }));
    return said.join(" ");
  }

  /** @param {number} stage @param {[number, number]} place */
  #hover(stage, place) {
    const { model } = this.store.state;
    if (!model || !this.#preparation) return;
    const [, height, width] = model.input.shape;
    const [x, y] = inInput(this.#preparation, stage, place, [height, width]);
    const within = (/** @type {number} */ share, /** @type {number} */ size) =>
      Math.min(size - 1, Math.max(0, Math.floor(share * size)));
    this.#at = [within(y, height), within(x, width)];
    this.#follow();
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const step = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
    const { model } = this.store.state;
    if (!step || !model) return;
    event.preventDefault();
    const [, height, width] = model.input.shape;
    this.#at = [
      Math.min(height - 1, Math.max(0, this.#at[0] + step[0])),
      Math.min(width - 1, Math.max(0, this.#at[1] + step[1])),
    ];
    this.#follow();
  }

  /** Mark the pixel on every card and say its numbers there. */
  #follow() {
    const { model, run } = unedited(this.store.state.scenes) ?? {};
    const input = run?.input;
    if (!model || !input || !this.#cards.length) return;
    const [channels, height, width] = model.input.shape;
    const [row, column] = this.#at;
    const { steps } = this.#preparation;
    const scaled = steps.findIndex((/** @type {any} */ step) => step.id === "scale");
    const places = stages(this.#preparation, [(column + 0.5) / width, (row + 0.5) / height], [height, width]);
    this.#cards.forEach(({ stage, canvas, mark, values, pixels }, index) => {
      const [x, y] = places[index];
      mark.style.left = `${canvas.offsetLeft + x * canvas.offsetWidth}px`;
      mark.style.top = `${canvas.offsetTop + y * canvas.offsetHeight}px`;
      const last = index === this.#cards.length - 1;
      const numbers = last
        ? Array.from({ length: channels }, (_, channel) => input.data[(channel * height + row) * width + column])
        : index > scaled
          ? this.#between(steps.slice(scaled, index), this.#cards[scaled], places[scaled], channels)
          : bytesAt(pixels, x, y);
      const order = steps.slice(0, index).some((/** @type {any} */ step) => step.id === "channels");
      values.replaceChildren(...this.#numbers(numbers, index > scaled, order));
      if (last)
        /** @type {HTMLElement} */ (stage.querySelector(".stage-size")).textContent = this.t(
          "pictures.preparation.at",
          { place: `input[:, ${row}, ${column}]` },
        );
    });
  }

  /**
   * The values of a place after some steps of values, from the picture before them.
   * @param {any[]} steps @param {{ pixels: ImageData }} card @param {[number, number]} place @param {number} channels
   */
  #between(steps, { pixels }, [x, y], channels) {
    const values = bytesAt(pixels, x, y)?.slice(0, channels) ?? null;
    return values && steps.reduce((found, step) => applied(step, found), values);
  }

  /** @param {number[] | null} numbers @param {boolean} scaled @param {boolean} reversed blue comes first */
  #numbers(numbers, scaled, reversed) {
    if (!numbers) return [h("span", null, this.t("pictures.preparation.outside"))];
    const usual = numbers.length === 1 && scaled ? ["grey"] : ["red", "green", "blue", "alpha"];
    const own = this.store.state.model?.input.channels ?? usual;
    const names = !scaled ? usual : reversed || own[0] !== "blue" ? own : [...own].reverse();
    return numbers.map((value, channel) =>
      h(
        "span",
        { "data-value": value, title: this.i18n.full(value), class: "stage-number" },
        h("i", { class: `dot dot-${names[channel]}` }),
        scaled ? value.toFixed(3) : String(value),
      ),
    );
  }
}

/** @param {{ id: string, params: Record<string, any> }} step */
const unchanged = ({ id, params }) => describe(id, params).key === "nothing";

/**
 * Which sentence tells what a step did, and its numbers.
 * @param {string} id @param {Record<string, any>} params @param {boolean} [last] whether it makes the input
 * @returns {{ key: string, values: Record<string, string | number> }}
 */
export function describe(id, params, last = true) {
  const done = last ? "done" : "between";
  switch (id) {
    case "orientation":
      return params.exif > 1 ? { key: "done", values: { exif: params.exif } } : { key: "nothing", values: {} };
    case "colours":
      return colours(params);
    case "alpha":
      return params.present ? { key: "done", values: {} } : { key: "nothing", values: {} };
    case "crop":
      if (params.fit === "contain" || params.fit === "stretch") return { key: params.fit, values: {} };
      return { key: "done", values: { x: params.x, y: params.y, size: params.size, rotate: params.rotate } };
    case "resize":
      return { key: "done", values: { from: params.from.join("×"), to: params.to.join("×"), filter: params.filter } };
    case "scale":
      return { key: done, values: { divisor: params.divisor } };
    case "invert":
    case "channels":
      return { key: done, values: {} };
    case "normalise":
      return { key: done, values: normalised(params) };
    default:
      return { key: "done", values: params };
  }
}

/** Its numbers as text; one stands for all channels where they are alike. @param {Record<string, any>} params */
function normalised({ scale, mean, std, to }) {
  const short = (/** @type {number} */ value) => String(Number(value.toPrecision(4)));
  const all = (/** @type {number[]} */ values) =>
    values.every((value) => value === values[0]) ? short(values[0]) : `(${values.map(short).join(", ")})`;
  return { scale: short(scale), mean: all(mean), std: all(std), low: short(to[0]), high: short(to[1]) };
}

/** @param {Record<string, any>} params @returns {{ key: string, values: Record<string, string | number> }} */
function colours({ from, to, bits, profile, by, ...said }) {
  if (by) return { key: by, values: { from, to, profile, ...said } };
  if (profile === "ignored") return { key: "ignored", values: { from, to } };
  if (from !== to) return { key: "done", values: { from, to } };
  if (bits > 8) return { key: "same", values: {} };
  return profile ? { key: "named", values: { profile } } : { key: "nothing", values: {} };
}

/** @param {{ picture: string }} shown a data: address that the engine made @returns {Promise<ImageData>} */
async function pixelsOf({ picture }) {
  const image = new Image();
  image.src = picture;
  await image.decode();
  const canvas = document.createElement("canvas");
  Object.assign(canvas, { width: image.naturalWidth, height: image.naturalHeight });
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d", { willReadFrequently: true }));
  context.drawImage(image, 0, 0);
  return context.getImageData(0, 0, canvas.width, canvas.height);
}

/**
 * Red, green, blue (and alpha where there is some) at a place, or null outside.
 * @param {ImageData} pixels
 * @param {number} x
 * @param {number} y
 */
function bytesAt({ data, width, height }, x, y) {
  const [column, row] = [Math.floor(x * width), Math.floor(y * height)];
  if (column < 0 || row < 0 || column >= width || row >= height) return null;
  const place = 4 * (row * width + column);
  const alpha = data[place + 3];
  return [...data.subarray(place, place + (alpha < 255 ? 4 : 3))];
}

customElements.define("loupe-preparation", LoupePreparation);
