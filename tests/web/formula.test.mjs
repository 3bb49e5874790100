// The formula, the sentence and the code of a number come from the same trace and name the same operands.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { createTranslator } from "../../static/js/core/i18n.js";
import { lines, script } from "../../static/js/formula/code.js";
import { markup, parts } from "../../static/js/formula/mathml.js";
import { speak } from "../../static/js/formula/speech.js";
import { formulaOf, WRITTEN_TERMS } from "../../static/js/formula/tree.js";
import { explain } from "../../static/js/model/explain.js";
import { indexAt } from "../../static/js/model/trace.js";
import { cases, recorded, RECORDED } from "./support/fixtures.mjs";

const catalogue = (language) =>
  JSON.parse(readFileSync(new URL(`../../static/i18n/${language}/views.json`, import.meta.url), "utf8"));
const translators = ["en", "zh-Hans"].map((language) => createTranslator(language, catalogue(language)));

/** Every node of a markup tree. */
const flat = (node) => (Array.isArray(node) ? [node, ...node.slice(2).flatMap(flat)] : []);
const numbers = (markups) => markups.flatMap(flat).filter(([tag]) => tag === "mn");
const explanationOf = ({ layer, inputs, parameters, output, traces }, index = 0) => {
  const at = traces[index].at;
  return {
    valueIndex: { layer: layer.name, at },
    value: output.data[0],
    trace: layer.record.tracer.trace(layer, inputs, parameters, at),
    sources: layer.inputs,
  };
};

for (const one of cases()) {
  test(`the formula of ${one.name} links its operands and says its sentence in both languages`, () => {
    for (let index = 0; index < one.traces.length; index++) {
      const explanation = explanationOf(one, index);
      const tree = formulaOf(explanation);
      const links = numbers(parts(tree))
        .map(([, attributes]) => attributes["data-place"])
        .filter(Boolean);
      const operands = new Set([
        ...explanation.trace.terms
          .filter(({ padding }) => !padding)
          .map(({ source, at }) => `${one.layer.inputs[source]}[${at.join(",")}]`),
        `${one.layer.name}[${explanation.valueIndex.at.join(",")}]`,
      ]);
      for (const link of links) assert.ok(operands.has(link), `${link} is an operand`);
      for (const { t } of translators) {
        const sentence = speak(tree, t);
        assert.doesNotMatch(sentence, /views\.|\{\w+\}|undefined|NaN|\[object/, sentence);
        assert.ok(sentence.startsWith(`${one.layer.name}[`));
      }
    }
  });

  test(`the code of ${one.name} is written without a gap`, () => {
    const explanation = explanationOf(one);
    const text = script(one.layer, explanation, {
      api: "http://localhost/api/v1",
      model: "m",
      sample: "s",
      input: null,
    });
    assert.match(text, /\nprint\(y\)\n/);
    assert.match(text, /source = \{"sample": "s"\}/);
    const read = [...new Set(one.layer.inputs)].filter((name) => name !== "input").join("%2C") || "none";
    assert.ok(text.includes(`/models/m/runs?layers=${read}"`), "it asks for the layers that it reads, and no others");
    const learned = `/models/m/parameters?layers=${one.layer.name}"`;
    assert.equal(text.includes(learned), one.layer.parameter_count > 0);
    assert.doesNotMatch(text, /undefined|NaN\b(?!\))|\[object/);
    assert.match(lines(one.layer, explanation).at(-1), /^y = /);
  });
}

for (const id of RECORDED) {
  test(`every layer of ${id} has a formula, also in MathML`, () => {
    const { scene } = recorded(id);
    for (const layer of scene.model.layers) {
      const explanation = explain(scene, { layer: layer.name, at: indexAt(layer.output_shape, 0) });
      const tree = formulaOf(explanation);
      assert.equal(tree.items.at(-1).value, explanation.value);
      assert.ok(numbers([markup(tree)]).length >= 2);
    }
  });
}

test("a sum is written out to a limit, and what is left out is added up", () => {
  const terms = Array.from({ length: 40 }, (_, index) => ({
    at: [index],
    value: 1,
    weight: index + 1,
    padding: false,
    parameter: null,
  }));
  const trace = { operation: "weighted_sum", at: [0], terms, bias: 0.5, constants: {} };
  const [, sum] = formulaOf({ valueIndex: { layer: "d", at: [0] }, value: 820.5, trace, sources: ["flat"] }).items;
  const more = sum.items.find(({ type }) => type === "more");
  assert.equal(more.count, 40 - WRITTEN_TERMS);
  assert.equal(more.value, (28 * 29) / 2);
  assert.equal(sum.items.length, WRITTEN_TERMS + 2);
});

test("a negative number takes its minus as an operator and keeps its value", () => {
  const trace = {
    operation: "weighted_sum",
    at: [0],
    terms: [
      { at: [0, 0, 0], value: -2, weight: 3, padding: false, parameter: null },
      { at: [1, 0, 0], value: 1, weight: 1, padding: false, parameter: null },
      { at: [1, 0, 1], value: 1, weight: 1, padding: false, parameter: null },
      { at: [0, 0, 1], value: 0, weight: 1, padding: false, parameter: null },
    ],
    bias: -0.25,
    constants: {},
  };
  const valueIndex = { layer: "c", at: [0, 0, 0] };
  const found = parts(formulaOf({ valueIndex, value: -4.25, trace, sources: ["input"] }));
  const bias = numbers(found).find(([, attributes]) => attributes["data-value"] === -0.25);
  assert.equal(bias[2], "0.25");
  assert.ok(found.some((part) => part.some((child) => Array.isArray(child) && child[0] === "mo" && child[2] === "−")));
});

test("an own picture's input travels inside the script", () => {
  const [one] = cases();
  const text = script(one.layer, explanationOf(one), {
    api: "http://h/api/v1",
    model: "m",
    sample: null,
    input: { shape: [1, 2, 2], data: "AAAA" },
  });
  assert.match(text, /shape, pixels = \[1,2,2\], "AAAA"/);
  assert.doesNotMatch(text, /sample/);
});
