// The challenges at the chapters' ends: each is told from what is drawn, and only once it is so.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { createTranslator } from "../../static/js/core/i18n.js";
import { CHAPTERS } from "../../static/js/features/learn/chapters.js";
import { CHALLENGES, expectedOf } from "../../static/js/features/learn/model/challenges.js";
import { unchanged } from "../../static/js/state/transform-text.js";
import { forward, randomParameters } from "./support/forward.mjs";
import { random, tinyVgg } from "./support/models.mjs";

const source = random(3);
const model = tinyVgg();
const parameters = randomParameters(model, source);
const input = {
  shape: model.input.shape,
  data: Float32Array.from({ length: 12288 }, (_, at) => (at < 4096 ? 0.9 : source.whole(0, 100) / 255)),
};
const scored = (...shares) => ({
  scores: shares.map((probability, index) => ({ class: index, logit: Math.log(probability), probability })),
});
const whole = forward(model, parameters, input);
const run = (...shares) => ({ ...whole, ...scored(...shares) });
const rest = { model, view: null, why: null, picture: "a", transform: null, edited: false, seen: [] };
const given = (patch, before = run(0.7, 0.3), now = before) => ({ ...rest, before, run: now, ...patch });
const moved = (patch) => ({ ...unchanged(), ...patch });
const view = (layer, unit, more = {}) => ({ name: "neuron", layer, unit, ...more });
const family = (name) => model.layers.find(({ record }) => record.family === name).name;
const other = run(0.4, 0.6);

/** The neuron of the first convolution that reaches most, found by another way than the page's. */
function strongest() {
  const { shape, data } = whole.activations.get(family("convolution"));
  const at = data.indexOf(Math.max(...data));
  return Math.floor(at / (shape[1] * shape[2]));
}

const asleep = (() => {
  const name = family("activation");
  const { shape } = whole.activations.get(name);
  const size = shape[1] * shape[2];
  const data = Float32Array.from({ length: shape[0] * size }, (_, at) => (at < size && at % 20 ? 0 : 1));
  return { ...run(0.7, 0.3), activations: new Map(whole.activations).set(name, { shape, data }) };
})();

/** Chapter → what does it, and what does nearly. */
const CASES = {
  cnn: [given({ view: view(family("convolution"), 2) }), given({ view: view("input", 0) })],
  image: [given({}), given({}, { ...run(0.7, 0.3), input: { ...input, data: input.data.map(() => 0.5) } })],
  "dense-vs-conv": [
    given({ view: view(family("convolution"), 0), transform: moved({ shift_x: 8 }) }),
    given({ view: view(family("convolution"), 0), transform: moved({ shift_x: 8, blur: 1 }) }),
  ],
  convolution: [
    given({ view: view(family("convolution"), strongest()) }),
    given({ view: view(family("convolution"), (strongest() + 1) % 10) }),
  ],
  hyperparameters: [
    given({ transform: moved({ blur: 2 }) }, run(0.7, 0.3), other),
    given({ transform: moved({ blur: 2, grey: 1 }) }, run(0.7, 0.3), other),
  ],
  activation: [
    given({ view: view(family("activation"), 0) }, asleep),
    given({ view: view(family("activation"), 1) }, asleep),
  ],
  pooling: [
    given({ transform: moved({ shift_y: -2 }) }, run(0.7, 0.3), run(0.68, 0.32)),
    given({ transform: moved({ shift_y: -3 }) }, run(0.7, 0.3), run(0.68, 0.32)),
  ],
  flatten: [
    given({ view: view(model.layers.findLast(({ record }) => record.family === "dense").name, 0) }),
    given({ view: view(model.layers.findLast(({ record }) => record.family === "dense").name, 1) }),
  ],
  softmax: [given({}, run(0.6, 0.4)), given({}, run(0.61, 0.39))],
  descent: [
    given({ transform: moved({ contrast: 1.5 }) }, run(0.7, 0.3), run(0.8, 0.2)),
    given({ transform: moved({ contrast: 1.5 }) }, run(0.7, 0.3), run(0.6, 0.4)),
  ],
  "chain-rule": [
    given({ view: view("conv_1_1", 0, { trail: Array(5).fill({}) }) }),
    given({ view: view("conv_1_1", 0, { trail: Array(4).fill({}) }) }),
  ],
  backpropagation: [given({ why: { of: null, against: null, at: null } }), given({})],
  training: [given({ transform: moved({ flip: 1 }) }), given({ transform: moved({ flip: 1, rotate: 5 }) })],
  overfitting: [
    given({ transform: moved({ rotate: 20 }) }, run(0.7, 0.3), other),
    given({ transform: moved({ rotate: 20 }) }),
  ],
  fails: [
    given({ seen: [{ picture: "a", crop: "", top: 1 }] }),
    given({
      seen: [
        { picture: "b", crop: "", top: 1 },
        { picture: "a", crop: "1", top: 0 },
      ],
    }),
  ],
  blocks: [given({ edited: true }, run(0.7, 0.3), other), given({}, run(0.7, 0.3), other)],
  beyond: [given({}, run(0.9, 0.1)), given({}, run(0.89, 0.11))],
};

test("every chapter ends with a challenge", () => {
  assert.deepEqual(Object.keys(CHALLENGES).sort(), [...CHAPTERS].sort());
  assert.deepEqual(Object.keys(CASES).sort(), CHAPTERS.filter((id) => id !== "numpy").sort());
});

for (const [chapter, [done, nearly]] of Object.entries(CASES))
  test(`${chapter}: what does it is told, what nearly does it is not`, () => {
    assert.notEqual(CHALLENGES[chapter](done), null);
    assert.equal(CHALLENGES[chapter](nearly), null);
    for (const language of ["en", "zh-Hans"]) {
      const words = JSON.parse(readFileSync(new URL(`../../static/i18n/${language}/learn.json`, import.meta.url)));
      const { t } = createTranslator(language, words);
      const params = { value: "x", ...CHALLENGES[chapter](done) };
      for (const part of ["task", "done"])
        assert.doesNotMatch(t(`learn.challenge.${chapter}.${part}`, params), /[{}]|learn\./, `${language} ${part}`);
    }
  });

test("the value to compute elsewhere is the one that is named", () => {
  const { value, name } = expectedOf("numpy", given({}));
  const [, layer, row, column] = /^(\w+)\[0, (\d+), (\d+)\]$/.exec(name);
  const { shape, data } = whole.activations.get(layer);
  assert.equal(value, data[Number(row) * shape[2] + Number(column)]);
  assert.equal(expectedOf("pooling", given({})), null);
});
