// @ts-check
/**
 * How many segments a JPEG has before its image data. Cameras write ten or twenty; a file of a
 * hundred thousand brings a browser's decoder to a standstill, and with it the page.
 * Source: ITU-T T.81, annex B.
 */
const MARKER = 0xff;
const START_OF_SCAN = 0xda;
const END_OF_IMAGE = 0xd9;

/** @param {Uint8Array} bytes the beginning of the file @returns {number} 0 where it is no JPEG; fill bytes count as well */
export function jpegSegments(bytes) {
  if (bytes[0] !== MARKER || bytes[1] !== 0xd8) return 0;
  let count = 0;
  let at = 2;
  while (bytes[at] === MARKER && at + 3 < bytes.length) {
    const kind = bytes[at + 1];
    if (kind === START_OF_SCAN || kind === END_OF_IMAGE) break;
    at += kind === MARKER ? 1 : 2 + Math.max(2, (bytes[at + 2] << 8) | bytes[at + 3]);
    count++;
  }
  return count;
}
