// What a formula says is what the value is: the typeset formula and the sentence are read as a person reads them.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { createTranslator } from "../../static/js/core/i18n.js";
import { markup, parts } from "../../static/js/formula/mathml.js";
import { speak } from "../../static/js/formula/speech.js";
import { formulaOf } from "../../static/js/formula/tree.js";
import * as nodes from "../../static/js/model/expression.js";
import { evaluate } from "../../static/js/model/operations.js";
import { indexAt } from "../../static/js/model/trace.js";
import { listener, typeset } from "./support/drawn.mjs";
import { cases } from "./support/fixtures.mjs";
import { random } from "./support/models.mjs";

const languages = ["en", "zh-Hans"].map((language) => {
  const { views } = JSON.parse(
    readFileSync(new URL(`../../static/i18n/${language}/views.json`, import.meta.url), "utf8"),
  );
  const { t } = createTranslator(language, { views });
  return { t, listen: listener(language, views.say) };
});

/** Every digit, so that what is read can be compared closely. */
const look = { format: (value) => String(value).replace("-", "−"), words: (key) => key };

const near = (found, wanted, said) => {
  assert.equal(found.length, 2, said);
  for (const [index, value] of [wanted, wanted].entries())
    assert.ok(
      Math.abs(found[index] - value) <= 1e-9 * Math.max(1, Math.abs(value)),
      `${found[index]} is not ${value}: ${said}`,
    );
};

/** Both media of a formula, read and compared with its value. */
function compare(tree, value, key) {
  near(typeset(parts(tree, look)), value, `${key}: ${JSON.stringify(parts(tree, look))}`);
  near(typeset([markup(tree, look)]), value, `${key}: ${JSON.stringify(markup(tree, look))}`);
  for (const { t, listen } of languages) {
    const sentence = speak(tree, t, String);
    near(listen(sentence), value, `${key}: ${sentence}`);
  }
}

for (const [number, { name, layer, inputs, parameters, output }] of cases().entries())
  test(`the formula of ${name} says its value, typeset and spoken, whatever the numbers`, () => {
    const { normal, whole } = random(100 + number);
    const drawn = ({ shape, data }, positive = false) => {
      const value = () => (positive ? Math.abs(normal()) : 2 * normal());
      return { shape, data: Float32Array.from({ length: data.length }, value) };
    };
    for (let turn = 0; turn < 12; turn++) {
      const given = inputs.map((input) => drawn(input));
      const learned = Object.fromEntries(
        Object.entries(parameters).map(([key, tensor]) => [key, drawn(tensor, key === "variance")]),
      );
      const at = indexAt(output.shape, whole(0, output.data.length - 1));
      const trace = layer.record.tracer.trace(layer, given, learned, at);
      const value = evaluate(trace);
      const valueIndex = { layer: layer.name, at };
      for (const written of [3, 12])
        compare(formulaOf({ valueIndex, value, trace, sources: layer.inputs }, { written }), value, `${name} at ${at}`);
    }
  });

test("any tree says its value, typeset and spoken", () => {
  const { whole, normal, pick } = random(7);
  /** A tree with its value; deep ones hold every node inside every other. */
  const grow = (depth) => {
    if (depth === 0)
      return pick([(x) => [nodes.number(x), x], (_, n) => [nodes.literal(n), n]])(normal(), whole(-3, 3));
    const [a, b, c] = Array.from({ length: 3 }, () => grow(pick([0, depth - 1])));
    return pick([
      () => [nodes.sum(a[0], b[0], c[0]), a[1] + b[1] + c[1]],
      () => [nodes.product(a[0], b[0], c[0]), a[1] * b[1] * c[1]],
      () => [nodes.negation(a[0]), -a[1]],
      () => [nodes.fraction(a[0], b[0]), a[1] / b[1]],
      () => [nodes.exponential(nodes.call("tanh", a[0])), Math.exp(Math.tanh(a[1]))],
      () => [nodes.exponential(nodes.negation(nodes.call("tanh", a[0]))), Math.exp(-Math.tanh(a[1]))],
      () => [nodes.power(a[0], nodes.literal(2)), a[1] ** 2],
      () => [nodes.root(nodes.power(a[0], nodes.literal(2))), Math.sqrt(a[1] ** 2)],
      () => [nodes.call("max", a[0], b[0]), Math.max(a[1], b[1])],
      () => [nodes.call("min", a[0], b[0]), Math.min(a[1], b[1])],
      () => [nodes.call("tanh", a[0]), Math.tanh(a[1])],
      () => [nodes.product(a[0], nodes.sum(b[0], c[0])), a[1] * (b[1] + c[1])],
    ])();
  };
  let read = 0;
  for (let turn = 0; turn < 2000; turn++) {
    const [node, value] = grow(whole(1, 3));
    if (!Number.isFinite(value) || Math.abs(value) > 1e9) continue;
    const tree = { type: "equal", items: [{ type: "name", text: "n[0]" }, node, nodes.number(value)] };
    compare(tree, value, `tree ${turn}`);
    read++;
  }
  assert.ok(read > 1500, `${read} trees were read`);
});
