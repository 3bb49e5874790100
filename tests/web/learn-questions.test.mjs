// Learn's questions: answers from the engine's own numbers, mistakes that tell, words for all of them.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { createTranslator } from "../../static/js/core/i18n.js";
import { planeOf } from "../../static/js/features/learn/model/matrix.js";
import { kernelOf } from "../../static/js/features/learn/model/presets.js";
import { CHAPTERS } from "../../static/js/features/learn/chapters.js";
import { judge, readings } from "../../static/js/features/learn/model/answer.js";
import { QUESTIONS, questionOf, questionsOf } from "../../static/js/features/learn/questions/index.js";
import { RECORDED, recorded } from "./support/fixtures.mjs";
import { forward, randomParameters } from "./support/forward.mjs";
import { random, tinyVgg } from "./support/models.mjs";

const HERE = fileURLToPath(import.meta.url);
const ROOT = resolve(HERE, "../../..");
const json = (...path) => JSON.parse(readFileSync(join(ROOT, ...path), "utf8"));
const words = { en: json("static/i18n/en/learn.json"), "zh-Hans": json("static/i18n/zh-Hans/learn.json") };
const label = (labels) => labels.en;

/** Tiny VGG with random weights and a picture of bytes, as real pictures are. */
function tinyVggScene() {
  const source = random(7);
  const plain = tinyVgg();
  const sizes = { conv_1_1: 3, conv_1_2: 5, max_pool_1: 6, conv_2_1: 10, conv_2_2: 14, max_pool_2: 16 };
  const layers = plain.layers.map((layer) =>
    sizes[layer.name]
      ? { ...layer, receptive_field: { size: [sizes[layer.name], sizes[layer.name]], jump: [1, 1], start: [0, 0] } }
      : layer,
  );
  const model = Object.freeze({ ...plain, layers });
  const parameters = randomParameters(model, source);
  const input = {
    shape: model.input.shape,
    data: Float32Array.from({ length: 12288 }, () => source.whole(0, 255) / 255),
  };
  return { model, run: forward(model, parameters, input), parameters };
}
const scenes = { "tiny-vgg": tinyVggScene(), ...Object.fromEntries(RECORDED.map((id) => [id, recorded(id).scene])) };
const confused = (scene) => ({
  ...scene,
  model: Object.freeze({
    ...scene.model,
    training: {
      confusion: {
        counts: scene.model.classes.map((_, i) => scene.model.classes.map((_, j) => (i === j ? 40 + i : (i * j) % 4))),
      },
    },
  }),
});
const made = (id, scene, seed = 0) => questionOf(id).make({ ...scene, seed, label });

test("every chapter asks at least two questions of the shipped model", () => {
  for (const chapter of CHAPTERS) {
    const asked = questionsOf(chapter).filter(({ make }) => make({ ...scenes["tiny-vgg"], seed: 0, label }));
    assert.ok(asked.length >= 2, `${chapter} asks ${asked.length}`);
  }
});

test("questions have names of their own", () => {
  assert.equal(new Set(QUESTIONS.map(({ id }) => id)).size, QUESTIONS.length);
});

for (const [name, plain] of Object.entries(scenes))
  test(`${name}: every question has a finite answer, and no mistake passes for it`, () => {
    const scene = confused(plain);
    for (const question of QUESTIONS)
      for (let seed = 0; seed < 6; seed++) {
        const task = question.make({ ...scene, seed, label });
        if (!task || task.options) continue;
        assert.ok(Number.isFinite(task.expected), `${question.id}: ${task.expected}`);
        assert.ok(task.tolerance > 0, question.id);
        assert.deepEqual(judge(task, [task.expected]), { right: true });
        for (const { id, value } of task.mistakes) {
          const verdict = judge(task, [value]);
          assert.equal(verdict.right, false, `${question.id}: the mistake ${id} passes as right`);
          assert.notEqual(verdict.mistake, null, `${question.id}: ${id} is not recognised`);
        }
      }
  });

