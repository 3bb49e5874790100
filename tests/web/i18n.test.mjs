// Words with numbers in them, and numbers as every one of our languages writes them.
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { test } from "node:test";
import { createTranslator } from "../../static/js/core/i18n.js";

const LANGUAGES = readdirSync(new URL("../../static/i18n", import.meta.url), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);
/** Numbers of all sizes without ties: what lies exactly between two decimals is rounded either way. */
const NUMBERS = [
  0,
  1,
  12,
  999,
  1000,
  16_910,
  1_234_567,
  0.5,
  0.25,
  12.5,
  1234.56,
  3.14159,
  99.996,
  999.999,
  ...Array.from({ length: 400 }, (_, i) => Math.sin(i * 12.9898) * 10 ** ((i % 9) - 2)),
];

test("our languages are read from their catalogues", () => assert.deepEqual(LANGUAGES.sort(), ["en", "zh-Hans"]));

for (const language of LANGUAGES) {
  const i18n = createTranslator(language, { count: "{n} maps", nested: { word: "word" } });

  test(`counts and sizes are written as in ${language}`, () => {
    const format = new Intl.NumberFormat(language, { maximumFractionDigits: 2, signDisplay: "negative" });
    for (const value of NUMBERS.flatMap((number) => [number, -number]))
      assert.equal(i18n.plain(value).replace("\u2212", "-"), format.format(value), String(value));
  });

  test(`probabilities are written as in ${language}`, () => {
    const format = new Intl.NumberFormat(language, {
      style: "percent",
      minimumFractionDigits: 1,
      maximumFractionDigits: 1,
    });
    for (let i = 0; i <= 5000; i++) assert.equal(i18n.percent((i + 0.3) / 5001), format.format((i + 0.3) / 5001));
    assert.deepEqual(
      [0, 1].map(i18n.percent),
      [0, 1].map((value) => format.format(value)),
    );
  });

  test(`numbers inside sentences are written as in ${language}`, () =>
    assert.equal(i18n.t("count", { n: 16_910 }), "16,910 maps"));
}

test("a key without words shows itself", () => {
  const { t, has } = createTranslator("en", { nested: { word: "word" } });
  assert.equal(t("nested.word"), "word");
  assert.equal(t("nested.other"), "nested.other");
  assert.equal(has("nested"), false);
});
