// @ts-check
/**
 * What the browser does to a picture before it is sent: look at its size, reduce it where it is
 * larger than the network could ever need, and make its small square for the strip.
 */

/** Longest side of what is sent, in pixels. */
export const LONGEST = 1024;
/** Past this many pixels the file goes to the server as it is, which refuses it by its header. */
const MOST_PIXELS = 50_000_000;
const THUMBNAIL = 96;

/**
 * @typedef {object} Decoded
 * @property {Blob} blob what is sent
 * @property {number} width of `blob`, upright @property {number} height of `blob`, upright
 * @property {{ width: number, height: number } | null} reducedFrom
 * @property {Blob | null} thumbnail
 */

/**
 * Null where this browser cannot decode the file: the server will say what is wrong with it.
 * @param {Blob} file @returns {Promise<Decoded | null>}
 */
export async function decode(file) {
  const url = URL.createObjectURL(file);
  try {
    const image = await load(url);
    const { naturalWidth: width, naturalHeight: height } = image;
    if (!width || !height || width * height > MOST_PIXELS) return null;
    // Decoding now makes damaged files fail here and not while they are drawn.
    await image.decode();
    const thumbnail = await blobOf(squareOf(image, width, height));
    if (Math.max(width, height) <= LONGEST) return { blob: file, width, height, reducedFrom: null, thumbnail };
    const ratio = LONGEST / Math.max(width, height);
    const small = canvasOf(Math.max(1, Math.round(width * ratio)), Math.max(1, Math.round(height * ratio)));
    paint(small, (context) => context.drawImage(image, 0, 0, small.width, small.height), file.type !== "image/jpeg");
    return { blob: await blobOf(small), width: small.width, height: small.height, reducedFrom: { width, height }, thumbnail };
  } catch {
    return null;
  } finally {
    URL.revokeObjectURL(url);
  }
}

/** An upright picture to draw from; the caller closes it. @param {Blob} blob */
export const bitmapOf = (blob) => createImageBitmap(blob, { imageOrientation: "from-image" });

/** @param {string} url @returns {Promise<HTMLImageElement>} */
const load = (url) =>
  new Promise((resolve, reject) => {
    const image = new Image();
    image.onload = () => resolve(image);
    image.onerror = () => reject(new Error("not decodable here"));
    image.src = url;
  });

/** @param {number} width @param {number} height */
function canvasOf(width, height) {
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  return canvas;
}

/** @param {HTMLCanvasElement} canvas @param {(context: CanvasRenderingContext2D) => void} draw @param {boolean} [alpha] whether the picture may be transparent */
function paint(canvas, draw, alpha = true) {
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d", { alpha }));
  context.imageSmoothingQuality = "high";
  draw(context);
}

/** The centred square, small. @param {CanvasImageSource} image @param {number} width @param {number} height */
function squareOf(image, width, height) {
  const side = Math.min(width, height);
  const canvas = canvasOf(THUMBNAIL, THUMBNAIL);
  paint(canvas, (context) => context.drawImage(image, (width - side) / 2, (height - side) / 2, side, side, 0, 0, THUMBNAIL, THUMBNAIL));
  return canvas;
}

/** PNG, which loses nothing. @param {HTMLCanvasElement} canvas @returns {Promise<Blob>} */
const blobOf = (canvas) => new Promise((resolve, reject) => canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("no PNG"))), "image/png"));
