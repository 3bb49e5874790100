// @ts-check
/**
 * Maps on their way between the network and an opened view, so that one sees where each comes from and
 * goes back to. Copies fly over the page; what they stand for is neither moved nor clipped.
 */
import { h } from "../../../elements/dom.js";

/** @typedef {{ canvas: HTMLCanvasElement, from: DOMRect, to: DOMRect }} Flight */
const EASING = "cubic-bezier(0.2, 0, 0, 1)";

/** @param {DOMRect | null | undefined} box */
const seen = (box) =>
  Boolean(box && box.width > 0 && box.bottom > 0 && box.right > 0 && box.top < innerHeight && box.left < innerWidth);

/**
 * The maps of a view that stand for units, as `conv_1_2[3]`.
 * @param {Element} view
 * @returns {[string, HTMLCanvasElement][]}
 */
export const unitMaps = (view) =>
  [...view.querySelectorAll("[data-from]")].flatMap((part) => {
    const canvas = part.querySelector("canvas");
    return canvas
      ? [/** @type {[string, HTMLCanvasElement]} */ ([/** @type {HTMLElement} */ (part).dataset.from ?? "", canvas])]
      : [];
  });

/**
 * A flight, if both its ends can be seen.
 * @param {HTMLCanvasElement} canvas
 * @param {DOMRect | null | undefined} from
 * @param {DOMRect | null | undefined} to
 * @returns {Flight[]}
 */
export const flight = (canvas, from, to) => (from && to && seen(from) && seen(to) ? [{ canvas, from, to }] : []);

/** @param {Flight[]} flights @param {number} duration milliseconds */
export function fly(flights, duration) {
  if (!flights.length) return;
  const sky = h("div", { class: "flights", "aria-hidden": "true" });
  const landed = flights.map(({ canvas, from, to }) => {
    const copy = h("canvas", { width: canvas.width, height: canvas.height });
    copy.getContext("2d").drawImage(canvas, 0, 0);
    Object.assign(copy.style, {
      left: `${to.left}px`,
      top: `${to.top}px`,
      width: `${to.width}px`,
      height: `${to.height}px`,
    });
    sky.append(copy);
    return copy.animate(
      [
        {
          transform:
            `translate(${from.left - to.left}px, ${from.top - to.top}px) ` +
            `scale(${from.width / to.width}, ${from.height / to.height})`,
        },
        { transform: "none" },
      ],
      { duration, easing: EASING },
    ).finished;
  });
  document.body.append(sky);
  Promise.allSettled(landed).then(() => sky.remove());
}
