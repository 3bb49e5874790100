/** Files without what turns them, made here part by part. */
import assert from "node:assert/strict";
import test from "node:test";
import { bare } from "../../static/js/features/pictures/bare.js";

const bytes = (/** @type {string} */ text) => Uint8Array.from(text, (letter) => letter.charCodeAt(0));
const four = (/** @type {number} */ size) => [size >>> 24, (size >>> 16) & 255, (size >>> 8) & 255, size & 255];
const text = async (/** @type {Blob | null} */ blob) =>
  blob && String.fromCharCode(...new Uint8Array(await blob.arrayBuffer()));
const segment = (/** @type {number} */ marker, /** @type {string} */ body) =>
  `\xff${String.fromCharCode(marker, (body.length + 2) >> 8, (body.length + 2) & 255)}${body}`;
const chunk = (/** @type {string} */ kind, /** @type {string} */ body) =>
  `${String.fromCharCode(...four(body.length))}${kind}${body}CRC!`;
const riff = (/** @type {string} */ kind, /** @type {string} */ body) =>
  `${kind}${String.fromCharCode(...four(body.length).reverse())}${body}${body.length % 2 ? "\0" : ""}`;
const webp = (/** @type {string} */ chunks) =>
  `RIFF${String.fromCharCode(...four(chunks.length + 4).reverse())}WEBP${chunks}`;

test("JPEG: Exif and XMP go, everything else stays, and the scan is not looked into", async () => {
  const app0 = segment(0xe0, "JFIF\0");
  const icc = segment(0xe2, "ICC_PROFILE\0");
  const scan = `${segment(0xda, "\x01")}\xff\xe1\x00\x04ab`;
  const file = `\xff\xd8${app0}${segment(0xe1, "Exif\0\0…".slice(0, 6))}${icc}\xff${segment(0xe1, "http://ns")}${scan}`;
  assert.equal(await text(bare(bytes(file))), `\xff\xd8${app0}${icc}${scan}`);
  assert.equal(bare(bytes(`\xff\xd8${app0}`)), null, "no scan");
});

test("PNG: eXIf and texts go", async () => {
  const [head, data, end] = [chunk("IHDR", "sizes"), chunk("IDAT", "pixels"), chunk("IEND", "")];
  const start = "\x89PNG\r\n\x1a\n";
  const file = `${start}${head}${chunk("eXIf", "turn")}${chunk("iTXt", "XML")}${data}${end}`;
  assert.equal(await text(bare(bytes(file))), `${start}${head}${data}${end}`);
  assert.equal(bare(bytes(`${start}${head}${data.slice(0, -3)}`)), null, "cut short");
});

test("WebP: EXIF and XMP go with their flags, and the length is that of the rest", async () => {
  const rest = (/** @type {string} */ flags) => `${riff("VP8X", `${flags}\0\0\0size66`)}${riff("VP8 ", "odd")}`;
  const file = webp(`${rest("\x1c")}${riff("EXIF", "turn!")}${riff("XMP ", "XML")}`);
  assert.equal(await text(bare(bytes(file))), webp(rest("\x10")));
});

test("other kinds are left to the browser", () => {
  assert.equal(bare(bytes("GIF89a")), null);
  assert.equal(bare(bytes("")), null);
});
