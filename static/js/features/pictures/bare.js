// @ts-check
/**
 * A file without what says how its picture is turned, so that every browser decodes it as it is stored. Browsers read
 * an orientation here and not there (WebP, XMP); the server says which one holds.
 */

/** Each byte as the character of its number; a decoder's "latin1" is Windows-1252. @param {Uint8Array} bytes */
const characters = (bytes) => String.fromCharCode(...bytes);

/**
 * JPEG without its Exif and XMP segments, PNG without its eXIf and text chunks, WebP without its EXIF and XMP chunks;
 * null for a file of another kind, or one whose parts do not add up.
 * @param {Uint8Array} bytes @returns {Blob | null}
 */
export function bare(bytes) {
  const name = (/** @type {number} */ from, /** @type {number} */ to) => characters(bytes.subarray(from, to));
  if (bytes[0] === 0xff && bytes[1] === 0xd8) return joined(jpegParts(bytes), "image/jpeg");
  if (name(0, 8) === "\x89PNG\r\n\x1a\n") return joined(pngParts(bytes), "image/png");
  if (name(0, 4) === "RIFF" && name(8, 12) === "WEBP") return joined(webpParts(bytes), "image/webp");
  return null;
}

/** @param {Uint8Array[] | null} parts @param {string} type */
const joined = (parts, type) => parts && new Blob(/** @type {BlobPart[]} */ (parts), { type });

/** Segments up to the scan, which is taken as it is. @param {Uint8Array} bytes */
function jpegParts(bytes) {
  const parts = [bytes.subarray(0, 2)];
  let at = 2;
  while (at + 4 <= bytes.length && bytes[at] === 0xff && bytes[at + 1] !== 0xda) {
    if (bytes[at + 1] === 0xff) {
      at += 1; // a fill byte
      continue;
    }
    const end = at + 2 + bytes[at + 2] * 256 + bytes[at + 3];
    if (bytes[at + 1] !== 0xe1) parts.push(bytes.subarray(at, end));
    at = end;
  }
  return bytes[at] === 0xff && bytes[at + 1] === 0xda ? [...parts, bytes.subarray(at)] : null;
}

/** @param {Uint8Array} bytes */
function pngParts(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const parts = [bytes.subarray(0, 8)];
  for (let at = 8; at + 12 <= bytes.length; ) {
    const end = at + 12 + view.getUint32(at);
    const kind = characters(bytes.subarray(at + 4, at + 8));
    if (end > bytes.length) return null;
    if (!["eXIf", "tEXt", "zTXt", "iTXt"].includes(kind)) parts.push(bytes.subarray(at, end));
    if (kind === "IEND") return parts;
    at = end;
  }
  return null;
}

/** @param {Uint8Array} bytes */
function webpParts(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const kept = [];
  for (let at = 12; at + 8 <= bytes.length; ) {
    const size = view.getUint32(at + 4, true);
    const end = Math.min(bytes.length, at + 8 + size + (size % 2));
    const kind = characters(bytes.subarray(at, at + 4));
    const chunk = kind === "VP8X" ? bytes.slice(at, end) : bytes.subarray(at, end);
    if (kind === "VP8X") chunk[8] &= ~0b1100; // its flags for Exif and XMP
    if (kind !== "EXIF" && kind !== "XMP ") kept.push(chunk);
    at = end;
  }
  const head = bytes.slice(0, 12);
  const length = kept.reduce((sum, chunk) => sum + chunk.length, 4);
  new DataView(head.buffer).setUint32(4, length, true);
  return kept.length ? [head, ...kept] : null;
}
