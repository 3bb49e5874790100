// @ts-check
/**
 * What the browser does to a picture before it is sent: look at its size, reduce it where it is
 * larger than the network could ever need, and make its small square for the strip.
 */
import { jpegSegments } from "../../model/files/jpeg.js";

/** Longest side of what is sent, in pixels. */
export const LONGEST = 1024;
/** How the formats that the server reads begin: only they are reduced here, so that size never decides what is refused. */
const SIGNATURES = [
  { at: 0, text: "\x89PNG" },
  { at: 0, text: "\xff\xd8\xff" },
  { at: 8, text: "WEBP" },
  { at: 0, text: "GIF8" },
  { at: 0, text: "BM" },
];
/** Past this many pixels the file goes to the server as it is, which refuses it by its header. */
const MOST_PIXELS = 50_000_000;
/** A JPEG of more segments within its first MOST_HEADER bytes is left to the server as well. */
const MOST_SEGMENTS = 1000;
const MOST_HEADER = 1_000_000;
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
    const start = new Uint8Array(await file.slice(0, MOST_HEADER).arrayBuffer());
    if (jpegSegments(start) > MOST_SEGMENTS) return null;
    const image = await load(url);
    const { naturalWidth: width, naturalHeight: height } = image;
    if (!width || !height || width * height > MOST_PIXELS) return null;
    // Decoding now makes damaged files fail here and not while they are drawn.
    await image.decode();
    const thumbnail = await blobOf(squareOf(image, width, height));
    const whole = { blob: file, width, height, reducedFrom: null, thumbnail };
    if (Math.max(width, height) <= LONGEST || !isReadable(start)) return whole;
    const small = await reduced(file, LONGEST / Math.max(width, height));
    return small
      ? {
          blob: await blobOf(small),
          width: small.width,
          height: small.height,
          reducedFrom: { width, height },
          thumbnail,
        }
      : whole;
  } catch {
    return null;
  } finally {
    URL.revokeObjectURL(url);
  }
}

/** @param {Uint8Array} bytes how the file begins */
function isReadable(bytes) {
  const start = String.fromCharCode(...bytes.subarray(0, 12));
  return SIGNATURES.some(({ at, text }) => start.startsWith(text, at));
}

/**
 * Null where the file is cut short: an `<img>` shows what there is of it and greys the rest, a bitmap
 * fails. The server then gets the file and says what is wrong with it.
 * @param {Blob} file @param {number} ratio
 */
async function reduced(file, ratio) {
  const bitmap = await bitmapOf(file).catch(() => null);
  if (!bitmap) return null;
  const small = canvasOf(Math.max(1, Math.round(bitmap.width * ratio)), Math.max(1, Math.round(bitmap.height * ratio)));
  paint(small, (context) => context.drawImage(bitmap, 0, 0, small.width, small.height), file.type !== "image/jpeg");
  bitmap.close();
  return small;
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
  paint(canvas, (context) =>
    context.drawImage(image, (width - side) / 2, (height - side) / 2, side, side, 0, 0, THUMBNAIL, THUMBNAIL),
  );
  return canvas;
}

/** PNG, which loses nothing. @param {HTMLCanvasElement} canvas @returns {Promise<Blob>} */
const blobOf = (canvas) =>
  new Promise((resolve, reject) =>
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("no PNG"))), "image/png"),
  );
