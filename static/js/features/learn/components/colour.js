// @ts-check
/**
 * Colours of values in grids and maps: the page's own scales (`draw/colour.js`), entry by entry,
 * so that the ink on a cell can be chosen by how light it is.
 *
 * @typedef {(value: number, range: number) => number[]} Colour red, green, blue, 0–255
 */
import { ACTIVATIONS, GREY, LOGITS, pageIs, partsOf, WEIGHTS } from "../../../draw/colour.js";
import { context } from "../../../elements/context.js";

export { inkOn } from "../../../draw/colour.js";

/** @param {import("../../../draw/colour.js").Scale} scale @param {number} low share that the first entry stands for */
function table(scale, low) {
  /** @type {Partial<Record<"light" | "dark", number[][]>>} */
  const tables = {};
  const entries = () => Array.from({ length: 257 }, (_, index) => partsOf(scale.css(low + (index / 256) * (1 - low))));
  /** @type {Colour} */
  return (value, range) => {
    const share = range > 0 && Number.isFinite(value) ? value / range : 0;
    const colours = (tables[pageIs()] ??= entries());
    return colours[Math.round((256 * (Math.min(1, Math.max(low, share)) - low)) / (1 - low))];
  };
}

/** What is drawn anew when the page turns light or dark. @type {Set<WeakRef<{ repaint: () => void }>>} */
const drawn = new Set();
let watched = false;

/** Draw something anew whenever the page turns light or dark. @param {{ repaint: () => void }} view */
export function followPage(view) {
  drawn.add(new WeakRef(view));
  if (watched) return;
  watched = true;
  context().store.select(
    ({ dark }) => dark,
    () => {
      for (const one of drawn) {
        const known = one.deref();
        if (known) known.repaint();
        else drawn.delete(one);
      }
    },
  );
}

/** Activations, −range to range. */
export const signedColour = table(ACTIVATIONS, -1);
/** Weights, −range to range. */
export const weightColour = table(WEIGHTS, -1);
/** Counts, 0 to range. */
export const countColour = table(LOGITS, 0);
/** Brightness, 0 to range. */
export const greyColour = table(GREY, 0);

/** @param {number[]} colour */
export const css = ([red, green, blue]) => `rgb(${red} ${green} ${blue})`;
