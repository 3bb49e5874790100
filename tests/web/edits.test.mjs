// Edits as text: the page reads and writes what the engine does, by one table.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import {
  canonicalEdits,
  EditTextError,
  formatEdits,
  MOST_EDITS,
  numberText,
  parseEdits,
  parseNumber,
} from "../../static/js/model/edits.js";
import { random } from "./support/models.mjs";

const CASES = JSON.parse(readFileSync(new URL("../contract/edits.json", import.meta.url), "utf8"));
const plain = (value) => JSON.parse(JSON.stringify(value));

test("a text is read as the engine reads it", () => {
  for (const { text, canonical, edits } of CASES.reads) {
    const found = parseEdits(text);
    assert.deepEqual(plain(found), edits, text);
    assert.equal(formatEdits(found), canonical, text);
    assert.deepEqual(parseEdits(canonical), found, text);
    assert.ok(Object.isFrozen(found) && found.every(Object.isFrozen), text);
  }
});

test("a wrong text is refused with the engine's code, and says which edit", () => {
  const english = JSON.parse(readFileSync(new URL("../../static/i18n/en/errors.json", import.meta.url), "utf8")).errors;
  for (const { text, code } of CASES.wrong)
    assert.throws(
      () => parseEdits(text),
      (error) => {
        assert.ok(error instanceof EditTextError, text);
        assert.equal(error.code, code, text);
        for (const [, name] of english[code].matchAll(/\{(\w+)\}/g))
          assert.ok(name in error.params, `${text}: ${name}`);
        return true;
      },
    );
});

test("a number has the text that the engine gives it", () => {
  for (const [number, text] of CASES.numbers) assert.equal(numberText(number), text);
  assert.equal(parseNumber("1e39"), null);
  assert.equal(parseNumber("0,5"), null);
  assert.ok(Object.is(parseNumber("-0"), 0));
});

/** @param {() => number} next @returns {any} an edit with a text, of a model that there need not be */
function randomEdit(next) {
  const whole = (below) => Math.floor(next() * below);
  const pick = (list) => list[whole(list.length)];
  const number = () => {
    const single = new Float32Array(new Uint32Array([next() * 2 ** 32]).buffer)[0];
    return Number.isFinite(single) ? single + 0 : 1;
  };
  const layer = pick(["a", "b.1", "a.weight", "Z-9", "5"]);
  const unit = { target: "unit", layer, unit: whole(3) };
  const part = {
    target: "parameter",
    layer,
    parameter: pick(["weight", "bias"]),
    at: Array.from({ length: whole(4) }, () => whole(3)),
  };
  const [low, high] = [number(), number()].sort((a, b) => a - b);
  return pick([
    { ...part, change: "set", value: number() },
    { ...part, change: "scale", factor: number() },
    { ...unit, change: "set", value: number() },
    { ...unit, change: "scale", factor: number() },
    { ...unit, change: "clamp", low, high },
    { ...unit, change: "mean" },
    { ...unit, change: "picture", picture: { source: "sample", id: "red-panda" } },
    { target: "operator", layer, kind: pick(["tanh", "leaky_relu"]), values: pick([{}, { slope: number() }]) },
  ]);
}

test("the text of edits reads back as the same edits, in one canonical form", () => {
  const { next } = random(21);
  for (let round = 0; round < 300; round++) {
    const edits = Array.from({ length: Math.floor(next() * 6) }, () => randomEdit(next));
    const text = formatEdits(edits);
    assert.deepEqual(plain(parseEdits(text)), plain(canonicalEdits(edits)), text);
    assert.equal(formatEdits(parseEdits(text)), text);
    assert.deepEqual(canonicalEdits(canonicalEdits(edits)), canonicalEdits(edits));
  }
});

test("there is a limit to the number of edits", () => {
  const many = (count) => Array.from({ length: count }, (_, unit) => `a[${unit}]=0`).join(";");
  assert.equal(parseEdits(many(MOST_EDITS)).length, MOST_EDITS);
  assert.throws(() => parseEdits(many(MOST_EDITS + 1)), { code: "edits_too_many" });
});
