// @ts-check
/** A grey picture as a file. */
import { bytesOf } from "../model/strokes.js";

/**
 * @param {import("../model/strokes.js").Grey} grey
 * @param {{ invert?: boolean }} [how] `invert`: dark on white, as pen on paper
 * @returns {Promise<Blob>} PNG
 */
export function pictureOf(grey, { invert = false } = {}) {
  const { width, height } = grey;
  const canvas = document.createElement("canvas");
  Object.assign(canvas, { width, height });
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  const image = context.createImageData(width, height);
  bytesOf(grey, invert).forEach((value, at) => {
    image.data.fill(value, 4 * at, 4 * at + 3);
    image.data[4 * at + 3] = 255;
  });
  context.putImageData(image, 0, 0);
  return new Promise((resolve, reject) =>
    canvas.toBlob(
      (blob) => (blob ? resolve(blob) : reject(new Error("the picture could not be written"))),
      "image/png",
    ),
  );
}
