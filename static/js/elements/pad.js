// @ts-check
/**
 * A pad to draw on: with a pen, a finger, a mouse or the keys. It knows strokes and nothing of what they are for;
 * whoever uses it listens to `drawn`.
 *
 * @typedef {import("../model/strokes.js").Point} Point
 */
import { PEN } from "../model/strokes.js";
import { commandButton } from "./controls.js";
import { h } from "./dom.js";
import { LoupeElement } from "./element.js";

/** The side of the canvas in its own pixels, whatever its size on the screen. */
const SIDE = 560;
/** How far an arrow key moves the pen: a pixel of 28; with Shift four. */
const STEP = 1 / 28;
const INK = "#fff";
const GROUND = "#000";

/** @type {Record<string, readonly [number, number]>} */
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** More than one pad may stand in the page: they have the same rows. @type {import("./commands.js").Command[]} */
const PAD_COMMANDS = [
  { name: "pad-undo", words: "pictures.drawing.pad-undo", icon: "undo", perform: ({ value: pad }) => pad.takeBack() },
  { name: "pad-clear", words: "pictures.drawing.pad-clear", icon: "bin", perform: ({ value: pad }) => pad.reset() },
];

export class LoupePad extends LoupeElement {
  /** @type {Point[][]} */
  #strokes = [];
  /** The stroke that each finger draws. @type {Map<number, Point[]>} */
  #drawing = new Map();
  /** The keyboard's pen. @type {{ at: Point, stroke: Point[] | null }} */
  #keys = { at: [0.5, 0.5], stroke: null };

  start() {
    const described = `pad-keys-${Math.random().toString(36).slice(2)}`;
    this.canvas = h("canvas", {
      class: "pad-canvas",
      width: SIDE,
      height: SIDE,
      tabindex: "0",
      role: "application",
      "aria-label": this.t("pictures.drawing.pad"),
      "aria-describedby": described,
    });
    this.commands(PAD_COMMANDS);
    this.undo = commandButton("pad-undo", { value: () => this });
    this.clear = commandButton("pad-clear", { value: () => this });
    this.said = h("p", { class: "sr", role: "status" });
    this.replaceChildren(
      this.canvas,
      h("div", { class: "row" }, this.undo, this.clear),
      h("p", { class: "note pad-keys", id: described }, this.t("pictures.drawing.keys")),
      this.said,
    );
    this.listen(this.canvas, "pointerdown", (event) => this.#down(event));
    this.listen(this.canvas, "pointermove", (event) => this.#move(event));
    for (const end of ["pointerup", "pointercancel"]) this.listen(this.canvas, end, (event) => this.#up(event));
    this.listen(this.canvas, "keydown", (event) => this.#key(event));
    for (const change of ["focus", "blur"]) this.listen(this.canvas, change, () => this.#paint());
    this.#paint();
  }

  /** What is drawn. @returns {readonly import("../model/strokes.js").Stroke[]} */
  get strokes() {
    return this.#strokes;
  }

  focusCanvas() {
    this.canvas.focus();
  }

  reset() {
    this.#strokes = [];
    this.#drawing.clear();
    this.#keys.stroke = null;
    this.#changed(true);
  }

  takeBack() {
    this.#keys.stroke = null;
    this.#strokes = this.#strokes.slice(0, -1);
    this.#changed(true);
  }

  /** @param {PointerEvent} event @returns {Point} */
  #place(event) {
    const { left, top, width, height } = this.canvas.getBoundingClientRect();
    return [(event.clientX - left) / width, (event.clientY - top) / height];
  }

  /** @param {PointerEvent} event */
  #down(event) {
    if (event.button !== 0) return;
    // A pointer that leaves the pad goes on with its stroke. (One that a script made cannot be held.)
    if (event.isTrusted) this.canvas.setPointerCapture(event.pointerId);
    const stroke = [this.#place(event)];
    this.#drawing.set(event.pointerId, stroke);
    this.#strokes = [...this.#strokes, stroke];
    this.#changed(false);
  }

  /** @param {PointerEvent} event */
  #move(event) {
    const stroke = this.#drawing.get(event.pointerId);
    if (!stroke) return;
    const passed = event.getCoalescedEvents?.() ?? [];
    for (const one of passed.length ? passed : [event]) stroke.push(this.#place(one));
    this.#changed(false);
  }

  /** @param {PointerEvent} event */
  #up(event) {
    if (this.#drawing.delete(event.pointerId)) this.#changed(true);
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const arrow = ARROWS[event.key];
    const control = event.ctrlKey || event.metaKey;
    if (arrow && !control && !event.altKey) {
      const far = event.shiftKey ? 4 : 1;
      const [x, y] = this.#keys.at;
      this.#keys.at = [within(x + arrow[0] * STEP * far), within(y + arrow[1] * STEP * far)];
      if (this.#keys.stroke) {
        this.#keys.stroke.push(this.#keys.at);
        this.#changed(false);
      } else this.#paint();
    } else if (event.key === " " || event.key === "Enter") this.#lower();
    else if (event.key === "Backspace" || (control && event.key.toLowerCase() === "z")) this.takeBack();
    else if (event.key === "Delete") this.reset();
    else return;
    event.preventDefault();
  }

  /** The keyboard's pen goes down, or up again. */
  #lower() {
    if (this.#keys.stroke) this.#keys.stroke = null;
    else {
      this.#keys.stroke = [this.#keys.at];
      this.#strokes = [...this.#strokes, this.#keys.stroke];
    }
    this.said.textContent = this.t(`pictures.drawing.pen_${this.#keys.stroke ? "down" : "up"}`);
    this.#changed(!this.#keys.stroke);
  }

  /** @param {boolean} resting the pen is up */
  #changed(resting) {
    this.#paint();
    this.dispatchEvent(new CustomEvent("drawn", { detail: { resting } }));
  }

  #paint() {
    const none = this.#strokes.length === 0;
    for (const button of [this.undo, this.clear]) button.setAttribute("aria-disabled", String(none));
    this.toggleAttribute("data-empty", none);
    const context = this.canvas.getContext("2d");
    context.fillStyle = GROUND;
    context.fillRect(0, 0, SIDE, SIDE);
    Object.assign(context, { strokeStyle: INK, lineCap: "round", lineJoin: "round", lineWidth: PEN * SIDE });
    for (const stroke of this.#strokes) {
      context.beginPath();
      context.moveTo(stroke[0][0] * SIDE, stroke[0][1] * SIDE);
      for (const [x, y] of stroke.length > 1 ? stroke : [stroke[0], stroke[0]]) context.lineTo(x * SIDE, y * SIDE);
      context.stroke();
    }
    if (!this.canvas.matches(":focus-visible")) return;
    const [x, y] = this.#keys.at;
    Object.assign(context, { strokeStyle: this.#keys.stroke ? "#ff8a47" : "#9aa4b5", lineWidth: 4 });
    context.beginPath();
    context.arc(x * SIDE, y * SIDE, (PEN * SIDE) / 2, 0, 2 * Math.PI);
    context.stroke();
  }
}

/** @param {number} share */
const within = (share) => Math.min(1, Math.max(0, share));

if (!customElements.get("loupe-pad")) customElements.define("loupe-pad", LoupePad);
