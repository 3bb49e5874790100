// @ts-check
/** Scroll a box so that something in it is seen; what lies around the box does not move.
 * @param {HTMLElement} box @param {Element | null} part */
export function scrollTo(box, part) {
  if (!part) return;
  const [outer, inner] = [box.getBoundingClientRect(), part.getBoundingClientRect()];
  if (inner.top < outer.top || inner.bottom > outer.bottom)
    box.scrollTop += inner.top - outer.top - (outer.height - inner.height) / 2;
  if (inner.width <= outer.width && (inner.left < outer.left || inner.right > outer.right))
    box.scrollLeft += inner.left - outer.left - (outer.width - inner.width) / 2;
}

/**
 * The part of an element that its scrolling ancestors leave visible.
 * @param {Element} element
 * @returns {{ left: number, top: number, width: number, height: number }} in the window's coordinates
 */
export function visibleBox(element) {
  let { left, top, right, bottom } = element.getBoundingClientRect();
  for (let parent = element.parentElement; parent && parent !== document.body; parent = parent.parentElement) {
    const { overflowX, overflowY } = getComputedStyle(parent);
    if (overflowX === "visible" && overflowY === "visible") continue;
    const clip = parent.getBoundingClientRect();
    if (overflowX !== "visible") [left, right] = [Math.max(left, clip.left), Math.min(right, clip.right)];
    if (overflowY !== "visible") [top, bottom] = [Math.max(top, clip.top), Math.min(bottom, clip.bottom)];
  }
  return { left, top, width: Math.max(0, right - left), height: Math.max(0, bottom - top) };
}
