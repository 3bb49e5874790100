import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { brush, coverCells, coverGrid, formatCover, SIDE } from "../../static/js/model/cover.js";
import { gaussian, orders, transformInput } from "../../static/js/model/transform.js";
import {
  CONTROLS,
  formatTransform,
  isCover,
  isUnchanged,
  parseTransform,
  unchanged,
} from "../../static/js/state/transform-text.js";
import { VOCABULARY } from "../../static/js/state/vocabulary.js";

const COVERS = JSON.parse(readFileSync(new URL("../contract/covers.json", import.meta.url), "utf8"));

const random = gaussian(7);
const picture = (channels, height, width) => ({
  shape: [channels, height, width],
  data: Float32Array.from({ length: channels * height * width }, () => Math.min(1, Math.max(0, 0.5 + 0.2 * random()))),
});
const change = (input, changes) => transformInput(input, { ...unchanged(), ...changes });
const close = (a, b, within = 1e-6) => a.every((value, index) => Math.abs(value - b[index]) <= within);

test("nothing changed is exactly the input", () => {
  for (const input of [picture(3, 8, 8), picture(1, 5, 9), picture(4, 1, 1)])
    assert.deepEqual(change(input, {}).data, input.data);
});

test("a shift moves every pixel and repeats the edge", () => {
  const input = picture(2, 4, 5);
  const { data } = change(input, { shift_x: 2, shift_y: -1 });
  for (let channel = 0; channel < 2; channel++)
    for (let row = 0; row < 4; row++)
      for (let column = 0; column < 5; column++) {
        const from = channel * 20 + Math.min(3, row + 1) * 5 + Math.max(0, column - 2);
        assert.equal(data[channel * 20 + row * 5 + column], input.data[from]);
      }
});

test("a mirror twice is the picture again", () => {
  const input = picture(3, 6, 7);
  assert.ok(close(change(change(input, { flip: 1 }), { flip: 1 }).data, input.data));
  assert.equal(change(input, { flip: 1 }).data[0], input.data[6]);
});

test("a quarter turn is clockwise", () => {
  const input = { shape: [1, 2, 2], data: Float32Array.of(0.1, 0.2, 0.3, 0.4) };
  assert.ok(close(change(input, { rotate: 90 }).data, [0.3, 0.1, 0.4, 0.2]));
});

test("four quarter turns are the picture again", () => {
  const input = picture(3, 6, 6);
  let turned = input;
  for (let step = 0; step < 4; step++) turned = change(turned, { rotate: 90 });
  assert.ok(close(turned.data, input.data, 1e-5));
});

test("values stay in the model's range", () => {
  const input = picture(3, 8, 8);
  for (const changes of [{ brightness: 1 }, { contrast: 3 }, { noise: 0.5 }, { brightness: -1 }]) {
    const { data } = change(input, changes);
    assert.ok(data.every((value) => value >= 0 && value <= 1));
  }
  const { data } = transformInput(input, { ...unchanged(), brightness: 0.25 }, [-1, 1]);
  assert.ok(Math.abs(data[0] - Math.min(1, input.data[0] + 0.5)) < 1e-6);
});

test("a blur keeps a flat picture and the sum of a dot far from the edge", () => {
  const flat = { shape: [1, 9, 9], data: new Float32Array(81).fill(0.4) };
  assert.ok(close(change(flat, { blur: 1.5 }).data, flat.data));
  const dot = { shape: [1, 21, 21], data: new Float32Array(441) };
  dot.data[220] = 1;
  const { data } = change(dot, { blur: 1 });
  assert.ok(Math.abs(data.reduce((sum, value) => sum + value, 0) - 1) < 1e-5);
  assert.ok(Math.abs(data[220] - 0.159) < 0.002, "1 / (2πσ²) at the middle");
});

test("all grey is the luma in every channel", () => {
  const input = { shape: [3, 1, 1], data: Float32Array.of(1, 0.5, 0) };
  assert.ok(close(change(input, { grey: 1 }).data, new Array(3).fill(0.299 + 0.2935)));
});

test("noise is the same for the same setting", () => {
  const input = picture(3, 8, 8);
  assert.deepEqual(change(input, { noise: 0.2 }).data, change(input, { noise: 0.2 }).data);
});

test("the orders of three channels are all six, the first unchanged", () => {
  assert.equal(new Set(orders(3).map(String)).size, 6);
  assert.deepEqual(orders(3)[0], [0, 1, 2]);
  assert.deepEqual(orders(1), [[0]]);
});

test("an address carries a transform there and back", () => {
  const transform = { ...unchanged(), shift_x: -3, contrast: 1.5, flip: 1 };
  assert.equal(formatTransform(transform), "shift_x:-3,flip:1,contrast:1.5");
  assert.deepEqual(parseTransform("shift_x:-3,flip:1,contrast:1.5"), transform);
  assert.equal(formatTransform(unchanged()), null);
  assert.ok(isUnchanged(unchanged()));
});

