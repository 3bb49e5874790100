// @ts-check
/**
 * The crop editor: the square that the network will see, moved, zoomed and turned by mouse, touch
 * and keyboard. Both are drawn from the server's own picture of the file, so that whatever says which way is up and
 * what colours mean has been read once. The small picture beside it is what the network gets: while the square is
 * moved, a preview of it made here and marked so; then the engine's own input.
 */
import { drawCrop, HANDLE } from "../../draw/crop.js";
import { inputImage } from "../../draw/input.js";
import { centreOf, corners, handle, move, resize, settle, SMALLEST, towards, turn } from "../../model/crop.js";
import { unedited } from "../../model/scene.js";
import { centredCrop, removeOwn, setCrop } from "./own-pictures.js";
import { ownOf } from "../../state/selectors.js";
import { commandButton } from "../../elements/controls.js";
import { h } from "../../elements/dom.js";
import { LoupeElement } from "../../elements/element.js";
import { loadStyle } from "../../elements/styles.js";
import { readTheme, watchTheme } from "../../elements/theme.js";
import { removeAll, withUpright } from "./intake.js";

/** How long the square must rest before the network is asked, in milliseconds. */
const REST = 90;
const TALLEST = 320;
const MARGIN = 30;

class LoupeCrop extends LoupeElement {
  /** @type {import("../../model/crop.js").Crop} */
  #crop = { x: 0, y: 0, size: 1, rotate: 0 };
  /** @type {import("../../state/initial.js").OwnPicture | undefined} */
  #own;
  /** @type {ImageBitmap | null} */
  #bitmap = null;
  /** The picture's place on the canvas. */
  #place = { scale: 1, left: 0, top: 0 };
  #timer = 0;
  /** @type {Map<number, { x: number, y: number }>} */
  #fingers = new Map();
  #grip = "move";
  #theme = readTheme(document.body);
  /**
   * Where a drag began: small steps would be lost to rounding.
   * @type {{ crop: import("../../model/crop.js").Crop, point: { x: number, y: number } } | null}
   */
  #began = null;

