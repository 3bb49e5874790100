// A teacher's lesson in the page: where its steps lead, and what typed answers are judged to be.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { createTranslator } from "../../static/js/core/i18n.js";
import { initialState } from "../../static/js/state/initial.js";
import { unchanged } from "../../static/js/state/transform-text.js";
import { judge, readNumber } from "../../static/js/features/tour/judge.js";
import { lessonTour } from "../../static/js/features/tour/lesson.js";
import { describe } from "./support/models.mjs";
import { recorded } from "./support/fixtures.mjs";

const words = (language) =>
  Object.assign(
    {},
    ...["common", "tour"].map((area) =>
      JSON.parse(readFileSync(new URL(`../../static/i18n/${language}/${area}.json`, import.meta.url), "utf8")),
    ),
  );
const english = createTranslator("en", words("en"));

const question = (of, kind, value, tolerance = 0.005, more = {}) => ({
  ask: { en: "What?" },
  answer: { of, kind, value, tolerance },
  model: "deep",
  sample: "koala",
  ...more,
});
const lesson = (...steps) => ({
  id: "edges",
  languages: ["en"],
  title: { en: "Edges" },
  about: {},
  model: "deep",
  step_count: steps.length,
  pictures: [],
  steps: steps.map((step) => ({
    title: { en: "One" },
    text: { en: "Look at `c1`." },
    link: "?model=deep&sample=koala",
    question: null,
    ...step,
  })),
});
const sceneWith = (state = {}) => {
  const { scene } = recorded("deep");
  return {
    ...scene,
    state: {
      ...initialState(),
      modelId: "deep",
      picture: { source: "sample", id: "koala" },
      model: scene.model,
      run: scene.run,
      parameters: scene.parameters,
      ...state,
    },
  };
};

test("numbers are read as people type them", () => {
  for (const [text, kind, number] of [
    ["5", "number", 5],
    ["+5.50", "number", 5.5],
    ["-0,31", "number", -0.31],
    ["−.31", "number", -0.31],
    ["1e-3", "number", 0.001],
    ["－３．５", "number", -3.5],
    [" 1 690 ", "count", 1690],
    ["1,690", "count", 1690],
    ["19,920", "count", 19920],
    ["99.3%", "probability", 0.993],
    ["99,3 %", "probability", 0.993],
    ["0.993", "probability", 0.993],
    ["99.3", "probability", 0.993],
    ["1", "probability", 1],
    ["９９％", "probability", 0.99],
  ])
    assert.ok(Math.abs(readNumber(text, kind) - number) < 1e-12, `${text} as ${kind}: ${readNumber(text, kind)}`);
  for (const text of ["", "x", "1.2.3", "--1", "5 maps", "Infinity", "1e999", "0x10", "3%"])
    assert.equal(readNumber(text, "number"), null, text);
});

test("an answer is right within its tolerance, and a wrong one says how", () => {
  const value = { kind: "number", value: -0.3149, tolerance: 0.005, of: "" };
  for (const [text, verdict] of [
    ["-0.31", "right"],
    ["−0.3149", "right"],
    ["-0.3199", "right"],
    ["-0.3201", "low"],
    ["0.31", "sign"],
    ["0.5", "high"],
    ["-1", "low"],
    ["?", null],
  ])
    assert.equal(judge(value, text), verdict, text);
  const count = { kind: "count", value: 62, tolerance: 0, of: "" };
  for (const [text, verdict] of [
    ["62", "right"],
    ["64", "high"],
    ["-62", "low"],
    ["62.0", "right"],
  ])
    assert.equal(judge(count, text), verdict, text);
  const shape = { kind: "shape", value: [10, 62, 62], tolerance: 0, of: "" };
  for (const [text, verdict] of [
    ["10, 62, 62", "right"],
    ["10×62×62", "right"],
    ["(10 62 62)", "right"],
    ["62x62x10", "order"],
    ["10, 64, 64", "wrong"],
    ["10", "wrong"],
    ["ten", null],
    ["", null],
  ])
    assert.equal(judge(shape, text), verdict, text);
});

test("a step changes what its link names, and nothing when it is there already", () => {
  const tour = lessonTour(
    lesson(
      { link: "?model=deep&sample=koala&view=neuron:c1[3,4,5]&scale=unit" },
      { link: "?model=deep&sample=koala&at=c1[2]" },
      { link: "?model=other&sample=edges.bars" },
    ),
    english,
  );
  const [opened, marked, other] = tour.steps;
  const there = { ...sceneWith().state, ...opened.prepare(sceneWith()) };
  assert.deepEqual(
    [there.view.name, there.view.layer, there.view.unit, there.view.at, there.scale],
    ["neuron", "c1", 3, [4, 5], "unit"],
  );
  assert.equal(opened.prepare(sceneWith(there)), null);
  assert.match(opened.target(sceneWith(there)), /explained/);
  const looking = { ...there, view: { ...there.view, at: [0, 0] } };
  assert.match(opened.target(sceneWith(looking)), /explained/, "looking around in the view is not going away");
  assert.notEqual(opened.prepare(sceneWith(looking)), null, "and the way back is to the very place");
  assert.equal(opened.target(sceneWith({ ...there, view: null })), "", "gone away: nothing to stand beside");
  const chosen = { ...there, ...marked.prepare(sceneWith(there)) };
  assert.deepEqual(
    [chosen.view, chosen.selection, chosen.scale],
    [null, { layer: "c1", unit: 2 }, "unit"],
    "what the link does not name of the learner's own settings stays",
  );
  assert.equal(marked.target(sceneWith(chosen)), 'loupe-network [data-layer="c1"][data-unit="2"] || loupe-inspector');
  const elsewhere = other.prepare(sceneWith());
  assert.deepEqual([elsewhere.modelId, elsewhere.picture], ["other", { source: "sample", id: "edges.bars" }]);
});

