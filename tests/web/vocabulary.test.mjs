// One vocabulary: static/vocabulary.json, read by the server, and the page's module that is made from it.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { FIELDS } from "../../static/js/state/address.js";
import { formatPlace, formatView, parsePlace, parseView } from "../../static/js/state/place.js";
import { formatWhy, parseWhy } from "../../static/js/state/why.js";
import { VOCABULARY } from "../../static/js/state/vocabulary.js";
import { MODULE, written } from "./vocabulary.mjs";

const read = (path) => JSON.parse(readFileSync(new URL(path, import.meta.url), "utf8"));

test("the page's module says what the file says: run `node tests/web/vocabulary.mjs` after a change", async () => {
  assert.equal(readFileSync(MODULE, "utf8"), await written());
  assert.deepEqual(VOCABULARY, read("../../static/vocabulary.json"));
});

test("an address carries the parameters of the vocabulary, and the language", () => {
  assert.deepEqual([...FIELDS.map(({ parameter }) => parameter), "lang"].sort(), [...VOCABULARY.parameters].sort());
});

// The server reads the same table (tests/server/test_places.py).
const cases = read("../contract/places.json");

test("a place is read as the server reads it, and written as it was", () => {
  for (const { text, layer, index } of cases.places) {
    const place = parsePlace(text);
    if (layer === undefined) assert.equal(place, null, text);
    else {
      assert.deepEqual([place.layer, [place.unit, ...(place.at ?? [])]], [layer, index], text);
      assert.equal(formatPlace(place), `${layer}[${index}]`);
    }
  }
});

test("whose evidence is shown is read as the server reads it, and written as it was", () => {
  for (const { text, of, against, at } of cases.whys) {
    const why = parseWhy(text);
    if (of === undefined) assert.equal(why, null, text);
    else {
      assert.deepEqual([why.of && formatPlace(why.of), why.against, why.at], [of, against ?? null, at ?? null], text);
      assert.equal(formatWhy(why), text);
    }
  }
});

test("a view is read as the server reads it, and written as it was", () => {
  for (const { text, name, places, input } of cases.views) {
    const view = parseView(text);
    if (name === undefined) assert.equal(view, null, text);
    else {
      const found = [view.name, [view, ...view.trail].map(formatPlace), view.input ?? null];
      assert.deepEqual(found, [name, places, input ?? null], text);
      assert.equal(formatView(view), text);
    }
  }
});
