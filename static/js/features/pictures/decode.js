// @ts-check
/**
 * What the browser does to pictures: the server's own picture of a file is what is drawn; a file that the server does
 * not read, or not as large as it is, is decoded here and sent anew.
 */

import { bare } from "./bare.js";

/** Longest side of the server's picture of the whole, in pixels. */
export const UPRIGHT = 1024;
/** Longest side of what is sent anew: beyond the server's limits, and beyond those of a proxy. */
export const LONGEST = { server: 2048, proxy: 1024 };
/** Of a JPEG that is sent anew: nobody sees a difference. */
const QUALITY = 0.93;
const THUMBNAIL = 96;

/**
 * @typedef {object} Anew a file that was decoded here
 * @property {Blob} blob what is sent
 * @property {{ width: number, height: number }} from its size before
 */

/**
 * The picture as PNG, or as a JPEG where that is smaller and nothing is transparent. Null where this browser cannot
 * decode the file.
 * @param {Blob} file
 * @param {number} longest side, in pixels
 * @param {{ orientation?: number }} [stored] as the server reads it, which knows more ways to say how a picture is
 *   turned than browsers do; where the server has not read the file, the browser decides
 * @returns {Promise<Anew | null>}
 */
export async function anew(file, longest, stored = {}) {
  const { orientation } = stored;
  const lying = orientation === undefined ? null : bare(new Uint8Array(await file.arrayBuffer()));
  const picture = await decoded(lying ?? file);
  if (!picture) return null;
  const turn = lying ? /** @type {number} */ (orientation) : 1;
  const [width, height] = turn > 4 ? [picture.height, picture.width] : [picture.width, picture.height];
  const ratio = Math.min(1, longest / Math.max(width, height));
  const canvas = canvasOf(Math.max(1, Math.round(width * ratio)), Math.max(1, Math.round(height * ratio)));
  const context = contextOf(canvas);
  const [a, b, c, d, right, down] = TURNS[turn];
  context.setTransform(a, b, c, d, right * canvas.width, down * canvas.height);
  if (turn > 4) context.drawImage(picture.source, 0, 0, canvas.height, canvas.width);
  else context.drawImage(picture.source, 0, 0, canvas.width, canvas.height);
  picture.close();
  const png = await blobOf(canvas, "image/png");
  const jpeg = isOpaque(context, canvas) ? await blobOf(canvas, "image/jpeg", QUALITY) : png;
  return { blob: jpeg.size < png.size ? jpeg : png, from: { width, height } };
}

/**
 * Orientation of EXIF → how a point as stored comes upright: x' = a·x + c·y + right·W, y' = b·x + d·y + down·H, where W
 * and H are the upright sides.
 * @type {Record<number, [number, number, number, number, number, number]>}
 */
const TURNS = {
  1: [1, 0, 0, 1, 0, 0],
  2: [-1, 0, 0, 1, 1, 0],
  3: [-1, 0, 0, -1, 1, 1],
  4: [1, 0, 0, -1, 0, 1],
  5: [0, 1, 1, 0, 0, 0],
  6: [0, 1, -1, 0, 1, 0],
  7: [0, -1, -1, 0, 1, 1],
  8: [0, -1, 1, 0, 0, 1],
};

/**
 * A small square of a picture, its middle; null where this browser cannot decode it. Of one that is cut short, which
 * was refused, there is a part to be shown.
 * @param {Blob} picture @param {{ part?: boolean }} [of] @returns {Promise<Blob | null>}
 */
export async function thumbnailOf(picture, { part = false } = {}) {
  const found = (await decoded(picture)) ?? (part ? await element(picture) : null);
  if (!found) return null;
  const { source, width, height } = found;
  const side = Math.min(width, height);
  const canvas = canvasOf(THUMBNAIL, THUMBNAIL);
  contextOf(canvas).drawImage(source, (width - side) / 2, (height - side) / 2, side, side, 0, 0, THUMBNAIL, THUMBNAIL);
  found.close();
  return blobOf(canvas, "image/png");
}

/** A picture that came as a data address. @param {string} address @returns {Blob} */
export function blobOfAddress(address) {
  const [head, data] = address.split(",");
  return new Blob([Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0))], {
    type: head.slice("data:".length, head.indexOf(";")),
  });
}

/**
 * @param {Blob} blob
 * @returns {Promise<{ source: CanvasImageSource, width: number, height: number, close: () => void } | null>}
 */
async function decoded(blob) {
  try {
    // A bitmap fails where a file is cut short; an <img> would show what there is of it and grey the rest.
    const bitmap = await createImageBitmap(blob);
    return { source: bitmap, width: bitmap.width, height: bitmap.height, close: () => bitmap.close() };
  } catch {
    return drawing(blob);
  }
}

/** Drawings (SVG) become no bitmap. @param {Blob} blob */
async function drawing(blob) {
  const text = await blob.slice(0, 1024).text();
  return text.includes("<svg") ? element(new Blob([blob], { type: "image/svg+xml" })) : null;
}

/** @param {Blob} blob */
async function element(blob) {
  const url = URL.createObjectURL(blob);
  try {
    const image = new Image();
    image.src = url;
    await image.decode();
    const { naturalWidth: width, naturalHeight: height } = image;
    return width && height ? { source: image, width, height, close: () => {} } : null;
  } catch {
    return null;
  } finally {
    URL.revokeObjectURL(url);
  }
}

/** @param {number} width @param {number} height */
function canvasOf(width, height) {
  const canvas = document.createElement("canvas");
  return Object.assign(canvas, { width, height });
}

/** @param {HTMLCanvasElement} canvas */
function contextOf(canvas) {
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d", { willReadFrequently: true }));
  context.imageSmoothingQuality = "high";
  return context;
}

/** @param {CanvasRenderingContext2D} context @param {HTMLCanvasElement} canvas */
function isOpaque(context, { width, height }) {
  const { data } = context.getImageData(0, 0, width, height);
  for (let place = 3; place < data.length; place += 4) if (data[place] < 255) return false;
  return true;
}

/** @param {HTMLCanvasElement} canvas @param {string} type @param {number} [quality] @returns {Promise<Blob>} */
const blobOf = (canvas, type, quality) =>
  new Promise((resolve, reject) =>
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error(`no ${type}`))), type, quality),
  );
