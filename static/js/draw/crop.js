// @ts-check
/**
 * The picture with the square that the network sees: outside of it dimmed, thirds, handles.
 *
 * @typedef {import("../model/crop.js").Crop} Crop
 */

/** Pixels on the screen from the square's edge to its turning handle. */
export const HANDLE = 22;

/**
 * @param {CanvasRenderingContext2D} context
 * @param {{ width: number, height: number }} box in CSS pixels
 * @param {{ picture: CanvasImageSource, scale: number, left: number, top: number, width: number, height: number,
 *   corners: number[][], handle: number[] }} data
 *   the picture's place in the box; corners and handle in the box's pixels
 * @param {{ accent: string, shade: string, ground: string }} theme
 */
export function drawCrop(context, box, { picture, left, top, width, height, corners, handle }, theme) {
  context.fillStyle = theme.ground;
  context.fillRect(0, 0, box.width, box.height);
  context.drawImage(picture, left, top, width, height);

  context.save();
  context.beginPath();
  context.rect(0, 0, box.width, box.height);
  path(context, corners);
  context.fillStyle = theme.shade;
  context.fill("evenodd");
  context.restore();

  context.strokeStyle = "rgb(255 255 255 / 0.55)";
  context.lineWidth = 1;
  for (const share of [1 / 3, 2 / 3]) {
    line(context, between(corners[0], corners[1], share), between(corners[3], corners[2], share));
    line(context, between(corners[0], corners[3], share), between(corners[1], corners[2], share));
  }

  context.strokeStyle = theme.accent;
  context.lineWidth = 2.5;
  context.beginPath();
  path(context, corners);
  context.stroke();
  line(context, between(corners[0], corners[1], 0.5), handle);
  for (const [x, y] of [...corners, handle]) {
    context.beginPath();
    context.arc(x, y, 6, 0, 2 * Math.PI);
    context.fillStyle = "#ffffff";
    context.fill();
    context.stroke();
  }
}

/** @param {CanvasRenderingContext2D} context @param {number[][]} points */
function path(context, points) {
  points.forEach(([x, y], index) => (index ? context.lineTo(x, y) : context.moveTo(x, y)));
  context.closePath();
}

/** @param {CanvasRenderingContext2D} context @param {number[]} from @param {number[]} to */
function line(context, from, to) {
  context.beginPath();
  context.moveTo(from[0], from[1]);
  context.lineTo(to[0], to[1]);
  context.stroke();
}

/** @param {number[]} a @param {number[]} b @param {number} share */
const between = (a, b, share) => [a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share];
