// @ts-check
/**
 * Slide a kernel over a small picture that one can draw, or over the current photograph:
 * the window, its products, their sum, the mean, and the whole result.
 */
import { h } from "../../../elements/dom.js";
import { LoupeElement } from "../../../elements/element.js";
import { weightColour } from "../components/colour.js";
import { button, choices, stepper, toggle } from "../components/controls.js";
import { NumberGrid } from "../components/grid.js";
import { kernelIcon } from "../components/kernel-icon.js";
import { MapView } from "../components/map.js";
import { i, joined, math, n, o, row, frac } from "../components/mathml.js";
import { correlate, products, windowAt } from "../model/convolution.js";
import { equal, largest, planeOf, replace, rotate180, size, total } from "../model/matrix.js";
import { bracketed, fixed, short } from "../model/numbers.js";
import { KERNELS, PHOTO_KERNELS, PICTURES, kernelOf, pictureOf } from "../model/presets.js";

const PHOTO = "photo";

/** @typedef {import("../model/matrix.js").Matrix} Matrix */

export class Widget extends LoupeElement {
  /** What is shown; `at` is the window's first cell. */
  state = {
    picture: "letter-x",
    image: pictureOf("letter-x").values,
    kernelId: "falling",
    kernel: kernelOf("falling").values,
    flip: false,
    at: [1, 1],
  };

