// @ts-check
/** How a view comes and goes: its maps fly from the network and back, where there is room for both and motion is welcome. */
import { flightsInto, fly } from "./flight.js";

/** @typedef {import("./flight.js").Flight} Flight */
/** @typedef {import("./flight.js").Network} Network */

const REDUCED = matchMedia("(prefers-reduced-motion: reduce)");
/** Wide enough for the view to lie over the network; on narrower screens it stands in its place. */
const BESIDE = matchMedia("(min-width: 80rem)");
/** Milliseconds. */
const TRANSITION = 260;

const flies = () => !REDUCED.matches && BESIDE.matches;

/** Where the maps of a view that has just been laid out come from. @param {Element} view @param {Network | null} network @returns {Flight[]} */
export const arrivals = (view, network) => (network && flies() ? flightsInto(view, network) : []);

/** Let a view appear. @param {Element} section @param {Flight[]} flights @param {() => void} arrived */
export function enter(section, flights, arrived) {
  if (REDUCED.matches) return arrived();
  section.animate([{ opacity: 0 }, { opacity: 1 }], { duration: TRANSITION, easing: "ease-out" }).finished.then(arrived, arrived);
  return fly(flights, TRANSITION);
}

/** The opened unit's map goes back to where the network has it. @param {Element} section @param {Network | null} network @param {string} unit such as `conv_1_2[3]` */
export function leave(section, network, unit) {
  if (!network || !flies()) return;
  const back = flightsInto(section, network).find(({ canvas }) => canvas.closest(`.view-stage [data-from="${CSS.escape(unit)}"]`));
  if (back) fly([{ canvas: back.canvas, from: back.to, to: back.from }], TRANSITION);
}
