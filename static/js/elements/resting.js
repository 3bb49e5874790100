// @ts-check
/**
 * When the page is scrolled or rebuilt, other things come to lie under a pointer that rests. It says nothing then: what
 * the page has just shown stays, until the pointer moves.
 */

/** How far the pointer must have moved since the page was scrolled, in pixels, before it points at something. */
const MOVED = 4;

/** @type {{ x: number, y: number } | null} */
let last = null;
/** @type {{ x: number, y: number } | null} */
let held = null;

/**
 * @param {PointerEvent} event
 * @returns {boolean} whether the pointer still rests
 */
export function pointerRests({ type, clientX: x, clientY: y }) {
  // It came over something without a move: the page has moved under it.
  if (type === "pointerover" && last?.x === x && last.y === y) held = last;
  if (held && Math.hypot(x - held.x, y - held.y) >= MOVED) held = null;
  if (!held) last = { x, y };
  return held !== null;
}

globalThis.addEventListener?.("scroll", () => void (held = last), { capture: true, passive: true });
globalThis.addEventListener?.("pointermove", pointerRests, { capture: true, passive: true });