const numberKeys = (task) => ["ask", "hint", "answer", ...task.mistakes.map(({ id }) => `mistakes.${id}`)];
const choiceKeys = ({ options, right, kernels }) => [
  "ask",
  kernels ? `answers.${right}` : "answer",
  ...(kernels ? [] : options.map((id) => `options.${id}`)),
  ...options.filter((id) => id !== right).map((id) => `mistakes.${id}`),
];

test("every question has its words, and every hole in them is filled", () => {
  for (const language of Object.keys(words)) {
    const { t, has } = createTranslator(language, words[language]);
    for (const scene of Object.values(scenes).map(confused))
      for (const question of QUESTIONS) {
        const task = question.make({ ...scene, seed: 1, label });
        if (!task) continue;
        const keys = task.options ? choiceKeys(task) : numberKeys(task);
        for (const key of keys.map((part) => `learn.questions.${question.id}.${part}`)) {
          assert.ok(has(key), `${language}: ${key} has no words`);
          assert.doesNotMatch(t(key, task.params), /\{\w+\}|undefined|NaN/, `${language}: ${key}`);
        }
      }
  }
});

test("no words stand for a mistake that no question can find", () => {
  for (const [id, { mistakes }] of Object.entries(words.en.learn.questions)) {
    const question = questionOf(id);
    assert.ok(question, `words for ${id}, which nobody asks`);
    const source = readFileSync(join(ROOT, "static/js/features/learn/questions", `${question.chapter}.js`), "utf8");
    const task = question.make({ ...scenes["tiny-vgg"], seed: 0, label });
    if (task?.options) {
      const wrong = task.options.filter((option) => task.kernels || option !== task.right);
      assert.deepEqual(Object.keys(mistakes).sort(), [...wrong].sort(), id);
      continue;
    }
    for (const mistake of Object.keys(mistakes))
      assert.match(source, new RegExp(`id: "${mistake}"`), `${id}: ${mistake}`);
  }
});

test("the numbers that a question states give its answer within its tolerance", () => {
  for (const scene of [scenes["tiny-vgg"], scenes.deep])
    for (let seed = 0; seed < 8; seed++) {
      const value = made("neuron-value", scene, seed);
      const sums = value.params.sums.split(",  ").map((text) => readings(text)[0]);
      const total = sums.reduce((a, b) => a + b, 0) + readings(value.params.bias)[0];
      assert.ok(judge(value, [total]).right, `neuron-value ${seed}: ${total} for ${value.expected}`);
      const corner = made("corner-product", scene, seed);
      if (corner)
        assert.ok(
          judge(corner, [readings(corner.params.x)[0] * readings(corner.params.weight)[0]]).right,
          `corner-product ${seed}`,
        );
      const relu = made("relu-sum", scene, seed);
      if (relu)
        assert.ok(
          judge(relu, [
            relu.params.values
              .split(",  ")
              .map((text) => Math.max(0, readings(text)[0]))
              .reduce((a, b) => a + b),
          ]).right,
          `relu-sum ${seed}`,
        );
      const two = made("times-as-likely", scene, seed);
      if (two)
        assert.ok(
          judge(two, [Math.exp(readings(two.params.za)[0] - readings(two.params.zb)[0])]).right,
          `times-as-likely ${seed}`,
        );
      const loss = made("loss-of-picture", scene, seed);
      if (loss && readings(loss.params.p)[0] > 0.01)
        assert.ok(judge(loss, [-Math.log(readings(loss.params.p)[0])]).right, `loss-of-picture ${seed}`);
      const pixel = made("scaled-pixel", scene, seed);
      if (pixel)
        assert.ok(
          judge(pixel, [Number((readings(pixel.params.raw)[0] / 255).toFixed(3))]).right,
          `scaled-pixel ${seed}`,
        );
      const step = made("one-step", scene, seed);
      if (step)
        assert.ok(
          judge(step, [readings(step.params.weight)[0] - 0.1 * readings(step.params.gradient)[0]]).right,
          `one-step ${seed}`,
        );
      const mean = made("mean-of-window", scene, seed);
      if (mean)
        assert.ok(
          judge(mean, [
            mean.operands[0].values
              .flat()
              .map((x) => Number(x.toFixed(2)))
              .reduce((a, b) => a + b) / mean.params.count,
          ]).right,
          `mean ${seed}`,
        );
    }
});

