// @ts-check
/**
 * The picture under the evidence: the square that the network sees, cut out of the picture's own pixels. Where the
 * input
 * was changed, or there is no picture, the input itself.
 */
import { inputImage } from "../draw/input.js";
import { ownOf, sampleOf } from "../state/selectors.js";

/** @typedef {import("../state/initial.js").State} State */

/** By run: a run is never changed. @type {WeakMap<object, HTMLCanvasElement>} */
const known = new WeakMap();

/**
 * The input's pixels.
 * @param {NonNullable<State["run"]>} run
 * @param {NonNullable<State["model"]>} model
 * @returns {HTMLCanvasElement}
 */
export function inputPicture(run, model) {
  let canvas = known.get(run);
  if (!canvas) {
    known.set(run, (canvas = document.createElement("canvas")));
    [canvas.height, canvas.width] = run.input.shape.slice(1);
    const make = (/** @type {number} */ width, /** @type {number} */ height) => new ImageData(width, height);
    const image = /** @type {ImageData} */ (inputImage(make, run.input, model.input.range));
    canvas.getContext("2d")?.putImageData(image, 0, 0);
  }
  return canvas;
}

/**
 * Where the picture's own pixels are; null where the network did not get them as they are.
 * @param {State} state
 * @returns {string | Blob | null}
 */
export function sourceOf(state) {
  const { main } = state.scenes;
  if (!main?.run?.preparation?.crop || main.edits.length) return null;
  const own = ownOf(state, main.picture);
  return own ? (own.upright ?? own.blob) : (sampleOf(state, main.picture)?.url ?? null);
}

/**
 * @param {string | Blob} source
 * @returns {Promise<HTMLImageElement | null>} null where this browser cannot read it, or cannot get it
 */
export async function load(source) {
  const image = new Image();
  const address = typeof source === "string" ? source : URL.createObjectURL(source);
  image.src = address;
  try {
    await image.decode();
    return image;
  } catch {
    return null; // the caption then says that the input's own pixels are seen
  } finally {
    if (address !== source) URL.revokeObjectURL(address);
  }
}

/**
 * Draw the square that was cut out, as the engine cut it: turned about its centre, then cut.
 * @param {CanvasRenderingContext2D} context @param {{ width: number, height: number }} box of the canvas, in its pixels
 * @param {HTMLImageElement} image
 * @param {{ upright: { width: number, height: number }, crop: { x: number, y: number, size: number, rotate: number } }}
 *   preparation
 */
export function drawCut(context, { width, height }, image, { upright, crop }) {
  const scale = Math.max(width, height) / crop.size;
  const [across, down] = [width / scale, height / scale];
  context.save();
  context.fillStyle = "#000000";
  context.fillRect(0, 0, width, height);
  context.imageSmoothingQuality = "high";
  context.translate(width / 2, height / 2);
  context.rotate((crop.rotate * Math.PI) / 180);
  context.scale(scale, scale);
  context.drawImage(image, -(crop.x + across / 2), -(crop.y + down / 2), upright.width, upright.height);
  context.restore();
}
