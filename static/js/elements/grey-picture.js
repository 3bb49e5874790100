// @ts-check
/** A grey picture as a file. */

/**
 * @param {import("../model/strokes.js").Grey} grey
 * @param {{ invert?: boolean }} [how] `invert`: dark on white, as pen on paper
 * @returns {Promise<Blob>} PNG
 */
export function pictureOf({ width, height, data }, { invert = false } = {}) {
  const canvas = document.createElement("canvas");
  Object.assign(canvas, { width, height });
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  const image = context.createImageData(width, height);
  data.forEach((value, at) => {
    image.data.fill(Math.round(255 * (invert ? 1 - value : value)), 4 * at, 4 * at + 3);
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
