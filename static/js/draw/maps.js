// @ts-check
/**
 * The network at rest: units as pictures (maps as heat maps, vectors as bars) and the edges between them.
 *
 * A column's maps are written into one `ImageData` through a colour table and copied to their boxes:
 * enlarged ones keep hard pixels, reduced ones are averaged, so that no pixel is dropped.
 */
import { ACTIVATIONS, colourOf, paintDiverging, paintSequential } from "./colour.js";

/** @typedef {{ x: number, y: number, width: number, height: number }} Box */
/** @typedef {import("./colour.js").Scale} Scale */
/** @typedef {CanvasRenderingContext2D} Context2D */
/** @typedef {(out: Uint32Array, offset: number, values: Float32Array, unit: number) => void} Painter */

/**
 * Values around 0 on the activations' scale.
 * @param {(unit: number) => number} limit
 * @param {Scale} [scale]
 * @returns {Painter}
 */
export const divergingPainter =
  (limit, scale = ACTIVATIONS) =>
  (out, offset, values, unit) =>
    paintDiverging(out, offset, values, limit(unit), scale);

/**
 * Values of a known range.
 * @param {number} low
 * @param {number} high
 * @param {(unit: number) => Scale} scale
 * @returns {Painter}
 */
export const sequentialPainter = (low, high, scale) => (out, offset, values, unit) =>
  paintSequential(out, offset, values, low, high, scale(unit));

/**
 * Draw the maps of one layer.
 * @param {Context2D} context @param {Context2D} scratch an off-screen canvas that is overwritten
 * @param {readonly (Box & { unit: number })[]} boxes
 * @param {{ shape: readonly number[], data: Float32Array }} tensor (C, H, W)
 * @param {Painter} paint @param {number} ratio device pixels in one CSS pixel
 */
export function drawMaps(context, scratch, boxes, tensor, paint, ratio) {
  if (boxes.length === 0) return;
  const [, rows, columns] = tensor.shape;
  const size = rows * columns;
  const image = scratch.createImageData(columns, rows * boxes.length);
  const pixels = new Uint32Array(image.data.buffer);
  boxes.forEach(({ unit }, place) =>
    paint(pixels, place * size, tensor.data.subarray(unit * size, (unit + 1) * size), unit),
  );
  const canvas = scratch.canvas;
  if (canvas.width < columns) canvas.width = columns;
  if (canvas.height < image.height) canvas.height = image.height;
  scratch.putImageData(image, 0, 0);
  boxes.forEach(({ x, y, width, height }, place) => {
    context.imageSmoothingEnabled = columns > width * ratio;
    context.imageSmoothingQuality = "medium";
    context.drawImage(canvas, 0, place * rows, columns, rows, x, y, width, height);
  });
}

/**
 * Cover what of maps is not compared: the places outside of a field.
 * @param {Context2D} context @param {readonly Box[]} boxes @param {readonly number[]} shape (C, H, W)
 * @param {{ top: number, left: number, bottom: number, right: number }} field ends included @param {string} colour
 */
export function coverOutside(context, boxes, [, rows, columns], field, colour) {
  const empty = field.bottom < field.top || field.right < field.left;
  context.fillStyle = colour;
  for (const { x, y, width, height } of boxes) {
    if (empty) {
      context.fillRect(x, y, width, height);
      continue;
    }
    const across = [0, field.left, field.right + 1, columns].map((column) => x + (column * width) / columns);
    const down = [0, field.top, field.bottom + 1, rows].map((row) => y + (row * height) / rows);
    context.fillRect(x, y, width, down[1] - y);
    context.fillRect(x, down[2], width, down[3] - down[2]);
    context.fillRect(x, down[1], across[1] - x, down[2] - down[1]);
    context.fillRect(across[2], down[1], across[3] - across[2], down[2] - down[1]);
  }
}

/**
 * Draw units of a vector as bars from the middle: right is positive.
 * @param {Context2D} context @param {readonly (Box & { unit: number })[]} boxes @param {Float32Array} values
 * @param {(unit: number) => number} limit @param {{ surface: string, line: string, lineStrong: string }} theme
 * @param {Scale} [scale]
 */
export function drawBars(context, boxes, values, limit, theme, scale = ACTIVATIONS) {
  for (const { unit, x, y, width, height } of boxes) {
    const share = limit(unit) > 0 ? Math.max(-1, Math.min(1, values[unit] / limit(unit))) : 0;
    const middle = x + width / 2;
    context.fillStyle = theme.surface;
    context.fillRect(x, y, width, height);
    context.fillStyle = colourOf(scale, values[unit], limit(unit));
    context.fillRect(share < 0 ? middle + (share * width) / 2 : middle, y, Math.abs((share * width) / 2), height);
    context.fillStyle = theme.lineStrong;
    context.fillRect(Math.round(middle), y, 1, height);
  }
}

/**
 * Draw a small grid of numbers, such as a kernel, around 0.
 * @param {Context2D} context @param {Box} box @param {{ rows: number, columns: number, values: Float32Array }} data
 * @param {number} limit @param {Scale} scale @param {{ line: string }} theme
 */
