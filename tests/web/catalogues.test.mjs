// English and Chinese say the same things, and everything that is said has words.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const STATIC = resolve(fileURLToPath(import.meta.url), "../../../static");
const LANGUAGES = ["en", "zh-Hans"];
const areas = readdirSync(join(STATIC, "i18n/en")).filter((name) => name.endsWith(".json"));
const read = (language, area) => JSON.parse(readFileSync(join(STATIC, "i18n", language, area), "utf8"));

/** Keys as paths, with their words. */
const flat = (node, path = "") =>
  Object.entries(node).flatMap(([key, value]) =>
    typeof value === "string" ? [[`${path}${key}`, value]] : flat(value, `${path}${key}.`),
  );
const words = Object.fromEntries(
  LANGUAGES.map((language) => [language, new Map(areas.flatMap((area) => flat(read(language, area))))]),
);
const holes = (text) => [...new Set([...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1]))].sort();

test("both languages have the same areas", () => {
  assert.deepEqual(readdirSync(join(STATIC, "i18n/zh-Hans")).sort(), readdirSync(join(STATIC, "i18n/en")).sort());
});

test("an area holds its own name and nothing else", () => {
  for (const language of LANGUAGES)
    for (const area of areas)
      assert.deepEqual(Object.keys(read(language, area)), [area.replace(".json", "")], `${language}/${area}`);
});

test("both languages have the same keys", () => {
  const [english, chinese] = LANGUAGES.map((language) => [...words[language].keys()]);
  assert.deepEqual(
    {
      "only English": english.filter((key) => !words["zh-Hans"].has(key)),
      "only Chinese": chinese.filter((key) => !words.en.has(key)),
    },
    { "only English": [], "only Chinese": [] },
  );
});

test("translations fill in the same values", () => {
  const different = [...words.en]
    .filter(([key, text]) => holes(text).join() !== holes(words["zh-Hans"].get(key) ?? "").join())
    .map(([key]) => key);
  assert.deepEqual(different, []);
});

test("nothing is said in one language only, and Chinese words are Chinese", () => {
  const empty = [...words.en]
    .filter(([key, text]) => !text.trim() !== !words["zh-Hans"].get(key)?.trim())
    .map(([key]) => key);
  assert.deepEqual(empty, []);
  // Formulas, symbols and units may look the same in both languages; sentences may not.
  const english = [...words["zh-Hans"]]
    .filter(([key, text]) => text === words.en.get(key) && /(?:[a-z]{3,} ){2}[a-z]{3,}/i.test(text))
    .map(([key]) => key);
  assert.deepEqual(english, []);
});

test("every key that the scripts name has words", () => {
  const missing = [];
  for (const name of readdirSync(join(STATIC, "js"), { recursive: true, encoding: "utf8" }).filter((file) =>
    file.endsWith(".js"),
  )) {
    const text = readFileSync(join(STATIC, "js", name), "utf8");
    for (const [, key] of text.matchAll(/\bt\(\s*"([a-z_]+\.[\w.-]+)"/g))
      if (!words.en.has(key)) missing.push(`${name}: ${key}`);
  }
  assert.deepEqual(missing, []);
});

test("every error code of the scripts has words", () => {
  const missing = [];
  for (const name of readdirSync(join(STATIC, "js"), { recursive: true, encoding: "utf8" }).filter((file) =>
    file.endsWith(".js"),
  )) {
    const text = readFileSync(join(STATIC, "js", name), "utf8");
    for (const [, code] of text.matchAll(/\bcode: "(\w+)"/g))
      if (!words.en.has(`errors.${code}`)) missing.push(`${name}: errors.${code}`);
  }
  assert.deepEqual(missing, []);
});
