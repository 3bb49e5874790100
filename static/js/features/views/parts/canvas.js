// @ts-check
/**
 * Canvases with their contexts. Making a context takes a tenth of a millisecond, and an opened neuron has
 * thirty: some are made while there is nothing else to do, and a view that opens at once finds them.
 */
import { requestIdle } from "../../../core/timing.js";
import { h } from "../../../elements/dom.js";

/** As many as the neurons of ten inputs need. */
const KEPT = 32;

/** @type {CanvasRenderingContext2D[]} */
const spare = [];
let asked = false;

const make = () => h("canvas", { width: 1, height: 1, "aria-hidden": "true" }).getContext("2d");

/** Let some be made. */
export function prepareCanvases() {
  if (asked) return;
  asked = true;
  requestIdle(() => {
    asked = false;
    while (spare.length < KEPT) spare.push(make());
  });
}

/** One of a size in pixels, empty. @param {number} width @param {number} height */
export function takeCanvas(width, height) {
  const context = spare.pop() ?? make();
  const { canvas } = context;
  canvas.width = width;
  canvas.height = height;
  prepareCanvases();
  return { canvas, context };
}
