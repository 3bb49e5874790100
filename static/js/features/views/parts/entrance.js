// @ts-check
/**
 * How a view comes and goes: its maps fly from the network and back, where there is room for both and motion is
 * welcome.
 */
import { flight, fly, unitMaps } from "./flight.js";

/** @typedef {Map<string, DOMRect>} Places of units, by names such as `conv_1_2[3]` */

const REDUCED = matchMedia("(prefers-reduced-motion: reduce)");
/** Wide enough for the view to lie over the network; on narrower screens it stands in its place. */
const BESIDE = matchMedia("(min-width: 80rem)");
/** Milliseconds. */
const TRANSITION = 260;

const flies = () => !REDUCED.matches && BESIDE.matches;
const placeOf = (/** @type {Element} */ element) => element.getBoundingClientRect();

/**
 * Where the units of the network are, asked before a view covers it.
 * @param {Element | null} network
 * @returns {Places}
 */
export const placesIn = (network) =>
  new Map(
    network && flies()
      ? [...network.querySelectorAll("[data-unit]")].map((unit) => [
          `${/** @type {HTMLElement} */ (unit).dataset.layer}[${/** @type {HTMLElement} */ (unit).dataset.unit}]`,
          placeOf(unit),
        ])
      : [],
  );

/**
 * Let a view appear, once it is laid out.
 * @param {Element} section
 * @param {Places} origins
 * @param {() => void} arrived
 */
export function enter(section, origins, arrived) {
  if (REDUCED.matches) return arrived();
  const flights = unitMaps(section).flatMap(([unit, canvas]) =>
    origins.has(unit) ? flight(canvas, origins.get(unit), placeOf(canvas)) : [],
  );
  section
    .animate([{ opacity: 0 }, { opacity: 1 }], { duration: TRANSITION, easing: "ease-out" })
    .finished.then(arrived, arrived);
  return fly(flights, TRANSITION);
}

/** Let the map of the opened unit go back to where the network has it, once that is uncovered.
 * @param {Element} section while it still stands @param {string} unit @returns {(to: DOMRect | null) => void} */
export function leaving(section, unit) {
  const [, canvas] = flies()
    ? (unitMaps(section).find(([from, map]) => from === unit && map.closest(".view-stage")) ?? [])
    : [];
  const from = canvas && placeOf(canvas);
  return (to) => void (canvas && fly(flight(canvas, from, to), TRANSITION));
}
