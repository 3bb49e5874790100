// @ts-check
/**
 * A number that can be typed, stepped with arrow keys, and dragged up and down; a double click gives back the number
 * that was learned. A touch drags on the number and nowhere else, so that the page still scrolls.
 */
import { numberText, parseNumber } from "../../model/edits.js";
import { h } from "../../elements/dom.js";

/** A step of a key, and of a pixel of dragging, as a share of the layer's largest number. */
const STEP = 0.01;
/** How far the pointer moves before it drags, in pixels: less is a click. */
const SLACK = 4;

/** @typedef {ReturnType<typeof createSpin>} Spin */

/**
 * @param {{ name: string, hint: string, largest: number, change: (value: number | null) => void,
 *   format: (value: number) => string }} options `change`: null gives the learned number back
 */
export function createSpin({ name, hint, largest, change, format }) {
  const root = h("input", {
    type: "text",
    class: "change-spin",
    inputmode: "decimal",
    autocomplete: "off",
    spellcheck: "false",
    role: "spinbutton",
    "aria-label": name,
    title: hint,
    "data-number": name,
  });
  let value = 0;
  let learned = 0;
  const write = () => {
    root.value = document.activeElement === root ? numberText(value) : format(value);
    root.setAttribute("aria-valuenow", numberText(value));
    root.setAttribute("aria-valuetext", numberText(value));
    root.toggleAttribute("data-changed", Math.fround(value) !== Math.fround(learned));
    root.dataset.value = numberText(value);
    root.removeAttribute("aria-invalid");
  };
  /** @param {number} next */
  const set = (next) => {
    value = Math.fround(next);
    change(value);
    write();
  };
  const commit = () => {
    const text = root.value.trim().replace("\u2212", "-");
    if (text === "") return change(null);
    const typed = parseNumber(text);
    if (typed === null) return root.setAttribute("aria-invalid", "true");
    if (typed !== Math.fround(value)) set(typed);
    else write();
  };
  root.addEventListener("focus", () => {
    write();
    root.select();
  });
  root.addEventListener("blur", () => {
    if (root.getAttribute("aria-invalid") === "true") return write();
    if (root.value !== numberText(value)) commit();
    write();
  });
  root.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
    const size = largest * STEP * (event.shiftKey ? 0.1 : event.altKey ? 10 : 1);
    const steps = { ArrowUp: 1, ArrowDown: -1, PageUp: 10, PageDown: -10 };
    if (event.key in steps) set(value + size * steps[/** @type {keyof typeof steps} */ (event.key)]);
    else if (event.key === "Enter") commit();
    else if (event.key === "Escape" && root.value !== numberText(value)) write();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  root.addEventListener("dblclick", () => change(null));

  /** @type {{ y: number, from: number, moved: boolean } | null} */
  let drag = null;
  root.addEventListener("pointerdown", (/** @type {PointerEvent} */ event) => {
    if (event.button !== 0 || document.activeElement === root) return;
    drag = { y: event.clientY, from: value, moved: false };
    root.setPointerCapture(event.pointerId);
  });
  root.addEventListener("pointermove", (/** @type {PointerEvent} */ event) => {
    if (!drag) return;
    const up = drag.y - event.clientY;
    if (!drag.moved && Math.abs(up) < SLACK) return;
    drag.moved = true;
    root.toggleAttribute("data-dragging", true);
    event.preventDefault();
    set(drag.from + up * largest * STEP * (event.shiftKey ? 0.1 : event.altKey ? 10 : 1));
  });
  const end = (/** @type {PointerEvent} */ event) => {
    if (!drag) return;
    if (drag.moved) {
      event.preventDefault();
      root.blur();
    }
    drag = null;
    root.removeAttribute("data-dragging");
  };
  root.addEventListener("pointerup", end);
  root.addEventListener("pointercancel", end);

  return {
    root,
    /** @param {number} next @param {number} own the learned number */
    show(next, own) {
      const typing = document.activeElement === root && root.value !== numberText(value);
      value = next;
      learned = own;
      if (!typing) write();
    },
  };
}