export function drawGrid(context, { x, y, width, height }, { rows, columns, values }, limit, scale, theme) {
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const [left, top] = [Math.round(x + (column * width) / columns), Math.round(y + (row * height) / rows)];
      context.fillStyle = colourOf(scale, values[row * columns + column], limit);
      context.fillRect(
        left,
        top,
        Math.round(x + ((column + 1) * width) / columns) - left,
        Math.round(y + ((row + 1) * height) / rows) - top,
      );
    }
  }
  context.strokeStyle = theme.line;
  context.lineWidth = 1;
  context.strokeRect(x - 0.5, y - 0.5, width + 1, height + 1);
}

/** From the right side of one box to the left side of another; straight as far as `via`, where there is one.
 * @param {CanvasRenderingContext2D} context @param {Box} from @param {Box} to @param {number | null} [via] */
export function curve(context, from, to, via = null) {
  const [start, y0, x1, y1] = ends(from, to);
  const x0 = via ?? start;
  context.moveTo(start, y0);
  if (via !== null) context.lineTo(x0, y0);
  if (y0 === y1) context.lineTo(x1, y1);
  else context.bezierCurveTo((x0 + x1) / 2, y0, (x0 + x1) / 2, y1, x1, y1);
}

/**
 * The way of a link that goes around the maps, with round corners and a head.
 * @param {CanvasRenderingContext2D} context
 * @param {readonly { x: number, y: number }[]} points
 */
export function around(context, points) {
  const end = points[points.length - 1];
  context.beginPath();
  context.moveTo(points[0].x, points[0].y);
  for (let index = 1; index < points.length - 1; index++)
    context.arcTo(points[index].x, points[index].y, points[index + 1].x, points[index + 1].y, 5);
  context.lineTo(end.x - 1, end.y);
  context.moveTo(end.x - 5, end.y - 4);
  context.lineTo(end.x - 1, end.y);
  context.lineTo(end.x - 5, end.y + 4);
  context.stroke();
}

/** @param {Box} from @param {Box} to */
export const ends = (from, to) => [from.x + from.width, from.y + from.height / 2, to.x, to.y + to.height / 2];

/**
 * All edges at rest.
 * @param {CanvasRenderingContext2D} context
 * @param {import("../model/layout.js").Layout} layout
 * @param {{ edge: string, lineStrong: string }} theme
 */
export function drawLinks(context, layout, theme) {
  for (const { from, to, quiet, edges, via, arc } of layout.links) {
    context.strokeStyle = arc ? theme.lineStrong : theme.edge;
    if (arc) {
      context.lineWidth = 1.5;
      around(context, arc);
    } else if (quiet) {
      const [sources, targets] = [layout.columns[from].boxes, layout.columns[to].boxes];
      context.lineWidth = edges.length > targets.length ? 0.75 : 1;
      context.beginPath();
      for (const [i, j] of edges) curve(context, sources[i], targets[j], via);
      context.stroke();
    }
  }
}

/** How far the sheets under a closed block's maps look out, one behind the other. */
const SHEETS = [5, 2.5];

/** What lies under everything: the ground of open blocks, and under the maps of closed ones the sheets that they hide.
 * @param {CanvasRenderingContext2D} context
 * @param {import("../model/layout.js").Layout} layout
 * @param {{ surface: string, ground: string, line: string, lineStrong: string, raised: string }} theme
 */
export function drawBlocks(context, layout, theme) {
  for (const { open, x, y, width } of layout.brackets) {
    if (!open) continue;
    context.fillStyle = theme.raised;
    context.beginPath();
    context.roundRect(x - 5, y + 10, width + 10, layout.body.bottom - y - 6, 6);
    context.fill();
  }
  for (const { column, boxes } of layout.columns) {
    if (!column.fold) continue;
    for (const { x, y, width, height } of boxes)
      for (const out of SHEETS) {
        context.fillStyle = theme.surface;
        context.strokeStyle = theme.lineStrong;
        context.lineWidth = 1;
        context.beginPath();
        context.rect(x + out + 0.5, y + out + 0.5, width, height);
        context.fill();
        context.stroke();
      }
  }
}

/**
 * The mini-map of a column with more units than fit: each unit's mean colour, and the window that is shown.
 * @param {Context2D} context @param {Box} box @param {readonly string[]} colours of all units
 * @param {number} first @param {number} shown @param {{ line: string, accent: string }} theme
 */
export function drawMinimap(context, { x, y, width, height }, colours, first, shown, theme) {
  const step = height / colours.length;
  colours.forEach((colour, unit) => {
    context.fillStyle = colour;
    context.fillRect(x, y + unit * step, width, Math.max(1, step));
  });
  context.strokeStyle = theme.line;
  context.lineWidth = 1;
  context.strokeRect(x - 0.5, y - 0.5, width + 1, height + 1);
  context.strokeStyle = theme.accent;
  context.lineWidth = 2;
  context.strokeRect(x - 1, y + first * step, width + 2, Math.max(4, shown * step));
}
