import assert from "node:assert/strict";
import { test } from "node:test";
import { corners, handle, move, resize, settle, towards, turn } from "../../static/js/model/crop.js";
import { afterCrop, applied, beforeCrop, inFile, inInput, stages, upright } from "../../static/js/model/preparation.js";
import { centredCrop } from "../../static/js/features/pictures/own-pictures.js";

const PICTURE = { width: 300, height: 200 };
const near = (a, b, within = 1e-9) => a.every((value, index) => Math.abs(value - b[index]) < within);

test("the centred crop is the largest square in the middle", () => {
  assert.deepEqual(centredCrop(PICTURE), { x: 50, y: 0, size: 200, rotate: 0 });
  assert.deepEqual(centredCrop({ width: 1, height: 10_000 }), { x: 0, y: 4999, size: 1, rotate: 0 });
});

test("moving keeps the centre inside the picture and the size", () => {
  const far = move(centredCrop(PICTURE), 10_000, -10_000, PICTURE);
  assert.deepEqual(far, { x: 200, y: -100, size: 200, rotate: 0 });
});

test("zooming keeps the centre", () => {
  const small = resize({ x: 100, y: 50, size: 100, rotate: 0 }, 50, PICTURE);
  assert.deepEqual(small, { x: 125, y: 75, size: 50, rotate: 0 });
  assert.equal(resize(small, 1e9, PICTURE).size, 300);
  assert.equal(resize(small, 0, PICTURE).size, 8);
  assert.equal(resize(centredCrop({ width: 1, height: 1 }), 0, { width: 1, height: 1 }).size, 1);
});

test("every crop that the editor can make is one that the server takes", () => {
  for (let index = 0; index < 500; index++) {
    const wild = {
      x: Math.sin(index) * 900,
      y: Math.cos(7 * index) * 900,
      size: Math.abs(Math.sin(3 * index)) * 2000,
      rotate: index * 31,
    };
    const { x, y, size, rotate } = settle(wild, PICTURE);
    assert.ok(Number.isInteger(x) && Number.isInteger(y) && Number.isInteger(size) && size >= 8 && size <= 300);
    assert.ok(x + size / 2 >= -0.5 && x + size / 2 <= 300.5 && y + size / 2 >= -0.5 && y + size / 2 <= 200.5);
    assert.ok(rotate >= -180 && rotate < 180);
  }
});

test("turning the picture clockwise turns the square the other way", () => {
  const crop = turn({ x: 100, y: 50, size: 100, rotate: 0 }, 90, PICTURE);
  assert.ok(near(corners(crop)[0], [100, 150]), "what becomes the top left corner was the bottom left one");
  assert.ok(near(handle(crop, 0), [100, 100]));
});

test("the handle points where it is dragged to", () => {
  const crop = { x: 100, y: 50, size: 100, rotate: 0 };
  for (const degrees of [0, 30, -90, 120]) {
    const [x, y] = handle({ ...crop, rotate: degrees }, 10);
    assert.ok(Math.abs(towards(crop, x, y) - degrees) < 1e-9);
  }
});

test("the corners of the input lie on the corners of the crop", () => {
  const crop = { x: 40, y: 20, size: 120, rotate: 25 };
  const places = [
    [0, 0],
    [1, 0],
    [1, 1],
    [0, 1],
  ].map((place) => beforeCrop(place, crop, PICTURE, [64, 64]));
  corners(crop).forEach(([x, y], index) => assert.ok(near(places[index], [x / 300, y / 200])));
});

test("a place followed through the crop and back is the same", () => {
  const crop = { x: -10, y: 30, size: 150, rotate: -70 };
  const there = beforeCrop([0.3, 0.8], crop, PICTURE, [64, 48]);
  assert.ok(near(afterCrop(there, crop, PICTURE, [64, 48]), [0.3, 0.8]));
});

test("every EXIF orientation undoes itself", () => {
  for (let exif = 1; exif <= 8; exif++)
    assert.ok(near(upright(exif, inFile(exif, [0.2, 0.7])), [0.2, 0.7]), String(exif));
});

test("orientation 6 (camera turned right) finds the file's bottom left at the upright top left", () => {
  assert.ok(near(inFile(6, [0, 0]), [0, 1]));
});

test("a pixel is followed from the file to the input and back from every stage", () => {
  const steps = ["orientation", "colours", "alpha", "crop", "resize", "scale"].map((id) => ({
    id,
    params: id === "orientation" ? { exif: 8 } : {},
  }));
  const preparation = { steps, source: { width: 200, height: 300 }, crop: { x: 60, y: 10, size: 100, rotate: 15 } };
  const places = stages(preparation, [0.4, 0.6], [64, 64]);
  assert.equal(places.length, 7);
  places.forEach((place, stage) =>
    assert.ok(near(inInput(preparation, stage, place, [64, 64]), [0.4, 0.6]), `stage ${stage}`),
  );
});

test("a stretched picture is followed across its whole width and height", () => {
  const steps = [
    { id: "orientation", params: { exif: 1 } },
    { id: "crop", params: { fit: "stretch" } },
    { id: "resize", params: {} },
  ];
  const preparation = { steps, crop: { x: 0, y: 0, size: 300, rotate: 0 }, source: PICTURE };
  for (const place of [
    [0, 0],
    [1, 1],
    [0.25, 0.75],
  ]) {
    for (const found of stages(preparation, place, [28, 28])) assert(near(found, place));
    for (let stage = 0; stage <= steps.length; stage++)
      assert(near(inInput(preparation, stage, place, [28, 28]), place));
  }
});

test("steps of values are applied as the engine does", () => {
  assert.deepEqual(applied({ id: "scale", params: { divisor: 255 } }, [255, 51, 0]), [1, 0.2, 0]);
  assert.deepEqual(applied({ id: "invert", params: {} }, [1, 0.25]), [0, 0.75]);
  assert.deepEqual(applied({ id: "channels", params: {} }, [1, 2, 3]), [3, 2, 1]);
  const params = { scale: 2, mean: [1, 1, 0], std: [1, 2, 4] };
  assert.deepEqual(applied({ id: "normalise", params }, [1, 0.5, 2]), [1, 0, 1]);
});