test("words come in the page's language, or in the lesson's first with its name", () => {
  const both = {
    ...lesson({ title: { "zh-Hans": "一", en: "One" }, text: { "zh-Hans": "看", en: "Look" } }),
    languages: ["zh-Hans", "en"],
  };
  assert.deepEqual(lessonTour(both, english).name({ id: "1" }), { text: "One" });
  const one = {
    ...lesson({ title: { "zh-Hans": "一" }, text: { "zh-Hans": "看" } }),
    languages: ["zh-Hans"],
    title: { "zh-Hans": "边缘" },
  };
  assert.deepEqual(lessonTour(one, english).title(), { text: "边缘", language: "zh-Hans" });
});

test("a step without a question is there to be read, one with a question is done by its answer", () => {
  const { steps } = lessonTour(lesson({}, { question: question("top", "class", 1, 0) }), english);
  assert.deepEqual(
    steps.map(({ asks }) => asks),
    [false, true],
  );
  assert.deepEqual(
    steps.map(({ id }) => id),
    ["1", "2"],
  );
});

test("few classes are choices, others and numbers are typed; all say the engine's answer", () => {
  const asked = (one, state) => {
    const tour = lessonTour(lesson({ question: one }), english);
    return tour.question(tour.steps[0], sceneWith(state));
  };
  const top = asked(question("top", "class", 1, 0));
  assert.deepEqual(
    top.choices.map(({ id, right }) => [id, right]),
    [
      ["0", false],
      ["right", true],
      ["2", false],
      ["3", false],
    ],
  );
  const value = asked(question("c1[3, 4, 5]", "number", -0.31492));
  assert.deepEqual([value.judge("-0.31").right, value.judge("0.31").right, value.judge("x")], [true, false, null]);
  assert.match(value.reveal, /c1\[3, 4, 5\].*−0\.31492.*−0\.31/);
  assert.match(value.judge("0.31").said, /sign/);
  for (const kind of [
    question("shape(c1)", "shape", [6, 40, 32], 0),
    question("parameters", "count", 1638, 0),
    question("probability(class 1)", "probability", 0.62),
  ])
    assert.doesNotMatch(asked(kind).reveal, /[{}]|NaN|tour\./);
  assert.match(
    asked(question("c1[0, 0, 0]", "number", 1), { picture: { source: "sample", id: "espresso" } }).about,
    /koala/,
    "asked of another picture than is shown",
  );
  assert.match(
    asked(question("c1[0, 0, 0]", "number", 1), { transform: { ...unchanged(), rotate: 9 } }).about,
    /koala/,
    "asked of the picture as it is, and it is changed now",
  );
  assert.equal(asked(question("c1[0, 0, 0]", "number", 1)).about, undefined);
});

test("of many classes the name is typed, in any language or as its number", () => {
  const many = describe(
    "deep",
    [1, 2, 2],
    [
      { name: "flat", kind: "flatten" },
      { name: "out", kind: "dense", units: 20 },
    ],
  );
  const tour = lessonTour(lesson({ question: question("top", "class", 7, 0) }), english);
  const asked = tour.question(tour.steps[0], { ...sceneWith(), model: many });
  assert.equal(asked.choices, null);
  for (const [text, right] of [
    ["class 7", true],
    ["Class 7 ", true],
    ["类别 7", true],
    ["7", true],
    ["class 8", false],
  ])
    assert.equal(asked.judge(text).right, right, text);
  assert.equal(asked.judge("dog"), null);
});

test("an answered question about a value opens that value, where it is the picture's that is shown", () => {
  const tour = lessonTour(
    lesson(
      { question: question("c1[3, 4, 5]", "number", 1) },
      { question: question("c1.weight[0, 0, 0, 0]", "number", 1) },
      { question: question("parameters", "count", 9, 0) },
    ),
    english,
  );
  const answered = (index, state) => tour.answered(tour.steps[index], sceneWith(state));
  assert.deepEqual(answered(0).view, { name: "neuron", layer: "c1", unit: 3, at: [4, 5] });
  assert.equal(answered(0, { picture: { source: "sample", id: "other" } }), null);
  assert.deepEqual([answered(1), answered(2)], [null, null]);
});
