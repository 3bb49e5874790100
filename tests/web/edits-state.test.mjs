// What a person changes in the network: as state, and in the address.
import assert from "node:assert/strict";
import { test } from "node:test";
import { readAddress, writeAddress } from "../../static/js/core/url-state.js";
import { formatEdits, parseEdits } from "../../static/js/model/edits.js";
import { sceneOf } from "../../static/js/model/scene.js";
import { FIELDS, step } from "../../static/js/state/address.js";
import {
  gainOf,
  isMuted,
  isSolo,
  withGain,
  withKind,
  withNumber,
  withSoloToggled,
} from "../../static/js/state/edits.js";
import { initialState } from "../../static/js/state/initial.js";
import { csvOf, sorted } from "../../static/js/features/change/table.js";
import { tinyVgg } from "./support/models.mjs";

const WEIGHT = { shape: [10, 3, 3, 3], data: Float32Array.from({ length: 270 }, (_, index) => index / 8) };
const model = tinyVgg();
const main = { ...sceneOf(model), parameters: new Map([["conv_1_1", { weight: WEIGHT }]]) };
const state = (text = "") => ({ ...initialState(), scenes: { main, original: null }, edits: parseEdits(text) });
const place = { layer: "relu_1_1", unit: 3 };
const text = (edits) => formatEdits(edits);

test("a unit is off where its values are set to 0, and nothing else", () => {
  assert.ok(isMuted(parseEdits("relu_1_1[3]=0"), place));
  assert.ok(!isMuted(parseEdits("relu_1_1[3]=1;relu_1_1[2]=0"), place));
});

test("a unit is heard alone and then with all others again", () => {
  const alone = withSoloToggled(state("relu_1_1[3]*2;conv_1_1[0]=0"), place);
  const others = [0, 1, 2, 4, 5, 6, 7, 8, 9].map((unit) => `relu_1_1[${unit}]=0`).join(";");
  assert.equal(text(alone), `conv_1_1[0]=0;${others}`);
  assert.equal(isSolo({ ...state(), edits: alone }, place), true);
  assert.equal(text(withSoloToggled({ ...state(), edits: alone }, place)), "conv_1_1[0]=0");
});

test("a gain of 1 is no change, a gain of 0 is off", () => {
  assert.equal(text(withGain(state(), place, 1.5)), "relu_1_1[3]*1.5");
  assert.equal(text(withGain(state("relu_1_1[3]*1.5"), place, 1)), "");
  assert.equal(text(withGain(state(), place, 0)), "relu_1_1[3]=0");
  assert.equal(gainOf(parseEdits("relu_1_1[3]*1.5;relu_1_1[3]*2"), place), 3);
  assert.equal(gainOf(parseEdits("relu_1_1[3]=0"), place), 0);
});

test("a kind goes back to the layer's own without an edit", () => {
  const swapped = withKind(state(), "relu_1_1", "tanh");
  assert.equal(text(swapped), "relu_1_1:tanh");
  assert.equal(text(withKind({ ...state(), edits: swapped }, "relu_1_1", "relu")), "");
});

test("a number that is set to what was learned is no edit", () => {
  const at = { layer: "conv_1_1", parameter: "weight", at: [0, 0, 0, 2] };
  const set = withNumber(state(), at, 0.1);
  assert.equal(text(set), "conv_1_1.weight[0,0,0,2]=0.1");
  assert.equal(text(withNumber({ ...state(), edits: set }, at, 0.25)), "");
  assert.equal(text(withNumber({ ...state(), edits: set }, at, null)), "");
  assert.equal(text(withNumber({ ...state(), edits: set }, { ...at, at: [0, 0, 0, 1] }, 3)).split(";").length, 2);
});

test("an address has the edits in their canonical form, and says what is wrong with others", () => {
  const { patch } = readAddress(FIELDS, "?edits=relu_1_1%5B3%5D=-0;max_pool_1:avg_pool2d");
  assert.equal(text(patch.edits), "max_pool_1:avg_pool2d;relu_1_1[3]=0");
  const search = writeAddress(FIELDS, { ...state(), edits: patch.edits });
  assert.equal(search, "?edits=max_pool_1:avg_pool2d;relu_1_1%5B3%5D=0");
  assert.deepEqual(readAddress(FIELDS, search).patch, patch);
  const wrong = readAddress(FIELDS, "?edits=relu_1_1[3]=0,5").patch;
  assert.equal(wrong.edits, undefined);
  assert.equal(wrong.problems[0].problem.code, "edit_number_malformed");
  assert.equal(wrong.problems[0].problem.params.number, "0,5");
});

test("a value that is dragged is one step of the browser's history, another place another", () => {
  const of = (edits) => step(state(edits));
  assert.equal(of("relu_1_1[3]*0.5"), of("relu_1_1[3]*0.75"));
  assert.notEqual(of("relu_1_1[3]*0.5"), of("relu_1_1[4]*0.5"));
  assert.notEqual(of("relu_1_1[3]=0"), of(""));
  assert.notEqual(of("relu_1_1:tanh"), of("relu_1_1:sigmoid"));
});

test("a table of ablations is sorted by any column and kept as a file with every digit", () => {
  const row = (unit, logit_change, answer) => ({
    layer: "relu_1_1",
    unit,
    edit: `relu_1_1[${unit}]=0`,
    logit: 1.5,
    logit_change,
    probability: null,
    probability_change: null,
    answer,
    predicted: -logit_change,
    silent: false,
  });
  const rows = [row(0, 0.125, 1), row(1, -2, 0), row(2, 0.125, 1)];
  const units = (order) => sorted(rows, order).map(({ unit }) => unit);
  assert.deepEqual(units({ column: "logit_change", down: false }), [1, 0, 2]);
  assert.deepEqual(units({ column: "logit_change", down: true }), [0, 2, 1]);
  assert.deepEqual(units({ column: "unit", down: true }), [2, 1, 0]);
  assert.equal(
    csvOf([rows[1]], ["a, b", 'c"d']),
    "layer,unit,edit,logit,logit_change,predicted,probability,probability_change,answer,silent\r\n" +
      'relu_1_1,1,relu_1_1[1]=0,1.5,-2,2,,,"a, b",false\r\n',
  );
});
