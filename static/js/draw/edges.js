// @ts-check
/** Edges into the unit that is looked at, and receptive fields. */
import { ACTIVATIONS, WEIGHTS, colourOf, inkOn, partsOf } from "./colour.js";
import { around, curve, drawGrid, ends } from "./maps.js";

/** @typedef {import("./maps.js").Box} Box */
/**
 * @typedef {{ ground: string, surface: string, ink: string, line: string, lineStrong: string, edge: string, accent:
 *   string, mono: string, text?: number }} Theme
 */

/**
 * The point at `t` 0–1 of an edge, or of the part that turns.
 * @param {Box} from
 * @param {Box} to
 * @param {number} t
 * @param {number | null} [via]
 */
export function pointOn(from, to, t, via = null) {
  const [start, y0, x1, y1] = ends(from, to);
  const x0 = via ?? start;
  const rest = 1 - t;
  const middle = 1.5 * rest * t; // the control points are half way in x: 3(1−t)²t·½ + 3(1−t)t²·½
  return {
    x: rest ** 3 * x0 + middle * (x0 + x1) + t ** 3 * x1,
    y: (rest ** 3 + 3 * rest ** 2 * t) * y0 + (3 * rest * t ** 2 + t ** 3) * y1,
  };
}

/**
 * @typedef {object} Incoming one edge into the unit that is looked at
 * @property {Box} from
 * @property {{ rows: number, columns: number, values: Float32Array }} [kernel]
 * @property {{ value: number, text: string }} [amount] what passes over it in total
 * @property {number | null} [via] where it begins to turn
 * @property {boolean} [around] it goes around the maps, on the one line for all edges of its link
 */

/**
 * The edges into one unit, its inputs, and on each edge its kernel or amount.
 * @param {CanvasRenderingContext2D} context @param {Box} to @param {readonly Incoming[]} incoming
 * @param {{ kernel: number, amount: number, kernelSize: number }} limits of the two colour scales, and a kernel's side
 *   in pixels
 * @param {Theme} theme
 * @param {readonly (readonly { x: number, y: number }[])[]} [arcs] the lines of links that go around
 */
export function drawIncoming(context, to, incoming, limits, theme, arcs = []) {
  context.lineWidth = 2;
  context.strokeStyle = theme.accent;
  for (const arc of arcs) around(context, arc);
  for (const { from, amount, via, around: goesAround } of incoming) {
    if (goesAround) continue;
    context.lineWidth = amount ? 1 + 3 * (limits.amount > 0 ? Math.abs(amount.value) / limits.amount : 0) : 1.5;
    context.strokeStyle = amount ? edgeColour(amount.value, limits.amount) : theme.accent;
    context.beginPath();
    curve(context, from, to, via);
    context.stroke();
  }
  for (const { from } of incoming) outline(context, from, theme.accent, 1.5);
  for (const { from, kernel, amount, via, around: goesAround } of incoming) {
    if (kernel && !goesAround) {
      const { x, y } = pointOn(from, to, 0.3, via);
      const scale = limits.kernelSize / Math.max(kernel.rows, kernel.columns);
      const [width, height] = [
        Math.max(3, Math.round(kernel.columns * scale)),
        Math.max(3, Math.round(kernel.rows * scale)),
      ];
      drawGrid(
        context,
        { x: Math.round(x - width / 2), y: Math.round(y - height / 2), width, height },
        kernel,
        limits.kernel,
        WEIGHTS,
        { line: theme.lineStrong },
      );
    }
    if (amount) chip(context, from, to, amount, limits.amount, theme);
  }
  outline(context, to, theme.accent, 2.5);
}

/** An amount's colour as a line on the page's ground: kept away from 0, which has the ground's colour.
 * @param {number} value @param {number} limit */
const edgeColour = (value, limit) =>
  ACTIVATIONS.css(Math.sign(value || 1) * (0.3 + 0.7 * (limit > 0 ? Math.abs(value) / limit : 0)));

/**
 * A number on its edge, beside the map that it comes from.
 * @param {CanvasRenderingContext2D} context
 * @param {Box} from
 * @param {Box} to
 * @param {{ value: number, text: string }} amount @param {number} limit @param {Theme} theme */
function chip(context, from, to, { value, text }, limit, theme) {
  context.font = theme.mono;
  context.textAlign = "left";
  context.textBaseline = "middle";
  const width = context.measureText(text).width + 8;
  const high = 19 * (theme.text ?? 1);
  const x = Math.min(from.x + from.width + 5, to.x - width - 2);
  const y = from.y + from.height / 2;
  context.fillStyle = colourOf(ACTIVATIONS, value, limit);
  context.strokeStyle = theme.lineStrong;
  context.lineWidth = 1;
  context.beginPath();
  context.roundRect(x, y - high / 2, width, high, 4);
  context.fill();
  context.stroke();
  context.fillStyle = inkOn(partsOf(colourOf(ACTIVATIONS, value, limit)));
  context.fillText(text, x + 4, y + 0.5);
}

/** @param {CanvasRenderingContext2D} context @param {Box} box @param {string} colour @param {number} width */
export function outline(context, { x, y, width: w, height }, colour, width) {
  context.strokeStyle = colour;
  context.lineWidth = width;
  context.beginPath();
  context.roundRect(x - width / 2 - 0.5, y - width / 2 - 0.5, w + width + 1, height + width + 1, 2);
  context.stroke();
}

/**
 * A receptive field on a map: the rows and columns that are read, framed in dark and light so that it
 * shows on any colour.
 * @param {CanvasRenderingContext2D} context @param {Box} box of the map
 * @param {{ top: number, left: number, bottom: number, right: number }} part
 * @param {readonly number[]} shape (C, H, W)
 * @param {Theme} theme
 */
export function drawField(context, box, part, [, rows, columns], theme) {
  const x = box.x + (part.left * box.width) / columns;
  const y = box.y + (part.top * box.height) / rows;
  const width = Math.max(2, ((part.right + 1 - part.left) * box.width) / columns);
  const height = Math.max(2, ((part.bottom + 1 - part.top) * box.height) / rows);
  context.lineWidth = 3;
  context.strokeStyle = "#ffffff";
  context.strokeRect(x, y, width, height);
  context.lineWidth = 1.5;
  context.strokeStyle = theme.accent;
  context.strokeRect(x, y, width, height);
}
