// A person's own networks: what a file is, how files travel, what a pen leaves.
import assert from "node:assert/strict";
import { test } from "node:test";
import { createApi, Problem } from "../../static/js/api/client.js";
import { contentOf } from "../../static/js/model/files/content.js";
import { headerOfFiles } from "../../static/js/model/files/safetensors.js";
import { centred, raster } from "../../static/js/model/strokes.js";
import { readAddress, writeAddress } from "../../static/js/core/url-state.js";
import { FIELDS } from "../../static/js/state/address.js";
import { initialState } from "../../static/js/state/initial.js";

const bytes = (text) => Uint8Array.from(text, (letter) => letter.charCodeAt(0));

test("bytes tell pictures from networks, whatever the files are called", () => {
  const told = {
    picture: [
      "\x89PNG\r\n\x1a\n",
      "\xff\xd8\xff\xe0",
      "RIFF\x10\0\0\0WEBPVP8 ",
      "<?xml version='1.0'?><svg",
      "BM\x42\0\0\0\0\0\0\0",
    ],
    model: [
      "\x89HDF\r\n\x1a\n",
      "PK\x03\x04\x14\0".padEnd(30, "\0") + "config.json",
      "\x1c\0\0\0TFL3",
      "\x08\x07\x12\x07pytorch",
      "\x80\x02}q\0",
      '\x40\0\0\0\0\0\0\0{"a":1}',
      '{"format":"layers-model","modelTopology":{}}',
    ],
    arrays: ["PK\x03\x04\x14\0".padEnd(30, "\0") + "input.npy"],
    beside: ['{"0": "cat"}'],
  };
  for (const [content, heads] of Object.entries(told))
    for (const head of heads)
      for (const name of ["a.png", "a", "a.txt"])
        assert.equal(contentOf(bytes(head), name), content, `${JSON.stringify(head)} ${name}`);
});

test("where bytes say nothing the name does", () => {
  assert.equal(contentOf(bytes("\x01\x02\x03"), "mnist.onnx.data"), "beside");
  assert.equal(contentOf(bytes("\x01\x02\x03"), "group1-shard1of2"), "beside");
  assert.equal(contentOf(bytes("BMW\nAudi\n"), "labels.txt"), "beside");
  assert.equal(contentOf(bytes(""), "empty.h5"), "model");
  assert.equal(contentOf(bytes("version https://git-lfs.github.com/spec/v1"), "m.keras"), "model");
  assert.equal(contentOf(bytes("%PDF-1.7"), "a.pdf"), "unknown");
  assert.equal(contentOf(bytes(""), "empty.png"), "unknown");
  assert.equal(contentOf(bytes("MIT License"), "LICENSE"), "unknown");
});

test("files travel as tensors of bytes behind one header", () => {
  const head = headerOfFiles([{ name: "ä.h5", size: 3 }, { name: "b.txt", size: 5 }], { choices: "{}" }); // prettier-ignore
  const length = Number(new DataView(head.buffer).getBigUint64(0, true));
  assert.equal(head.length, 8 + length);
  assert.equal(length % 8, 0);
  assert.deepEqual(JSON.parse(new TextDecoder().decode(head.subarray(8))), {
    __metadata__: { choices: "{}" },
    "ä.h5": { dtype: "U8", shape: [3], data_offsets: [0, 3] },
    "b.txt": { dtype: "U8", shape: [5], data_offsets: [3, 8] },
  });
});

test("a network that the server no longer holds is sent again, and the call repeated; what cannot be sent is told", async () => {
  const gone = { code: "own_model_gone", status: 404, params: { model: "own-1" }, detail: "" };
  const api = (left, able) => {
    const asked = [];
    const fetch = async (url) => {
      asked.push(url);
      const refused = left-- > 0;
      return { ok: !refused, status: refused ? 404 : 200, json: async () => (refused ? gone : { fine: true }) };
    };
    const sent = [];
    return { asked, sent, ...createApi({ base: "", fetch, sendAgain: async (id) => (sent.push(id), able) }) };
  };
  const twice = api(2, true);
  assert.deepEqual(await twice.model("own-1"), { fine: true });
  assert.deepEqual(twice.sent, ["own-1", "own-1"]);
  assert.equal(twice.asked.length, 3);
  await assert.rejects(
    api(1, false).model("own-1"),
    (error) => error instanceof Problem && error.code === "own_model_gone",
  );
  const never = api(Infinity, true);
  await assert.rejects(never.model("own-1"), Problem);
  assert.ok(never.asked.length < 10, "it does not go on for ever");
});

test("an address names somebody's own network by its content and says which file it is in", () => {
  const own = { content: "ab".repeat(32), file: "my net.h5", size: 2_453_432 };
  const state = {
    ...initialState(),
    modelId: "own-1",
    models: [{ id: "own-1", title: { en: "my net" }, default: false, own }],
  };
  const address = writeAddress(FIELDS, state);
  const { patch, ignored } = readAddress(FIELDS, address);
  assert.equal(patch.modelId, `own:${own.content}`);
  assert.deepEqual(patch.needs, { file: own.file, size: own.size });
  assert.deepEqual(ignored, []);
  assert.deepEqual(readAddress(FIELDS, "?file=5:../../secret").ignored, ["file"]);
});

test("a pen covers pixels by their distance from its stroke", () => {
  const { data } = raster([[[0.25, 0.5], [0.75, 0.5]]], 28, 28); // prettier-ignore
  for (let row = 0; row < 28; row++)
    for (let column = 0; column < 28; column++) {
      const [x, y] = [column + 0.5, row + 0.5];
      const away = Math.hypot(Math.max(7 - x, 0, x - 21), y - 14);
      const wanted = Math.min(1, Math.max(0, 1.2 + 0.5 - away));
      assert.ok(Math.abs(data[row * 28 + column] - wanted) < 1e-6, `row ${row}, column ${column}`);
    }
});

test("a digit is fitted into 20 of 28 pixels, and its mass lies in the middle, wherever it was drawn", () => {
  const strokes = [[[0.1, 0.05], [0.3, 0.05], [0.2, 0.35]]]; // prettier-ignore
  const { data } = raster(centred(strokes, 28, 28), 28, 28);
  const rows = [...data.keys()].filter((at) => data[at] > 0.5).map((at) => Math.floor(at / 28));
  assert.ok(Math.abs(Math.max(...rows) - Math.min(...rows) + 1 - 20) <= 1);
  const mass = data.reduce((sum, value) => sum + value, 0);
  const middle = (part) => data.reduce((sum, value, at) => sum + value * (part(at) + 0.5), 0) / mass;
  assert.ok(Math.abs(middle((at) => at % 28) - 14) < 0.1);
  assert.ok(Math.abs(middle((at) => Math.floor(at / 28)) - 14) < 0.1);
  assert.deepEqual(centred([], 28, 28), []);
});
