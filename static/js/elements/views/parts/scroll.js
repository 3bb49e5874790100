// @ts-check
/** Scroll a box so that something in it is seen; what lies around the box does not move.
 * @param {HTMLElement} box @param {Element | null} part */
export function scrollTo(box, part) {
  if (!part) return;
  const [outer, inner] = [box.getBoundingClientRect(), part.getBoundingClientRect()];
  if (inner.top < outer.top || inner.bottom > outer.bottom) box.scrollTop += inner.top - outer.top - (outer.height - inner.height) / 2;
  if (inner.width <= outer.width && (inner.left < outer.left || inner.right > outer.right)) box.scrollLeft += inner.left - outer.left - (outer.width - inner.width) / 2;
}
