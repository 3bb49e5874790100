// @ts-check
/**
 * The picture in the hand: a drag shifts it, the wheel enlarges it, a handle turns it, a brush covers parts of it with
 * grey or uncovers them; with the focus on it, keys do the same. All of it is the transform that the sliders show.
 */
import { brush, coverCells, coverGrid, formatCover } from "../../model/cover.js";
import { CONTROLS, isCover } from "../../state/transform-text.js";
import { h } from "../../elements/dom.js";

/**
 * @typedef {import("../../model/transform.js").Transform} Transform
 * @typedef {import("../../state/transform-text.js").Control} Control
 * @typedef {"move" | "cover" | "uncover"} Tool
 */

/** How fast the wheel enlarges, by pixel. */
const WHEEL = 1 / 500;
/** Pixels of one line of a wheel that counts in lines. */
const LINE = 16;
/** How far an arrow key moves the brush, of the picture's side. */
const STRIDE = 1 / 32;
/** What one press of a key does. */
const ZOOM = 1.05;
const TURN = 3;

/**
 * @param {object} options
 * @param {HTMLCanvasElement} options.canvas shows the input as it goes into the network, a pixel each
 * @param {(key: string) => string} options.t
 * @param {() => Transform} options.transform
 * @param {() => Tool} options.tool
 * @param {() => number} options.width of the brush, of the picture's side
 * @param {(patch: Partial<Transform>, gesture: number) => void} options.change a stroke, a drag are one gesture each
 * @param {() => void} options.full there is no room for a cover of so many parts
 */
