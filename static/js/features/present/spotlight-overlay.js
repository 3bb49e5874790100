// @ts-check
/** An overlay that leaves holes: what lies in them stays as it is, the rest dims. It takes no pointer. */
import { h } from "../../elements/dom.js";

/** @typedef {import("./spotlight-network.js").Box} Box */

/** Pixels around what stays spotlit. */
const MARGIN = 5;

/** @param {string} name */
export function createSpotlightOverlay(name) {
  const cover = h("svg:path", { class: "spotlight-dimmed", "fill-rule": "evenodd" });
  const ring = h("svg:rect", { class: "spotlight-ring", rx: 6 });
  const root = h(
    "svg:svg",
    { class: `spotlight-overlay ${name}`, "aria-hidden": "true", focusable: "false" },
    cover,
    ring,
  );

  return {
    root,
    /** @param {Box} area what is covered @param {readonly Box[]} spotlit the thing itself first; none: nothing dims */
    show(area, spotlit) {
      root.toggleAttribute("data-spotlit", spotlit.length > 0);
      if (!spotlit.length) return;
      // Overlapping holes would cover each other again: each thing is cut out of what is left of the cover.
      cover.setAttribute("d", [area, ...apart(spotlit.map(grown))].map(rectangle).join(""));
      const [own] = spotlit.map(grown);
      for (const side of /** @type {const} */ (["x", "y", "width", "height"]))
        ring.setAttribute(side, String(own[side]));
    },
  };
}

/** @param {Box} box @returns {Box} */
const grown = ({ x, y, width, height }) => ({
  x: x - MARGIN,
  y: y - MARGIN,
  width: width + 2 * MARGIN,
  height: height + 2 * MARGIN,
});

/** @param {Box} box */
const rectangle = ({ x, y, width, height }) => `M${x} ${y}h${width}v${height}h${-width}z`;

/**
 * The same area as boxes that do not overlap: horizontal bands, in each of which what touches is joined.
 * @param {readonly Box[]} boxes
 * @returns {Box[]}
 */
export function apart(boxes) {
  const levels = [...new Set(boxes.flatMap(({ y, height }) => [y, y + height]))].sort((a, b) => a - b);
  return levels.slice(1).flatMap((bottom, index) => {
    const top = levels[index];
    const spans = boxes
      .filter(({ y, height }) => y < bottom && y + height > top)
      .map(({ x, width }) => [x, x + width])
      .sort((a, b) => a[0] - b[0]);
    /** @type {number[][]} */
    const joined = [];
    for (const [left, right] of spans) {
      const last = joined[joined.length - 1];
      if (last && left <= last[1]) last[1] = Math.max(last[1], right);
      else joined.push([left, right]);
    }
    return joined.map(([left, right]) => ({ x: left, y: top, width: right - left, height: bottom - top }));
  });
}
