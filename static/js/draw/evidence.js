// @ts-check
/**
 * Evidence over a picture: a square for each place, the stronger the more opaque, blue for and red against. Squares are
 * never smoothed, and hues are the same in both themes: they lie over a picture, not over the page's ground.
 */
import { oklch } from "./colour.js";

const FOR = oklch(0.52, 0.2, 258);
const AGAINST = oklch(0.54, 0.22, 27);
/** How much of the picture the strongest square hides. */
const MOST = 0.88;

/** The colour of a share −1…1 of the range. @param {number} share */
export function evidenceColour(share) {
  const size = Math.min(1, Math.abs(share));
  return `rgb(${(share < 0 ? AGAINST : FOR).join(" ")} / ${(MOST * size ** 0.8).toFixed(3)})`;
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {{ width: number, height: number }} box of the canvas, in its pixels
 * @param {{ rows: readonly number[], columns: readonly number[] }} tiles their borders, in the input's pixels
 * @param {readonly number[]} input the input's shape (C, H, W)
 * @param {ArrayLike<number>} places what each adds, row by row
 * @param {number} limit the end of the range
 */
export function drawEvidence(
  context,
  { width, height },
  { rows, columns },
  [, inputRows, inputColumns],
  places,
  limit,
) {
  context.clearRect(0, 0, width, height);
  if (!(limit > 0)) return;
  const ys = rows.map((row) => Math.round((row * height) / inputRows));
  const xs = columns.map((column) => Math.round((column * width) / inputColumns));
  for (let row = 0; row + 1 < ys.length; row++)
    for (let column = 0; column + 1 < xs.length; column++) {
      const amount = places[row * (xs.length - 1) + column];
      if (amount === 0) continue;
      context.fillStyle = evidenceColour(amount / limit);
      context.fillRect(xs[column], ys[row], xs[column + 1] - xs[column], ys[row + 1] - ys[row]);
    }
}