export function createHandling({ canvas, t, transform, tool, width, change, full }) {
  const handle = h("span", {
    class: "hand-turn",
    "data-action": "turn-picture",
    "aria-hidden": "true",
    title: t("pictures.transform.hand.turn"),
  });
  const tip = h("i", { class: "hand-brush", hidden: true, "aria-hidden": "true" });
  const root = h(
    "div",
    {
      class: "hand",
      tabindex: "0",
      role: "application",
      "aria-label": t("pictures.transform.hand.label"),
      "aria-describedby": "hand-keys",
      "data-action": "handle-picture",
    },
    canvas,
    tip,
    handle,
  );
  /** Where the brush is, for keys. @type {[number, number]} row and column, in pixels */
  let place = [0, 0];
  let gesture = 0;

  /** A place of the input under the pointer. @param {PointerEvent} event @returns {[number, number]} */
  const under = ({ clientX, clientY }) => {
    const { left, top, width: wide, height: high } = canvas.getBoundingClientRect();
    return [((clientY - top) / high) * canvas.height, ((clientX - left) / wide) * canvas.width];
  };
  const radius = () => Math.max(0.71, (width() * Math.max(canvas.width, canvas.height)) / 2);
  /** @param {Control} name @param {number} value */
  const within = (name, value) => {
    const { from, to, step } = CONTROLS[name];
    return Number((Math.round(Math.min(to, Math.max(from, value)) / step) * step).toFixed(6));
  };
  /** @param {[number, number]} from @param {[number, number]} to */
  const paint = (from, to) => {
    const grid = coverGrid(canvas.height, canvas.width);
    const before = transform().cover ?? "";
    const cells = coverCells(before, grid);
    const inCells = (/** @type {[number, number]} */ [row, column]) =>
      /** @type {[number, number]} */ ([row / grid.cell, column / grid.cell]);
    brush(cells, grid, inCells(from), inCells(to), radius() / grid.cell, tool() === "cover" ? 1 : 0);
    const cover = formatCover(cells);
    if (cover && !isCover(cover)) full();
    else if (cover !== before) change({ cover }, gesture);
  };
  const showBrush = (/** @type {[number, number] | null} */ at) => {
    tip.hidden = at === null || tool() === "move";
    if (!at || tip.hidden) return;
    place = at;
    const percent = (/** @type {number} */ value, /** @type {number} */ all) => `${(100 * value) / all}%`;
    tip.style.top = percent(at[0], canvas.height);
    tip.style.left = percent(at[1], canvas.width);
    tip.style.width = percent(2 * radius(), canvas.width);
  };

  /**
   * Follow a pointer until it is lifted.
   * @param {PointerEvent} event @param {HTMLElement} grip @param {(event: PointerEvent) => void} moved
   */
  const follow = (event, grip, moved) => {
    event.preventDefault();
    root.focus({ preventScroll: true });
    grip.setPointerCapture(event.pointerId);
    root.toggleAttribute("data-held", true);
    const over = new AbortController();
    const end = () => {
      over.abort();
      root.removeAttribute("data-held");
    };
    const own = (/** @type {PointerEvent} */ next) => next.pointerId === event.pointerId && moved(next);
    grip.addEventListener("pointermove", own, { signal: over.signal });
    for (const type of ["pointerup", "pointercancel"]) grip.addEventListener(type, end, { signal: over.signal });
  };

  canvas.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || root.hasAttribute("data-held")) return undefined;
    gesture++;
    if (tool() === "move") {
      const [start, { shift_x, shift_y }] = [under(event), transform()];
      return follow(event, canvas, (next) => {
        const [row, column] = under(next);
        change(
          {
            shift_x: within("shift_x", shift_x + column - start[1]),
            shift_y: within("shift_y", shift_y + row - start[0]),
          },
          gesture,
        );
      });
    }
    let last = under(event);
    paint(last, last);
    return follow(event, canvas, (next) => {
      const at = under(next);
      paint(last, at);
      last = at;
    });
  });
  canvas.addEventListener("pointermove", (event) => showBrush(under(event)));
  canvas.addEventListener("pointerleave", () => showBrush(null));
  handle.addEventListener("pointerdown", (/** @type {PointerEvent} */ event) => {
    if (event.button !== 0) return;
    gesture++;
    const angle = (/** @type {PointerEvent} */ { clientX, clientY }) => {
      const { left, top, width: wide, height: high } = canvas.getBoundingClientRect();
      return (Math.atan2(clientY - top - high / 2, clientX - left - wide / 2) * 180) / Math.PI;
    };
    const [start, { rotate }] = [angle(event), transform()];
    follow(event, handle, (next) => {
      const turned = rotate + angle(next) - start;
      change({ rotate: within("rotate", turned - 360 * Math.round(turned / 360)) }, gesture);
    });
  });
  root.addEventListener(
    "wheel",
    (/** @type {WheelEvent} */ event) => {
      if (event.ctrlKey) return; // the page itself is enlarged
      event.preventDefault();
      const pixels = event.deltaY * (event.deltaMode === WheelEvent.DOM_DELTA_LINE ? LINE : 1);
      change({ zoom: within("zoom", transform().zoom * Math.exp(-pixels * WHEEL)) }, gesture);
    },
    { passive: false },
  );
  root.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    /** @type {Record<string, [number, number]>} */
    const arrows = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
    const arrow = arrows[event.key];
    const { shift_x, shift_y, zoom, rotate } = transform();
    if (arrow && tool() === "move")
      change(
        { shift_x: within("shift_x", shift_x + arrow[1]), shift_y: within("shift_y", shift_y + arrow[0]) },
        gesture,
      );
    else if (arrow) {
      const [high, wide] = [canvas.height, canvas.width];
      const clamp = (/** @type {number} */ value, /** @type {number} */ most) => Math.min(most, Math.max(0, value));
      showBrush([clamp(place[0] + arrow[0] * high * STRIDE, high), clamp(place[1] + arrow[1] * wide * STRIDE, wide)]);
    } else if (event.key === " " && tool() !== "move") {
      gesture++;
      paint(place, place);
    } else if (event.key === "+" || event.key === "-")
      change({ zoom: within("zoom", zoom * (event.key === "+" ? ZOOM : 1 / ZOOM)) }, gesture);
    else if (event.key === "[" || event.key === "]")
      change({ rotate: within("rotate", rotate + (event.key === "]" ? TURN : -TURN)) }, gesture);
    else return;
    event.preventDefault();
  });
  const begin = () => showBrush([canvas.height / 2, canvas.width / 2]);
  root.addEventListener("focus", () => {
    if (tool() !== "move" && root.matches(":focus-visible")) begin();
  });
  root.addEventListener("blur", () => showBrush(null));

  return {
    root,
    /** Another tool, or another width of the brush. */
    showTool() {
      root.dataset.tool = tool();
      showBrush(tip.hidden ? null : place);
    },
  };
}