test("an address that makes no sense is not read", () => {
  for (const text of ["", "shift_x", "shift_x:", "shift_x:99", "shift_x:NaN", "shift_x:1:2", "constructor:1", "melt:1"])
    assert.equal(parseTransform(text), null, text);
});

test("every control's unchanged value lies in its range", () => {
  for (const [name, { at, from, to }] of Object.entries(CONTROLS)) assert.ok(from <= at && at <= to, name);
});

test("twice as large shows the middle, half as large repeats the edge", () => {
  const input = picture(2, 9, 9);
  const at = ({ data }, row, column) => data[row * 9 + column];
  const larger = change(input, { zoom: 2 });
  assert.ok(
    close([at(larger, 4, 4), at(larger, 4, 6), at(larger, 0, 8)], [at(input, 4, 4), at(input, 4, 5), at(input, 2, 6)]),
  );
  const smaller = change(input, { zoom: 0.5 });
  assert.ok(close([at(smaller, 4, 5), at(smaller, 0, 0)], [at(input, 4, 6), at(input, 0, 0)]));
  assert.ok(close(change(input, { zoom: 1 }).data, input.data, 0));
});

test("what is covered is said, and read again, by page and server alike", () => {
  assert.equal(SIDE, VOCABULARY.cover.side);
  assert.ok(COVERS.length > 8);
  for (const { text, times = 1, cells } of COVERS) {
    const whole = text.repeat(times);
    assert.equal(isCover(whole), cells !== undefined, whole.slice(0, 60));
    const read = parseTransform(`cover:${whole}`);
    assert.equal(read?.cover ?? null, cells === undefined ? null : whole);
    if (!cells) continue;
    const found = coverCells(whole, { cell: 1, rows: 4, columns: 4 });
    assert.deepEqual(
      [...found.keys()].filter((at) => found[at]),
      cells,
    );
  }
});

test("cells are written and read again, whatever they are", () => {
  for (let turn = 0; turn < 200; turn++) {
    const grid = coverGrid(1 + (turn % 64), 1 + ((7 * turn) % 64));
    const cells = Uint8Array.from({ length: grid.rows * grid.columns }, () => Number(random() > (turn % 5) - 2));
    const text = formatCover(cells);
    assert.deepEqual(coverCells(text, grid), cells);
    assert.equal(text === "", !cells.includes(1));
  }
});

test("a covered part is the middle of the range in every channel, and nothing else changes", () => {
  for (const [height, width, range] of [
    [8, 8, [0, 1]],
    [130, 90, [-1, 3]],
  ]) {
    const input = picture(3, height, width);
    const grid = coverGrid(height, width);
    assert.ok(grid.rows <= SIDE && grid.columns <= SIDE && grid.rows * grid.cell >= height);
    const cells = new Uint8Array(grid.rows * grid.columns);
    brush(cells, grid, [1, 1], [3, 5], 1, 1);
    const { data } = transformInput(input, { ...unchanged(), brightness: 0.1, cover: formatCover(cells) }, range);
    const plain = transformInput(input, { ...unchanged(), brightness: 0.1 }, range).data;
    let covered = 0;
    for (let at = 0; at < data.length; at++) {
      const [row, column] = [Math.floor((at % (height * width)) / width), at % width];
      const grey = cells[Math.floor(row / grid.cell) * grid.columns + Math.floor(column / grid.cell)] === 1;
      assert.equal(data[at], grey ? (range[0] + range[1]) / 2 : plain[at]);
      covered += Number(grey);
    }
    assert.ok(covered > 3 * 8);
  }
});

test("a stroke has no gaps however fast it is, and uncovering it leaves nothing", () => {
  const grid = coverGrid(64, 64);
  const cells = new Uint8Array(64 * 64);
  brush(cells, grid, [2, 2], [60, 40], 0.71, 1);
  for (let row = 2; row < 60; row++) assert.ok(cells.subarray(row * 64, row * 64 + 64).includes(1), `row ${row}`);
  brush(cells, grid, [2, 2], [60, 40], 1.5, 0);
  assert.equal(formatCover(cells), "");
  brush(cells, grid, [-9, -9], [-9, 90], 3, 1); // beside the picture
  assert.equal(formatCover(cells), "");
});

test("a cover alone is a change, with its place in the address", () => {
  const covered = { ...unchanged(), rotate: 5, cover: "a.3" };
  assert.ok(!isUnchanged({ ...unchanged(), cover: "a.3" }));
  assert.equal(formatTransform(covered), "rotate:5,cover:a.3");
  assert.deepEqual(parseTransform("rotate:5,cover:a.3"), covered);
  assert.equal(formatTransform({ ...unchanged(), cover: "" }), null);
});
