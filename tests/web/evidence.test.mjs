// A score is the sum of its places: held to the engine's recorded runs, and to slow loops over random models.
import assert from "node:assert/strict";
import { test } from "node:test";
import { difference, evidenceOf, groundedBefore, groundOf, termsAt, tilesOf } from "../../static/js/model/evidence.js";
import { needsOfEvidence } from "../../static/js/model/needs.js";
import { recorded } from "./support/fixtures.mjs";
import { forward, randomParameters } from "./support/forward.mjs";
import { describe, random, tinyVgg } from "./support/models.mjs";

const near = (actual, expected, bound, what) =>
  assert.ok(Math.abs(actual - expected) <= bound, `${what}: ${actual} is not ${expected} ± ${bound}`);
const sum = (numbers) => numbers.reduce((total, one) => total + one, 0);

/** Everything that must hold for every unit of a layer with evidence. */
function assertSums(scene, layer) {
  const ground = groundOf(scene, layer);
  assert.ok(!("behind" in ground), `${layer} has evidence`);
  const all = Array.from({ length: ground.units }, (_, unit) => evidenceOf(ground, unit));
  all.forEach((evidence, unit) => {
    near(evidence.bias + sum(evidence.places), evidence.value, evidence.bound, `${layer}[${unit}]`);
    near(evidence.total, evidence.bias + evidence.positive + evidence.negative, 1e-12, "sides");
    assert.ok(evidence.bound < 1e-3 * Math.max(1, evidence.positive - evidence.negative), "the bound is small");
    for (const place of [0, ground.places - 1, Math.floor(ground.places / 2)]) {
      const terms = termsAt(ground, unit, null, place);
      near(sum(terms.map(({ product }) => product)), evidence.places[place], 1e-9, "terms of a place");
      assert.deepEqual(
        terms.map(({ product }) => Math.abs(product)),
        terms.map(({ product }) => Math.abs(product)).sort((a, b) => b - a),
        "the largest first",
      );
    }
  });
  for (let unit = 1; unit < all.length; unit++) {
    const set = difference(all[0], all[unit]);
    near(set.bias + sum(set.places), all[0].value - all[unit].value, set.bound, "difference");
    const place = unit % ground.places;
    near(sum(termsAt(ground, 0, unit, place).map(({ product }) => product)), set.places[place], 1e-9, "its terms");
  }
  return ground;
}

test("the engine's logits are bias plus places", () => {
  const { scene } = recorded("minimal");
  const ground = assertSums(scene, "scores");
  assert.equal(ground.maps, "edges");
});

test("behind a hidden layer a class has no evidence and says which layer stands there; hidden units have it", () => {
  const { scene } = recorded("deep");
  assert.deepEqual(groundOf(scene, "scores"), { behind: "leaky2" });
  assert.deepEqual(groundOf(scene, "leaky2"), { behind: "leaky2" });
  assert.equal(groundedBefore(scene, "scores"), "hidden");
  assert.equal(assertSums(scene, "hidden").maps, "tanh2");
});

/** A random model that ends in one of the ways that have evidence. */
function randomScene(seed, tail) {
  const { whole, normal, next } = random(seed);
  const [maps, rows, columns] = [whole(1, 7), whole(2, 9), whole(2, 9)];
  const model = describe(
    `tail-${seed}`,
    [whole(1, 4), rows + 2, columns + 2],
    [
      { name: "c", kind: "conv2d", filters: maps, kernel: [3, 3] },
      { name: "r", kind: "relu" },
      ...tail,
      { name: "scores", kind: "dense", units: whole(2, 6) },
      { name: "softmax", kind: "softmax" },
    ],
  );
  const parameters = randomParameters(model, { normal });
  const size = model.input.shape.reduce((a, b) => a * b, 1);
  const input = { shape: model.input.shape, data: Float32Array.from({ length: size }, next) };
  return { model, parameters, run: forward(model, parameters, input) };
}

const TAILS = {
  "flatten map by map": [{ name: "flat", kind: "flatten" }],
  "flatten pixel by pixel": [{ name: "flat", kind: "flatten", order: "hwc" }],
  "global mean": [{ name: "pool", kind: "global_avg_pool2d" }],
  "global maximum": [{ name: "pool", kind: "global_max_pool2d" }],
  "flatten after a global mean": [
    { name: "pool", kind: "global_avg_pool2d" },
    { name: "flat", kind: "flatten" },
  ],
};
for (const [name, tail] of Object.entries(TAILS))
  test(`random models that end in ${name}: cells and bias are the score`, () => {
    for (let seed = 1; seed <= 12; seed++) {
      const scene = randomScene(seed, tail);
      const ground = assertSums(scene, "scores");
      assert.equal(ground.maps, "r");
      // The oracle: what the score loses when a place is taken out of the maps, by running the rest again.
      if (name === "global maximum") continue; // another value would be taken
      const place = seed % ground.places;
      const without = { shape: ground.values.shape, data: ground.values.data.slice() };
      for (let at = place; at < without.data.length; at += ground.places) without.data[at] = 0;
      const rest = { ...scene.model, layers: scene.model.layers.slice(2) };
      const again = forward(rest, scene.parameters, without);
      for (let unit = 0; unit < ground.units; unit++)
        near(
          scene.run.scores[unit].logit - again.scores[unit].logit,
          evidenceOf(ground, unit).places[place],
          1e-4,
          `${name} ${seed}[${unit}]`,
        );
    }
  });