  start() {
    const [, height, width] = this.store.state.model?.input.shape ?? [];
    const gets = this.t("pictures.crop.preview", { size: `${width}×${height}` });
    this.canvas = h("canvas", {
      class: "crop-canvas",
      tabindex: 0,
      role: "application",
      "aria-label": this.t("pictures.crop.canvas"),
      "aria-describedby": "crop-keys",
      "data-action": "crop-square",
    });
    this.preview = h("canvas", { class: "pixelated crop-preview", role: "img", "aria-label": gets });
    this.state = h("p", { class: "note mono", role: "status" });
    this.mark = h("span", { class: "crop-mark", hidden: true }, this.t("pictures.crop.estimate"));
    this.zoom = h("input", {
      type: "range",
      min: 0,
      max: 100,
      step: 0.5,
      "data-action": "crop-zoom",
      oninput: () => this.#set(resize(this.#crop, this.#sizeOf(Number(this.zoom.value)), this.#size())),
    });
    this.turner = h("input", {
      type: "range",
      min: -180,
      max: 180,
      step: 1,
      "data-action": "crop-rotate",
      oninput: () => this.#set(turn(this.#crop, Number(this.turner.value), this.#size())),
    });
    this.#addCommands();
    this.replaceChildren(
      h("div", { class: "crop-work" }, this.canvas),
      h(
        "div",
        { class: "crop-side" },
        h(
          "div",
          { class: "crop-see" },
          h("div", { class: "crop-shown" }, this.preview, this.mark),
          h("div", null, h("p", null, gets), this.state),
        ),
        h("label", { class: "slider" }, h("span", null, this.t("pictures.crop.zoom")), this.zoom),
        h("label", { class: "slider" }, h("span", null, this.t("pictures.crop.rotate")), this.turner),
        h("p", { class: "note", id: "crop-keys" }, this.t("pictures.crop.keys")),
        h(
          "div",
          { class: "row" },
          commandButton("crop-reset"),
          commandButton("crop-remove"),
          commandButton("crop-remove_all"),
        ),
      ),
    );
    void loadStyle("pictures").then(() => this.#layout());
    this.cleanup(() => {
      clearTimeout(this.#timer);
      this.#bitmap?.close();
      this.#bitmap = null;
    });
    this.watch(
      (state) => ownOf(state, state.picture),
      (own) => void this.#open(own),
    );
    this.watch(
      (state) => state.run,
      () => void this.#exact(),
    );
    this.observeSize(this, () => this.#layout());
    watchTheme(this, () => {
      this.#theme = readTheme(this);
      this.frame(this.#paint);
    });
    this.#listen();
  }

  #addCommands() {
    this.commands([
      {
        name: "crop",
        words: "pictures.crop",
        undoable: ["ownPictures"],
        gesture: true,
        perform: ({ store, value }) => setCrop(store, value.digest, value.crop),
      },
      {
        name: "remove-picture",
        words: "pictures.removal",
        undoable: ["ownPictures"],
        perform: ({ store, value }) => removeOwn(store, value),
      },
      {
        name: "crop-reset",
        words: "pictures.crop.reset",
        icon: "crop",
        perform: () => this.#own && this.#set(centredCrop(this.#own)),
      },
      {
        name: "crop-remove",
        words: "pictures.crop.remove",
        icon: "bin",
        perform: () => this.#own && this.perform("remove-picture", this.#own.digest),
      },
      { name: "crop-remove_all", words: "pictures.crop.remove_all", icon: "bin", perform: () => this.#removeAll() },
    ]);
  }

  /** @param {import("../../state/initial.js").OwnPicture | undefined} own */
  async #open(own) {
    const before = this.#own;
    if (own && own.digest === before?.digest) {
      this.#own = { ...own, width: before.width, height: before.height };
      if (own.crop !== before.crop) this.#follow(own.crop ?? centredCrop(this.#own));
      return;
    }
    this.#own = own;
    if (!own) return;
    this.#crop = own.crop ?? centredCrop(own);
    this.#bitmap?.close();
    this.#bitmap = null;
    const { upright, width, height } = await withUpright(own).catch(() => own);
    const bitmap = upright && (await createImageBitmap(upright).catch(() => null));
    if (this.#own !== own && this.#own?.digest !== own.digest) return bitmap?.close();
    if (width !== own.width || height !== own.height) this.#crop = own.crop ?? centredCrop({ width, height });
    this.#own = { ...own, width, height };
    this.#bitmap = bitmap;
    this.#layout();
    this.#show();
    // Not from somebody who has gone on meanwhile.
    if (!document.activeElement?.closest("loupe-network, loupe-view, loupe-learn"))
      this.canvas.focus({ preventScroll: true });
    return undefined;
  }

  /** The crop was undone or done again. @param {import("../../model/crop.js").Crop} crop */
  #follow(crop) {
    clearTimeout(this.#timer);
    this.#crop = crop;
    this.#show();
  }

  #size() {
    return { width: this.#own?.width ?? 1, height: this.#own?.height ?? 1 };
  }

  /**
   * The slider is logarithmic: each step zooms by the same factor.
   * @param {number} share 0 largest square, 100 smallest
   */
  #sizeOf(share) {
    const { width, height } = this.#size();
    const most = Math.max(width, height);
    const least = Math.min(SMALLEST, width, height);
    return most * (least / most) ** (share / 100);
  }

  /** @param {number} size */
  #shareOf(size) {
    const { width, height } = this.#size();
    const most = Math.max(width, height);
    const least = Math.min(SMALLEST, width, height);
    return most === least ? 0 : (100 * Math.log(size / most)) / Math.log(least / most);
  }

  /** @param {import("../../model/crop.js").Crop} crop */
  #set(crop) {
    this.#crop = crop;
    this.#show();
    clearTimeout(this.#timer);
    // While it is dragged, the network waits for the hand that lets go.
    if (!this.#fingers.size) this.#timer = window.setTimeout(() => this.#commit(), REST);
  }

  #commit() {
    if (!this.#own) return;
    this.perform("crop", { digest: this.#own.digest, crop: this.#crop });
  }

  /** Everything that shows the crop, in the next frame. */
  #show() {
    this.zoom.value = String(this.#shareOf(this.#crop.size));
    this.turner.value = String(this.#crop.rotate);
    this.turner.setAttribute("aria-valuetext", this.t("pictures.degrees", { value: this.#crop.rotate }));
    const { x, y, size, rotate } = this.#crop;
    this.state.textContent = this.t("pictures.crop.state", { x, y, size, rotate });
    this.frame(this.#paint);
  }

  #layout() {
    const available = this.canvas.parentElement?.clientWidth ?? 0;
    if (!this.#own || !available) return;
    const { width, height } = this.#size();
    const scale = Math.min((available - 2 * MARGIN) / width, (TALLEST - 2 * MARGIN) / height);
    const box = { width: available, height: Math.min(TALLEST, Math.max(160, height * scale + 2 * MARGIN)) };
    const ratio = devicePixelRatio || 1;
    this.canvas.width = Math.round(box.width * ratio);
    this.canvas.height = Math.round(box.height * ratio);
    this.canvas.style.height = `${box.height}px`;
    this.#place = { scale, left: (box.width - width * scale) / 2, top: (box.height - height * scale) / 2 };
    this.frame(this.#paint);
  }

  #paint = () => {
    const context = this.canvas.getContext("2d");
    if (!context || !this.#bitmap || !this.#own) return;
    const ratio = devicePixelRatio || 1;
    const { scale, left, top } = this.#place;
    const { width, height } = this.#size();
    const at = (/** @type {number[]} */ [x, y]) => [left + x * scale, top + y * scale];
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    drawCrop(
      context,
      { width: this.canvas.width / ratio, height: this.canvas.height / ratio },
      {
        picture: this.#bitmap,
        scale,
        left,
        top,
        width: width * scale,
        height: height * scale,
        corners: corners(this.#crop).map(at),
        handle: at(handle(this.#crop, HANDLE / scale)),
      },
      { accent: this.#theme.accent, ground: this.#theme.raised, shade: "rgb(15 18 24 / 0.5)" },
    );
    if (!this.#exact()) this.#quick();
  };

  /** What the square holds, scaled by the browser: stands in until the engine has answered. */
  #quick() {
    const { model } = this.store.state;
    if (!model || !this.#bitmap) return;
    const [, height, width] = model.input.shape;
    const context = this.#previewContext(width, height);
    const [x, y] = centreOf(this.#crop);
    context.save();
    context.fillStyle = "#ffffff";
    context.fillRect(0, 0, width, height);
    context.imageSmoothingQuality = "high";
    context.translate(width / 2, height / 2);
    context.scale(Math.max(width, height) / this.#crop.size, Math.max(width, height) / this.#crop.size);
    context.rotate((this.#crop.rotate * Math.PI) / 180);
    context.drawImage(this.#bitmap, -x, -y, this.#size().width, this.#size().height);
    context.restore();
    this.preview.dataset.source = "page";
    this.mark.hidden = false;
  }

  /** The engine's own input, once it belongs to the crop that is shown. @returns {boolean} whether it does */
  #exact() {
    const { model, run, picture } = unedited(this.store.state.scenes) ?? {};
    const { input, preparation } = run ?? {};
    if (
      !model ||
      !input ||
      !preparation?.crop ||
      picture?.id !== this.#own?.digest ||
      !sameCrop(preparation.crop, this.#crop)
    )
      return false;
    const [, height, width] = input.shape;
    const image = inputImage((w, tall) => new ImageData(w, tall), input, model.input.range);
    this.#previewContext(width, height).putImageData(/** @type {ImageData} */ (image), 0, 0);
    this.preview.dataset.source = "engine";
    this.mark.hidden = true;
    return true;
  }

  /** @param {number} width @param {number} height @returns {CanvasRenderingContext2D} */
  #previewContext(width, height) {
    if (this.preview.width !== width || this.preview.height !== height) Object.assign(this.preview, { width, height });
    return this.preview.getContext("2d");
  }

  #removeAll() {
    if (confirm(this.t("pictures.crop.confirm_all", { count: this.store.state.ownPictures.length }))) void removeAll();
  }

  #listen() {
    const { canvas } = this;
    const point = (/** @type {PointerEvent} */ event) => {
      const box = canvas.getBoundingClientRect();
      return {
        x: (event.clientX - box.left - this.#place.left) / this.#place.scale,
        y: (event.clientY - box.top - this.#place.top) / this.#place.scale,
      };
    };
    this.listen(canvas, "pointerdown", (event) => {
      canvas.setPointerCapture(event.pointerId);
      this.#fingers.set(event.pointerId, point(event));
      this.#grip = this.#gripAt(point(event));
      this.#began = { crop: this.#crop, point: point(event) };
    });
    this.listen(canvas, "pointermove", (event) => {
      const before = this.#fingers.get(event.pointerId);
      const now = point(event);
      if (!before) return void (canvas.dataset.grip = this.#gripAt(now));
      if (this.#fingers.size === 2) this.#pinch(event.pointerId, before, now);
      else this.#drag(now);
      this.#fingers.set(event.pointerId, now);
    });
    for (const type of ["pointerup", "pointercancel"])
      this.listen(canvas, type, (event) => {
        this.#fingers.delete(event.pointerId);
        this.#began = null;
        if (!this.#fingers.size) this.#commit();
      });
    this.listen(
      canvas,
      "wheel",
      (event) => {
        event.preventDefault();
        this.#set(resize(this.#crop, this.#crop.size * Math.exp(event.deltaY / 600), this.#size()));
      },
      { passive: false },
    );
    this.listen(canvas, "keydown", (event) => {
      const act = KEYS[event.key];
      if (!act || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      event.stopPropagation();
      this.#set(act(this.#crop, event.shiftKey ? 10 : 1, this.#size()));
    });
  }

  /** What a press at this place takes hold of. @param {{ x: number, y: number }} at */
  #gripAt({ x, y }) {
    const near = 14 / this.#place.scale;
    const close = (/** @type {number[]} */ [px, py]) => Math.hypot(px - x, py - y) < near;
    if (close(handle(this.#crop, HANDLE / this.#place.scale))) return "turn";
    return corners(this.#crop).some(close) ? "size" : "move";
  }

  /** @param {{ x: number, y: number }} now */
  #drag(now) {
    const size = this.#size();
    if (!this.#began) return undefined;
    const { crop, point } = this.#began;
    if (this.#grip === "turn") return this.#set(turn(this.#crop, towards(this.#crop, now.x, now.y), size));
    if (this.#grip === "move") {
      return this.#set(settle({ ...crop, x: crop.x + now.x - point.x, y: crop.y + now.y - point.y }, size));
    }
    const [x, y] = centreOf(this.#crop);
    return this.#set(resize(this.#crop, Math.SQRT2 * Math.hypot(now.x - x, now.y - y), size));
  }

  /**
   * Two fingers: their distance zooms, their direction turns.
   * @param {number} id
   * @param {{ x: number, y: number }} before
   * @param {{ x: number, y: number }} now
   */
  #pinch(id, before, now) {
    const other = [...this.#fingers].find(([finger]) => finger !== id)?.[1];
    if (!other) return;
    const zoom =
      Math.hypot(before.x - other.x, before.y - other.y) / Math.max(1, Math.hypot(now.x - other.x, now.y - other.y));
    const angle = Math.atan2(now.y - other.y, now.x - other.x) - Math.atan2(before.y - other.y, before.x - other.x);
    const zoomed = resize(this.#crop, this.#crop.size * zoom, this.#size());
    this.#set(turn(zoomed, zoomed.rotate + (angle * 180) / Math.PI, this.#size()));
  }
}

/** @typedef {import("../../model/crop.js").Crop} Crop */
/** The server gives angles as 0 to 360. @param {Crop} a @param {Crop} b */
const sameCrop = (a, b) => a.x === b.x && a.y === b.y && a.size === b.size && (a.rotate - b.rotate) % 360 === 0;

/** @type {Record<string, (crop: Crop, by: number, picture: { width: number, height: number }) => Crop>} */
const KEYS = {
  ArrowLeft: (crop, by, picture) => move(crop, -by, 0, picture),
  ArrowRight: (crop, by, picture) => move(crop, by, 0, picture),
  ArrowUp: (crop, by, picture) => move(crop, 0, -by, picture),
  ArrowDown: (crop, by, picture) => move(crop, 0, by, picture),
  "+": (crop, _by, picture) => resize(crop, crop.size / 1.05 - 1, picture),
  "=": (crop, _by, picture) => resize(crop, crop.size / 1.05 - 1, picture),
  "-": (crop, _by, picture) => resize(crop, crop.size * 1.05 + 1, picture),
  "[": (crop, by, picture) => turn(crop, crop.rotate - by, picture),
  "]": (crop, by, picture) => turn(crop, crop.rotate + by, picture),
  0: (_crop, _by, picture) => centredCrop(picture),
};

customElements.define("loupe-crop", LoupeCrop);