test("what the questions say of Tiny VGG is so", () => {
  const scene = scenes["tiny-vgg"];
  assert.equal(made("nothing-learned", scene).expected, 8);
  assert.equal(made("dense-neuron", scene).expected, 12289);
  assert.equal(made("windows-in-scene", scene).expected, 19 * 14);
});

test("questions about layers of no shown network have their own arithmetic right", () => {
  const scene = scenes["tiny-vgg"];
  const answers = (id, count) => Array.from({ length: count }, (_, seed) => made(id, scene, seed).expected);
  assert.deepEqual(answers("inputs-of-neuron", 4), [12, 6, 24, 18]);
  assert.deepEqual(answers("kernels-in-layer", 4), [84, 384, 120, 320]);
  assert.deepEqual(answers("learned-numbers", 4), [3480, 3020, 1288, 763]);
  assert.deepEqual(answers("numbers-in-picture", 4), [57600, 7200, 4800, 180000]);
  assert.deepEqual(answers("dense-weights", 4), [9612, 2052, 10164, 40980]);
  // 1 + Σ (size − 1) × the strides before: 3×3, 2×2/2, 5×5 see 1 + 2 + 1 + 8
  assert.deepEqual(answers("receptive-field", 5), [12, 28, 13, 11, 19]);
  assert.deepEqual(answers("output-size", 5), [36, 26, 44, 51, 28]);
  assert.deepEqual(answers("pooled-size", 4), [31, 16, 12, 34]);
});

test("a choice has one right answer, and the seed changes the order, so that no place is always right", () => {
  const asked = QUESTIONS.filter(({ make }) => make({ ...scenes["tiny-vgg"], seed: 0, label })?.options);
  assert.deepEqual([...new Set(asked.map(({ chapter }) => chapter))].sort(), [...CHAPTERS].sort(), "one a chapter");
  for (const { id } of asked) {
    const places = new Map();
    for (let seed = 0; seed < 40; seed++) {
      const { options, right } = made(id, scenes["tiny-vgg"], seed);
      assert.equal(options.filter((option) => option === right).length, 1, id);
      assert.equal(new Set(options).size, options.length, id);
      places.set(options.indexOf(right), (places.get(options.indexOf(right)) ?? 0) + 1);
    }
    assert.equal(places.size, 4, `${id}: the right answer stands in ${[...places.keys()]} alone`);
    assert.ok(Math.max(...places.values()) <= 20, `${id}: ${[...places]}`);
  }
});

test("the map of “which kernel?” was made by the right one, and by no other", () => {
  const scene = scenes["tiny-vgg"];
  const planes = Array.from({ length: 3 }, (_, channel) => planeOf(scene.run.input, channel));
  const grey = planes[0].map((line, r) => line.map((_, c) => planes.reduce((sum, plane) => sum + plane[r][c], 0) / 3));
  for (let seed = 0; seed < 4; seed++) {
    const { map, right, options } = made("which-kernel", scene, seed);
    const made_by = options.filter((id) => {
      const weights = kernelOf(id).values;
      const at = [10 + seed, 20];
      let sum = 0;
      for (let u = 0; u < 3; u++) for (let v = 0; v < 3; v++) sum += weights[u][v] * grey[at[0] + u][at[1] + v];
      return Math.abs(sum - map[at[0]][at[1]]) < 1e-6;
    });
    assert.deepEqual(made_by, [right]);
  }
});

test("another one is another one where the model has more than one", () => {
  const scene = scenes["tiny-vgg"];
  for (const id of [
    "neuron-value",
    "corner-product",
    "relu-value",
    "max-of-window",
    "flat-index",
    "scaled-pixel",
    "learned-numbers",
  ])
    assert.notDeepEqual(made(id, scene, 0).params, made(id, scene, 1).params, id);
});
