// Runs graphs that test_compute.py has written through the page's engine, and says how far it is from NumPy's values at
// most, as a share of a tensor's largest value: node compute.mjs FILE
import { readFileSync } from "node:fs";
import { edited } from "../../../static/js/compute/edits.js";
import { backward, run } from "../../../static/js/compute/engine.js";
import { multiplicationsOf } from "../../../static/js/compute/registry.js";
import { createModel } from "../../../static/js/model/kinds.js";
import { decodeTensor } from "./fixtures.mjs";

const MOST = 1e-5;
let worst = 0;

/** @param {string} label @param {ArrayLike<number> | undefined} found @param {Float32Array} expected */
function compare(label, found, expected) {
  if (found?.length !== expected.length) throw new Error(`${label}: ${found?.length} values, not ${expected.length}`);
  const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-3);
  expected.forEach((value, at) => {
    const share = Math.abs(found[at] - value) / largest;
    if (!(share <= MOST)) throw new Error(`${label}[${at}] of ${expected.length}: ${found[at]} is not ${value}`);
    worst = Math.max(worst, share);
  });
}

/** Parameters by layer, from their full names. */
function byLayer(named) {
  const found = new Map();
  for (const [name, own] of Object.entries(named)) {
    const [layer, key] = [name.slice(0, name.lastIndexOf(".")), name.slice(name.lastIndexOf(".") + 1)];
    found.set(layer, { ...found.get(layer), [key]: decodeTensor(own) });
  }
  return found;
}

const cases = JSON.parse(readFileSync(process.argv[2], "utf8"));
for (const [number, one] of cases.entries()) {
  const model = createModel(one.description);
  const label = `graph ${number} (${model.layers.map(({ kind }) => kind).join(", ")}; ${JSON.stringify(one.edits)})`;
  const parameters = byLayer(one.parameters);
  const input = decodeTensor(one.input);
  // From an unedited run on, as the page edits.
  const plain = run(edited(model, parameters), input);
  const pass = run(edited(model, parameters, one.edits), input, plain);
  for (const [name, own] of Object.entries(one.activations))
    compare(`${label}: ${name}`, pass.activations.get(name)?.data, decodeTensor(own).data);
  if (multiplicationsOf(model) !== one.multiplications)
    throw new Error(`${label}: ${multiplicationsOf(model)} multiplications, not ${one.multiplications}`);
  const found = backward(pass, one.from.name, decodeTensor(one.from.dy).data);
  compare(`${label}: input's gradient`, found.input.data, decodeTensor(one.gradients.input).data);
  for (const [name, own] of Object.entries(one.gradients.activations))
    compare(`${label}: gradient of ${name}`, found.activations.get(name)?.data, decodeTensor(own).data);
  for (const [layer, own] of byLayer(one.gradients.parameters))
    for (const [key, { data }] of Object.entries(own))
      compare(`${label}: gradient of ${layer}.${key}`, found.parameters.get(layer)?.[key]?.data, data);
}
process.stdout.write(JSON.stringify({ cases: cases.length, worst }));
