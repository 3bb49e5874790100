import assert from "node:assert/strict";
import { test } from "node:test";
import { jpegSegments } from "../../static/js/model/files/jpeg.js";

const segment = (kind, ...body) => [0xff, kind, 0, body.length + 2, ...body];
const jpeg = (...segments) =>
  Uint8Array.from([0xff, 0xd8, ...segments.flat(), ...segment(0xda, 1, 2), 9, 9, 0xff, 0xd9]);

test("segments are counted up to the image data", () => {
  assert.equal(jpegSegments(jpeg(segment(0xe0, 1, 2, 3), segment(0xdb, 4), segment(0xc0, 5))), 3);
  assert.equal(jpegSegments(jpeg()), 0);
  assert.equal(jpegSegments(jpeg(...Array.from({ length: 5000 }, () => segment(0xe1)))), 5000);
});

test("fill bytes and lengths that lie end the walk, and other files have no segments", () => {
  assert.ok(jpegSegments(new Uint8Array(10_000).fill(0xff).with(1, 0xd8)) > 9000);
  assert.equal(jpegSegments(Uint8Array.of(0xff, 0xd8, 0xff, 0xe0, 0, 0, 7, 7, 7, 7)), 1);
  assert.equal(jpegSegments(Uint8Array.of(0x89, 0x50, 0x4e, 0x47)), 0);
  assert.equal(jpegSegments(new Uint8Array(0)), 0);
});
