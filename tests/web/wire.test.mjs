// What the server was recorded to send (tests/contract/recorded), read as the page reads it.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { decodeParameters, decodeRun } from "../../static/js/api/client.js";
import { readTensorFile } from "../../static/js/api/wire.js";
import { safetensors } from "../../static/js/model/files/safetensors.js";

const FOLDER = new URL("../contract/recorded/", import.meta.url);
const json = (name) => JSON.parse(readFileSync(new URL(`${name}.json`, FOLDER), "utf8"));
const buffer = (name) => Uint8Array.from(readFileSync(new URL(`${name}.safetensors`, FOLDER))).buffer;
const flat = (data) => [data].flat(Infinity);

test("a run in a safetensors file is the run that JSON carries", () => {
  const run = decodeRun(readTensorFile(buffer("run")));
  const plain = json("run_as_lists");
  assert.equal(run.model, plain.model);
  assert.deepEqual(run.scores, plain.scores);
  assert.deepEqual([...run.input.data], flat(plain.input.data).map(Math.fround));
  assert.deepEqual(
    [...run.activations.keys()],
    plain.layers.map(({ name }) => name),
  );
  for (const { name, shape, tensor } of plain.layers) {
    assert.deepEqual(run.activations.get(name).shape, shape);
    assert.deepEqual([...run.activations.get(name).data], flat(tensor.data).map(Math.fround));
  }
});

test("parameters in a safetensors file have the names that JSON gives them", () => {
  const found = decodeParameters(readTensorFile(buffer("parameters")));
  const plain = json("parameters");
  assert.deepEqual(
    [...found.keys()],
    plain.layers.map(({ name }) => name),
  );
  for (const { name, ...tensors } of plain.layers)
    for (const [key, { shape }] of Object.entries(tensors)) assert.deepEqual(found.get(name)[key].shape, shape);
});

test("what the page writes as a safetensors file it reads again, wherever its tensors begin", () => {
  const tensors = new Map([
    ["a", { shape: [3], data: Float32Array.of(1, -2.5, 3e-30) }],
    ["b/c", { shape: [2, 1], data: Float32Array.of(Infinity, -0) }],
  ]);
  const bytes = safetensors(tensors, { answer: JSON.stringify({ a: "a" }) });
  const file = readTensorFile(bytes.buffer);
  assert.deepEqual(file.answer, { a: "a" });
  for (const [name, { shape, data }] of tensors)
    assert.deepEqual([file.tensor(name).shape, [...file.tensor(name).data]], [shape, [...data]]);
  assert.throws(() => file.tensor("d"), /no tensor d/);

  // A header whose length is no multiple of four moves every tensor off its boundary.
  const length = Number(new DataView(bytes.buffer).getBigUint64(0, true));
  const moved = new Uint8Array(bytes.length + 1);
  moved.set(bytes.subarray(0, 8 + length));
  moved[8 + length] = 0x20;
  moved.set(bytes.subarray(8 + length), 9 + length);
  new DataView(moved.buffer).setBigUint64(0, BigInt(length + 1), true);
  assert.deepEqual([...readTensorFile(moved.buffer).tensor("b/c").data], [Infinity, -0]);
});

test("numbers of another type are not mistaken for values", () => {
  const file = readTensorFile(buffer("overview"));
  const [{ thumbnails, order, low }] = file.answer.layers;
  assert.ok(file.numbers(thumbnails).data instanceof Uint8Array);
  assert.ok(file.numbers(order).data instanceof Int32Array);
  assert.ok(file.tensor(low).data instanceof Float32Array);
  assert.throws(() => file.tensor(thumbnails), /not of float32/);
});