test("of a maximum the place that was taken speaks, and no other", () => {
  const scene = randomScene(5, TAILS["global maximum"]);
  const ground = groundOf(scene, "scores");
  const { places } = evidenceOf(ground, 0);
  const taken = new Set(
    Array.from({ length: ground.values.shape[0] }, (_, map) => {
      const values = ground.values.data.subarray(map * ground.places, (map + 1) * ground.places);
      return values.indexOf(Math.max(...values));
    }),
  );
  places.forEach((amount, place) => assert.ok(taken.has(place) || amount === 0));
});

test("scores that are means of maps are sums over places without a bias", () => {
  const { normal, next } = random(3);
  const model = describe(
    "fully",
    [3, 9, 8],
    [
      { name: "c", kind: "conv2d", filters: 4, kernel: [3, 3] },
      { name: "pool", kind: "global_avg_pool2d" },
      { name: "softmax", kind: "softmax" },
    ],
  );
  const parameters = randomParameters(model, { normal });
  const input = { shape: [3, 9, 8], data: Float32Array.from({ length: 216 }, next) };
  const scene = { model, parameters, run: forward(model, parameters, input) };
  assert.equal(assertSums(scene, "pool").maps, "c");
  assert.equal(evidenceOf(groundOf(scene, "pool"), 1).bias, 0);
});

test("of a large run the pieces that are asked for are enough, and without one of them nothing is said", () => {
  for (const [name, scene] of [
    ["scores", recorded("minimal").scene],
    ["scores", recorded("deep").scene],
    ["scores", randomScene(7, TAILS["global maximum"])],
    ["scores", randomScene(8, TAILS["flatten after a global mean"])],
  ]) {
    const needs = needsOfEvidence(scene.model, name);
    const pieces = (without) => ({
      ...scene,
      run: {
        ...scene.run,
        activations: new Map(
          [...scene.run.activations].filter(([one]) => needs.tensors.includes(one) && one !== without),
        ),
      },
      parameters: new Map([...scene.parameters].filter(([one]) => needs.parameters.includes(one) && one !== without)),
    });
    const some = pieces(null);
    const ground = groundOf(some, name);
    const layer = "behind" in ground ? groundedBefore(some, name) : name;
    assertSums(some, layer);
    for (const missing of [layer, ...needs.parameters, needs.tensors.at(-1)])
      assert.equal(groundOf(pieces(missing), layer), null, missing);
  }
});

test("squares stand in the middle of what their places see, touch, and say what they see", () => {
  const tiles = tilesOf(tinyVgg(), "max_pool_2");
  assert.equal(tiles.known, true);
  assert.deepEqual(
    tiles.rows,
    Array.from({ length: 14 }, (_, index) => 6 + 4 * index),
  );
  assert.deepEqual(tiles.patch(0), { top: 0, left: 0, bottom: 15, right: 15 });
  assert.deepEqual(tiles.patch(13 * 12 + 12), { top: 48, left: 48, bottom: 63, right: 63 });
});

test("padding moves squares over the picture's edge; a patch is cut to the picture", () => {
  const model = describe(
    "padded",
    [1, 8, 8],
    [
      { name: "c", kind: "conv2d", filters: 2, kernel: [3, 3], padding: [1, 1] },
      { name: "p", kind: "max_pool2d", window: [2, 2], stride: [2, 2] },
      { name: "flat", kind: "flatten" },
      { name: "scores", kind: "dense", units: 2 },
    ],
    ["grey"],
  );
  const tiles = tilesOf(model, "p");
  assert.deepEqual(tiles.rows, [0, 2, 4, 6, 8]);
  assert.deepEqual(tiles.patch(0), { top: 0, left: 0, bottom: 2, right: 2 });
});

test("where nobody knows what a place sees, squares are equal shares", () => {
  const model = describe(
    "strange",
    [3, 12, 9],
    [
      { name: "m", kind: "mystery" },
      { name: "flat", kind: "flatten" },
      { name: "scores", kind: "dense", units: 2 },
    ],
  );
  const tiles = tilesOf(model, "m");
  assert.equal(tiles.known, false);
  assert.deepEqual([tiles.rows.length, tiles.rows[12], tiles.columns[9]], [13, 12, 9]);
  assert.equal(tiles.patch(0), null);
});
