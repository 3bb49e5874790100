// The chapters of Learn in two languages: the same parts, the same questions, and no English left in Chinese.
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { CHAPTERS, PAGES } from "../../static/js/features/learn/chapters.js";
import { KERNELS, PICTURES } from "../../static/js/features/learn/model/presets.js";
import { OPERATIONS } from "../../static/js/features/learn/model/backprop.js";
import { QUESTIONS, questionOf } from "../../static/js/features/learn/questions/index.js";
import { WIDGETS } from "../../static/js/features/learn/widgets.js";
import { kindOf, kinds } from "../../static/js/model/kinds.js";

const ROOT = resolve(fileURLToPath(import.meta.url), "../../..");
const LANGUAGES = ["en", "zh-Hans"];
const template = (language, page) => readFileSync(join(ROOT, "templates/learn", language, `${page}.html`), "utf8");
const words = Object.fromEntries(
  LANGUAGES.map((language) => [
    language,
    JSON.parse(readFileSync(join(ROOT, "static/i18n", language, "learn.json"), "utf8")).learn,
  ]),
);
const all = (text, pattern) => [...text.matchAll(pattern)].map((match) => match[1]);
const asked = (text) => all(text, /\bask\("([\w-]+)"\)/g);

test("every page exists in both languages and has a title", () => {
  for (const language of LANGUAGES) {
    assert.deepEqual(
      readdirSync(join(ROOT, "templates/learn", language)).sort(),
      PAGES.map((id) => `${id}.html`).sort(),
    );
    for (const page of PAGES) assert.ok(words[language].chapters[page], `${language} ${page}`);
  }
});

for (const page of PAGES)
  test(`${page}: both languages have the same sections, questions, playgrounds, terms and links`, () => {
    const [english, chinese] = LANGUAGES.map((language) => template(language, page));
    for (const [what, pattern] of Object.entries({
      sections: /data-section="([\w-]+)"/g,
      questions: /\bask\("([\w-]+)"\)/g,
      playgrounds: /\bplay\("([\w-]+)"/g,
      terms: /\bterm\("([\w-]+)"/g,
      links: /\bshow\("([\w-]+)"/g,
      figures: /\{\{ (number\([^}]*\)|percent\([^}]*\)) \}\}/g,
    }))
      assert.deepEqual(all(chinese, pattern).sort(), all(english, pattern).sort(), what);
  });

test("every chapter opens with a question, asks at least two, has a playground and leads into the network", () => {
  for (const language of LANGUAGES)
    for (const chapter of CHAPTERS) {
      const text = template(language, chapter);
      assert.match(text, /class="learn-opening">[^<]*[?？]/, `${language} ${chapter}`);
      assert.ok(asked(text).length >= 2, `${language} ${chapter}`);
      assert.ok(all(text, /\bplay\("([\w-]+)"/g).length >= 1, `${language} ${chapter}`);
      assert.ok(all(text, /\bshow\("([\w-]+)"/g).length >= 1, `${language} ${chapter}`);
    }
});

test("every question is asked once, in its own chapter", () => {
  for (const language of LANGUAGES) {
    const places = CHAPTERS.flatMap((chapter) => asked(template(language, chapter)).map((id) => ({ id, chapter })));
    assert.deepEqual(places.map(({ id }) => id).sort(), QUESTIONS.map(({ id }) => id).sort());
    for (const { id, chapter } of places) assert.equal(questionOf(id).chapter, chapter, id);
  }
});

test("every playground that a chapter holds exists, and every one is held", () => {
  const held = CHAPTERS.flatMap((chapter) => all(template("en", chapter), /\bplay\("([\w-]+)"/g)).map(
    (name) => `loupe-learn-${name}`,
  );
  assert.deepEqual(held.sort(), Object.keys(WIDGETS).sort());
});

test("every term that a chapter uses is explained, and every kind's chapter exists", () => {
  for (const language of LANGUAGES)
    for (const page of PAGES)
      for (const id of all(template(language, page), /\bterm\("([\w-]+)"/g))
        assert.ok(words[language].terms[id]?.text, `${language} ${page}: ${id}`);
  for (const kind of kinds()) assert.ok(CHAPTERS.includes(kindOf(kind).chapter), kind);
});

test("presets and operations have their words", () => {
  for (const language of LANGUAGES) {
    const { convolution, backprop } = words[language];
    for (const { id } of KERNELS)
      assert.ok(convolution.kernels[id]?.name && convolution.kernels[id].note, `${language} ${id}`);
    for (const { id } of PICTURES) assert.ok(convolution.pictures[id], `${language} ${id}`);
    for (const { id, steps } of OPERATIONS)
      for (const step of steps)
        assert.ok(backprop.operations[id][step === "forward" ? step : `of_${step}`], `${language} ${id} ${step}`);
  }
});

// Names, abbreviations and function names that stay as they are in Chinese.
const AGREED = new Set(
  "CNN RGB ln ReLU Leaky Tanh Sigmoid Softmax softmax logit argmax epoch dropout min max Tiny VGG NumPy AlexNet ImageNet Explainer CS231n Sobel flat tanh ln log mean conv_1_1 input px valid full Geirhos AdamW Muon Python im2col sliding_window_view einsum conv2d columns raise NotImplementedError dL dy Loupe py ipynb LeNet ResNet MobileNet CSV A4 CNN_LOUPE_LESSONS ready docs study md".split(
    " ",
  ),
);
const NAMES = /<cite lang="en">.*?<\/cite>|论文作者：.*?，(?=<cite)|Karen Simonyan|Andrew Zisserman/gs;
const english = (text) =>
  (text.match(/[A-Za-z][A-Za-z_\d]*(?:['’][a-z]+)?/g) ?? []).filter(
    (word) => word.length > 1 && !AGREED.has(word) && !/^[A-Z]$/.test(word),
  );

test("no English stands in a Chinese chapter but names and agreed terms", () => {
  for (const page of PAGES) {
    const text = template("zh-Hans", page)
      .replace(NAMES, "")
      .replace(/\{%.*?%\}|\{#.*?#\}/gs, "")
      .replace(/\{\{\s*(?:term|show|ask|play)\((.*?)\)\s*\}\}/gs, (_, inner) =>
        all(inner, /,\s*"([^"]*)"/g)
          .filter((word) => !/^(?:last|top)$/.test(word))
          .join(" "),
      )
      .replace(/\{\{.*?\}\}/gs, "")
      .replace(/<math.*?<\/math>/gs, "")
      .replace(/<[^>]*>/gs, " ");
    assert.deepEqual(english(text), [], page);
  }
});

test("no English stands in Chinese words but names and agreed terms", () => {
  const left = [];
  const walk = (node, path) => {
    for (const [key, value] of Object.entries(node)) {
      if (typeof value === "object") walk(value, `${path}${key}.`);
      else
        for (const word of english(value.replace(/\{[^}]*\}/g, "").replace(/\b(?:za|zb|e)\b/g, "")))
          left.push(`${path}${key}: ${word}`);
    }
  };
  walk(words["zh-Hans"], "");
  assert.deepEqual(left, []);
});
