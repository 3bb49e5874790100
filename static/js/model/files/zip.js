// @ts-check
/**
 * An uncompressed ZIP archive of a few files in memory (PKWARE APPNOTE 6.3.10, method 0 "stored").
 *
 * @typedef {{ name: string, bytes: Uint8Array }} Entry
 */

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
  return value >>> 0;
});

/** CRC-32 as ZIP and PNG use it. @param {Uint8Array} bytes */
export function crc32(bytes) {
  let value = 0xffffffff;
  for (const byte of bytes) value = TABLE[(value ^ byte) & 0xff] ^ (value >>> 8);
  return (value ^ 0xffffffff) >>> 0;
}

const LOCAL_HEADER = 30;
const CENTRAL_HEADER = 46;
const END_RECORD = 22;
/** 1 January 1980, the earliest date the format knows: the same tensors give the same bytes. */
const DATE = 0x0021;
/** General-purpose bit 11: names are UTF-8. */
const UTF8_NAMES = 0x0800;

/** @param {Entry[]} entries @returns {Uint8Array<ArrayBuffer>} */
export function zip(entries) {
  const files = entries.map(({ name, bytes }) => ({ name: new TextEncoder().encode(name), bytes, crc: crc32(bytes) }));
  const bodies = files.reduce((sum, { name, bytes }) => sum + LOCAL_HEADER + name.length + bytes.length, 0);
  const directory = files.reduce((sum, { name }) => sum + CENTRAL_HEADER + name.length, 0);
  const archive = new Uint8Array(bodies + directory + END_RECORD);
  const view = new DataView(archive.buffer);

  let at = 0;
  let central = bodies;
  for (const { name, bytes, crc } of files) {
    view.setUint32(at, 0x04034b50, true);
    common(view, at + 4, { crc, size: bytes.length, name: name.length });
    archive.set(name, at + LOCAL_HEADER);
    archive.set(bytes, at + LOCAL_HEADER + name.length);

    view.setUint32(central, 0x02014b50, true);
    view.setUint16(central + 4, 20, true); // made by version 2.0
    common(view, central + 6, { crc, size: bytes.length, name: name.length });
    view.setUint32(central + 42, at, true);
    archive.set(name, central + CENTRAL_HEADER);

    at += LOCAL_HEADER + name.length + bytes.length;
    central += CENTRAL_HEADER + name.length;
  }

  view.setUint32(central, 0x06054b50, true);
  view.setUint16(central + 8, files.length, true);
  view.setUint16(central + 10, files.length, true);
  view.setUint32(central + 12, directory, true);
  view.setUint32(central + 16, bodies, true);
  return archive;
}

/**
 * The 26 bytes that local and central headers share.
 * @param {DataView} view
 * @param {number} at
 * @param {{ crc: number, size: number, name: number }} file
 */
function common(view, at, { crc, size, name }) {
  view.setUint16(at, 20, true); // needs version 2.0
  view.setUint16(at + 2, UTF8_NAMES, true);
  view.setUint16(at + 4, 0, true); // stored
  view.setUint16(at + 6, 0, true); // midnight
  view.setUint16(at + 8, DATE, true);
  view.setUint32(at + 10, crc, true);
  view.setUint32(at + 14, size, true);
  view.setUint32(at + 18, size, true);
  view.setUint16(at + 22, name, true);
  view.setUint16(at + 24, 0, true); // no extra field
}
