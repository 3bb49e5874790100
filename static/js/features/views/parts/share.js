// @ts-check
/**
 * A share −1…1 of the largest term as a bar from the middle: what speaks against to the left, what speaks for to the
 * right.
 */
import { h } from "../../../elements/dom.js";

/** @param {number} part */
export function share(part) {
  const fill = h("i", { class: part < 0 ? "against" : "for" });
  fill.style.width = `${50 * Math.min(1, Math.abs(part))}%`;
  return h("span", { class: "operand-bar", "aria-hidden": "true" }, fill);
}
