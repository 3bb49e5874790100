// What the texts of Learn say of indices, in the kind: counted from 0 they are places, never Chinese ordinals, which
// begin at 1 ("第 1 行" is the first row).
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";

const folder = new URL("../../static/i18n/zh-Hans/", import.meta.url);

test("no Chinese text calls an index an ordinal", () => {
  const wrong = [];
  for (const file of readdirSync(folder)) {
    const text = readFileSync(new URL(file, folder), "utf8");
    for (const [found] of text.matchAll(/第 ?\{(row|rows|column|columns|top|left|position|index|unit|map)\}.{0,12}/g)) {
      wrong.push(`${file}: ${found}`);
    }
  }
  assert.deepEqual(wrong, []);
});