  start() {
    const label = (/** @type {string} */ key) => this.t(`learn.convolution.${key}`);
    this.image = new NumberGrid({
      id: "picture",
      label: label("picture"),
      onmove: (at) => this.#centre(at),
      onedit: (at, value) =>
        this.#edit({
          image: replace(this.state.image, at, value),
          at: this.#clamped([at[0] - this.#half[0], at[1] - this.#half[1]]),
        }),
    });
    this.photo = new MapView({
      id: "photo",
      label: label("photo"),
      onmove: (at) => this.#centre(at),
      colour: (value) => Array(3).fill(Math.round(255 * value)),
    });
    this.kernel = new NumberGrid({
      id: "kernel",
      label: label("kernel"),
      colour: weightColour,
      onedit: (at, value) => this.#edit({ kernel: replace(this.state.kernel, at, value), kernelId: "own" }),
    });
    this.window = new NumberGrid({ id: "window", label: label("window") });
    this.products = new NumberGrid({ id: "products", label: label("products") });
    this.result = new NumberGrid({
      id: "result",
      label: label("result"),
      onmove: (at) => this.#move(at),
      format: (value) => (this.#mean ? fixed(value) : short(value)),
    });
    this.photoResult = new MapView({ id: "photo-result", label: label("result"), onmove: (at) => this.#move(at) });
    this.steps = stepper({
      count: 49,
      interval: 350,
      label: label("position"),
      onstep: (index) => {
        const [, columns] = size(this.#output);
        this.#move([Math.floor(index / columns), index % columns]);
      },
    });
    this.cleanup(() => this.steps?.stop());
    this.sum = h("div", { class: "learn-widget-sum", role: "status", "aria-live": "off" });
    this.note = h("p", { class: "learn-widget-note" });
    this.flip = toggle({ id: "flip", label: label("flip"), value: false, onchange: (flip) => this.#edit({ flip }) });
    this.torch = toggle({
      id: "torch",
      label: label("torch"),
      value: false,
      onchange: (on) => void this.classList.toggle("is-torch", on),
    });
    this.clear = button({
      id: "clear",
      text: label("clear"),
      onclick: () => this.#edit({ image: this.state.image.map((line) => line.map(() => 0)) }),
    });

    this.pictures = choices({
      id: "picture",
      label: label("choose_picture"),
      value: this.state.picture,
      options: [
        ...PICTURES.map(({ id }) => ({ id, text: label(`pictures.${id}`) })),
        { id: PHOTO, text: label("pictures.photo") },
      ],
      onchange: (id) => this.#choosePicture(id),
    });
    this.kernels = h("div", { class: "learn-widget-kernels" });
    const figure = (/** @type {string} */ key, /** @type {Element[]} */ ...parts) =>
      h("figure", { class: "learn-widget-figure", "data-part": key }, h("figcaption", null, label(key)), ...parts);
    this.sign = h("span", { class: "learn-widget-operator", "aria-hidden": "true" }, "⊙");
    this.replaceChildren(
      h("div", { class: "learn-widget-controls" }, this.pictures.element, this.kernels),
      h(
        "div",
        { class: "learn-widget-stage learn-convolution-stage" },
        figure("picture", this.image.element, this.photo.element),
        h(
          "div",
          { class: "learn-convolution-middle" },
          h(
            "div",
            { class: "learn-convolution-operands" },
            figure("window", this.window.element),
            this.sign,
            figure("kernel", this.kernel.element),
          ),
          figure("products", this.products.element),
          this.sum,
        ),
        figure("result", this.result.element, this.photoResult.element),
      ),
      h("div", { class: "learn-widget-foot" }, this.steps.element, this.flip.element, this.torch.element, this.clear),
      this.note,
    );
    this.watch(
      ({ run }) => run,
      () => this.state.picture === PHOTO && this.#choosePicture(PHOTO),
    );
    this.#showKernels();
    this.#draw();
  }

  /** The kernel as it is applied. */
  get #applied() {
    return this.state.flip ? rotate180(this.state.kernel) : this.state.kernel;
  }

  /** Whether the picture and the kernel are of ±1 alone, so that sum / cells reads as "how alike". */
  get #mean() {
    const signs = (/** @type {Matrix} */ matrix) =>
      matrix.every((line) => line.every((value) => Math.abs(value) === 1));
    return this.state.picture !== PHOTO && signs(this.state.image) && signs(this.state.kernel);
  }

  get #half() {
    return size(this.state.kernel).map((side) => Math.floor(side / 2));
  }

  /** @returns {Matrix} sums, or means where they say something */
  get #output() {
    const sums = correlate(this.state.image, this.#applied);
    const cells = total(this.state.kernel.map((line) => line.map(() => 1)));
    return this.#mean ? sums.map((line) => line.map((sum) => sum / cells)) : sums;
  }

  /** @param {number[]} at */
  #clamped(at) {
    const [image, kernel] = [size(this.state.image), size(this.state.kernel)];
    return at.map((place, axis) => Math.min(image[axis] - kernel[axis], Math.max(0, place)));
  }

  /** The window's middle goes to a cell of the picture. @param {readonly number[]} at */
  #centre(at) {
    this.#move([at[0] - this.#half[0], at[1] - this.#half[1]]);
  }

  /** @param {readonly number[]} at */
  #move(at) {
    const clamped = this.#clamped([...at]);
    if (clamped[0] === this.state.at[0] && clamped[1] === this.state.at[1]) return;
    this.state = { ...this.state, at: clamped };
    this.#draw();
  }

  /** @param {Partial<Widget["state"]>} patch */
  #edit(patch) {
    this.state = { ...this.state, ...patch };
    this.state = { ...this.state, at: this.#clamped(this.state.at) };
    if (patch.kernel) this.#showKernels();
    this.#draw();
  }

  /** @param {string} id */
  #choosePicture(id) {
    const { run } = this.store.state;
    if (id === PHOTO) {
      if (!run) return;
      const planes = Array.from({ length: run.input.shape[0] }, (_, channel) => planeOf(run.input, channel));
      const image = planes[0].map((line, row) =>
        line.map((_, column) => planes.reduce((sum, plane) => sum + plane[row][column], 0) / planes.length),
      );
      const kernelId =
        PHOTO_KERNELS.includes(this.state.kernelId) || this.state.kernelId === "own"
          ? this.state.kernelId
          : PHOTO_KERNELS[0];
      const kernel = kernelId === "own" ? this.state.kernel : kernelOf(kernelId).values;
      this.#edit({
        picture: id,
        image,
        kernelId,
        kernel,
        at:
          this.state.picture === PHOTO
            ? this.state.at
            : [Math.floor(image.length / 2), Math.floor(image[0].length / 2)],
      });
      return;
    }
    const preset = pictureOf(id);
    const first =
      this.state.kernelId !== "own" && preset.kernels.includes(this.state.kernelId)
        ? this.state.kernelId
        : preset.kernels[0];
    this.#edit({
      picture: id,
      image: preset.values,
      kernelId: first,
      kernel: kernelOf(first).values,
      at: preset.at ?? [1, 1],
    });
  }

  #showKernels() {
    const { picture, kernelId, kernel } = this.state;
    const ids = picture === PHOTO ? PHOTO_KERNELS : pictureOf(picture).kernels;
    const shown = [
      ...ids,
      ...KERNELS.map(({ id }) => id).filter((id) => PHOTO_KERNELS.includes(id) && !ids.includes(id)),
    ];
    const key = `${picture} ${shown.join()}`;
    if (this.kernels.dataset.key !== key) {
      this.kernels.dataset.key = key;
      this.choice = choices({
        id: "kernel",
        label: this.t("learn.convolution.choose_kernel"),
        value: kernelId,
        options: shown.map((id) => ({
          id,
          text: this.t(`learn.convolution.kernels.${id}.name`),
          icon: kernelIcon(kernelOf(id).values),
        })),
        onchange: (id) => this.#edit({ kernelId: id, kernel: kernelOf(id).values }),
      });
      this.kernels.replaceChildren(this.choice.element);
    }
    this.choice?.set(KERNELS.find((preset) => preset.id === kernelId && equal(preset.values, kernel))?.id ?? "");
  }

  #draw() {
    const { image, kernelId, picture, at, flip } = this.state;
    if (
      !this.image ||
      !this.photo ||
      !this.kernel ||
      !this.window ||
      !this.products ||
      !this.result ||
      !this.photoResult ||
      !this.steps ||
      !this.clear ||
      !this.note
    )
      return;
    const photo = picture === PHOTO;
    const applied = this.#applied;
    const output = this.#output;
    const [cells, span] = [products(image, applied, at), size(applied)];
    const sum = total(cells);
    const frame = { at, size: span };
    const chosen = { at, size: [1, 1] };
    const imageRange = photo ? 1 : 1.8 * Math.max(1, largest(image)); // ±1 in quieter colours than the scale's ends
    const outputRange = this.#mean ? 1 : Math.max(1e-9, largest(output));
    const toggled = image.flat().some((value) => value < 0) ? [-1, 1] : [0, 1];
    this.image.options.toggle = toggled;
    this.image.element.hidden = this.result.element.hidden = photo;
    this.photo.element.hidden = this.photoResult.element.hidden = !photo;
    if (photo) {
      this.photo.update({
        shape: size(image),
        data: image.flat(),
        frame,
        at: [at[0] + this.#half[0], at[1] + this.#half[1]],
      });
      this.photoResult.update({ shape: size(output), data: output.flat(), range: outputRange, frame: chosen, at });
    } else {
      this.image.update({ values: image, range: imageRange, frame });
      this.result.update({ values: output, range: outputRange, frame: chosen });
    }
    this.window.update({ values: windowAt(image, applied, at), range: imageRange });
    this.kernel.update({ values: applied, range: 1.5 * largest(applied) || 1 });
    this.products.update({ values: cells, range: 1.5 * largest(cells) || 1 });
    this.kernel.element.classList.toggle("flipped", flip);
    this.steps.set(at[0] * size(output)[1] + at[1], output.flat().length);
    this.clear.hidden = photo;
    this.#showSum(cells, sum);
    const words = this.t(`learn.convolution.kernels.${kernelId}.note`);
    const same = flip && equal(applied, this.state.kernel);
    this.note.textContent = [
      kernelId === "own" ? "" : words,
      flip ? this.t(same ? "learn.convolution.flip_same" : "learn.convolution.flip_other") : "",
    ]
      .filter(Boolean)
      .join(" ");
  }

  /** @param {Matrix} cells @param {number} sum */
  #showSum(cells, sum) {
    const flat = cells.flat();
    const shown = flat.length <= 9 ? flat : flat.filter((value) => value !== 0).slice(0, 9);
    const rest = flat.filter((value) => value !== 0).length > shown.length || (flat.length > 9 && shown.length === 9);
    const terms = shown.length
      ? shown.map((value, index) => n(index ? bracketed(short(value)) : short(value)))
      : [n("0")];
    const formula = math(...joined(terms), ...(rest ? [o("+"), i("…")] : []), o("="), n(short(sum), "learn-result"));
    const parts = [h("p", { class: "learn-widget-label" }, this.t("learn.convolution.sum")), formula];
    if (this.#mean)
      parts.push(
        math(
          row(
            i(this.t("learn.convolution.mean"), "learn-word"),
            o("="),
            frac(n(short(sum)), n(flat.length)),
            o("="),
            n(fixed(sum / flat.length), "learn-result"),
          ),
        ),
      );
    const value = h(
      "p",
      {
        class: "learn-widget-value",
        "data-value": this.#mean ? sum / flat.length : sum,
        "data-at": this.state.at.join(),
      },
      this.t("learn.convolution.at", { row: this.state.at[0], column: this.state.at[1] }),
    );
    this.sum.replaceChildren(...parts, value);
  }
}
