// Where everything stands, for any model in any frame.
import assert from "node:assert/strict";
import { test } from "node:test";
import { columnsOf } from "../../static/js/model/columns.js";
import { scoreLayer } from "../../static/js/model/model.js";
import { layoutNetwork } from "../../static/js/model/layout.js";
import { describe, minimal, random, randomModel, tinyVgg } from "./support/models.mjs";

const overlap = (a, b) => a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
const WIDTHS = [320, 390, 724, 1024, 1104, 1440, 2560];

/** Every property, on one layout. */
function check(columns, layout, frame, label) {
  assert.ok(layout.width >= frame.width, `${label}: the stage fills the frame`);
  let right = 0;
  layout.columns.forEach((placed, index) => {
    const { column, boxes, shown, hidden, total, first } = placed;
    assert.equal(column, columns[index], `${label}: columns stand in order`);
    assert.equal(total, shown + hidden, `${label}: ${column.name} hides what it does not show`);
    assert.equal(boxes.length, shown);
    assert.ok(first >= 0 && first <= hidden);
    assert.ok(placed.x >= right - 0.5, `${label}: ${column.name} begins after the column before`);
    right = placed.x + placed.width;
    for (const box of boxes) {
      assert.ok(
        box.x >= 0 && box.x + box.width <= layout.width + 0.5,
        `${label}: ${column.name}[${box.unit}] lies inside the stage`,
      );
      assert.ok(
        box.y >= layout.body.top - 0.5 && box.y + box.height <= layout.body.bottom + 0.5,
        `${label}: ${column.name}[${box.unit}] lies between names and legends`,
      );
      assert.ok(
        box.width >= 6 && box.height >= 6,
        `${label}: ${column.name}[${box.unit}] can be seen (${box.width}×${box.height})`,
      );
    }
    assert.equal(placed.minimap === null, hidden === 0, `${label}: a mini-map stands where units are hidden`);
    if (placed.minimap)
      assert.ok(index === 0 || placed.minimap.x >= layout.columns[index - 1].x + layout.columns[index - 1].width - 0.5);
  });
  const all = layout.columns.flatMap(({ boxes }) => boxes);
  for (let i = 0; i < all.length; i++)
    for (let j = i + 1; j < all.length; j++) assert.ok(!overlap(all[i], all[j]), `${label}: no two boxes overlap`);

  const labels = layout.columns.map(({ label }) => label);
  for (const row of [0, 1]) {
    const inRow = labels.filter((one) => one.row === row);
    for (let i = 1; i < inRow.length; i++)
      assert.ok(
        inRow[i].x >= inRow[i - 1].x + inRow[i - 1].width - 4.5,
        `${label}: names ${i - 1} and ${i} of row ${row} do not collide`,
      );
  }
  for (const { from, to, edges } of layout.links) {
    assert.equal(to, from + 1);
    for (const [i, j] of edges)
      assert.ok(layout.columns[from].boxes[i] && layout.columns[to].boxes[j], `${label}: an edge joins two boxes`);
  }
}

test("any model fits any frame: inside, without overlap, in order, nothing uncounted", () => {
  for (let seed = 1; seed <= 60; seed++) {
    const columns = columnsOf(randomModel(seed));
    const { whole, pick, next } = random(1000 + seed);
    for (let round = 0; round < 3; round++) {
      const frame = {
        width: pick(WIDTHS),
        height: whole(300, 1100),
        details: next() < 0.7,
        windows: new Map(columns.map(({ name }) => [name, whole(0, 60)])),
      };
      check(columns, layoutNetwork(columns, frame), frame, `seed ${seed}, ${frame.width}×${frame.height}`);
    }
  }
});

test("at 1440 px with an inspector all of Tiny VGG stands in the frame, names in one row", () => {
  const columns = columnsOf(tinyVgg());
  const layout = layoutNetwork(columns, { width: 1144, height: 716 });
  assert.equal(layout.width, 1144);
  assert.equal(layout.staggered, false);
  assert.ok(layout.height <= 716);
  assert.ok(layout.columns.every(({ hidden }) => hidden === 0));
});

test("at 1024 px with an inspector all of Tiny VGG still stands in the frame, names in two rows", () => {
  const layout = layoutNetwork(columnsOf(tinyVgg()), { width: 729, height: 560 });
  assert.equal(layout.width, 729);
  assert.equal(layout.staggered, true);
  assert.ok(layout.columns.every(({ hidden }) => hidden === 0));
});

test("at 390 px the stage is wider than its frame and its boxes are not squeezed", () => {
  const layout = layoutNetwork(columnsOf(tinyVgg()), { width: 390, height: 560 });
  assert.ok(layout.width > 390);
  assert.ok(layout.box >= 32);
});

test("a wider gap stands before a layer that mixes, a still wider one before a new module", () => {
  const { columns } = layoutNetwork(columnsOf(tinyVgg()), { width: 1144, height: 716 });
  const gap = (name) => {
    const i = columns.findIndex(({ column }) => column.name === name);
    return columns[i].x - columns[i - 1].x - columns[i - 1].width;
  };
  assert.ok(gap("conv_1_2") > 1.5 * gap("relu_1_2"));
  assert.ok(gap("conv_2_1") > gap("conv_1_2"));
});

test("layers become columns by their kinds: flatten is folded, softmax joins the scores", () => {
  const model = tinyVgg();
  const columns = columnsOf(model);
  assert.deepEqual(
    columns.map(({ name }) => name),
    ["input", ...model.layers.slice(0, 10).map(({ name }) => name), "output"],
  );
  const output = columns.at(-1);
  assert.equal(output.form, "classes");
  assert.equal(output.probabilities.name, "softmax");
  assert.equal(output.connects, "all");
  assert.deepEqual(
    columns.map(({ module }) => module),
    [-1, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, -1],
  );
});

test("a model without softmax has its scores in the output column", () => {
  const columns = columnsOf(minimal());
  assert.equal(columns.at(-1).form, "classes");
  assert.equal(columns.at(-1).probabilities, null);
});

test("a model that ends in maps has no output column and every layer is shown", () => {
  const model = describe(
    "maps",
    [3, 16, 16],
    [
      { name: "c", kind: "conv2d", filters: 4, kernel: [3, 3] },
      { name: "odd", kind: "never_heard_of" },
    ],
  );
  assert.equal(scoreLayer(model), null);
  assert.deepEqual(
    columnsOf(model).map(({ name, form }) => [name, form]),
    [
      ["input", "maps"],
      ["c", "maps"],
      ["odd", "maps"],
    ],
  );
  const { links } = layoutNetwork(columnsOf(model), { width: 800, height: 600 });
  assert.deepEqual(
    links.map(({ to }) => to),
    [1],
    "nothing is known of what an unknown kind reads, so no edge is drawn",
  );
});

test("a model whose flattened maps are the scores still has an output column, each class from its own map", () => {
  const model = describe(
    "pooled",
    [3, 8, 8],
    [
      { name: "c", kind: "conv2d", filters: 5, kernel: [8, 8] },
      { name: "flat", kind: "flatten" },
    ],
  );
  const columns = columnsOf(model);
  assert.equal(columns.at(-1).form, "classes");
  const { links } = layoutNetwork(columns, { width: 800, height: 600 });
  assert.deepEqual(links.at(-1).edges, [
    [0, 0],
    [1, 1],
    [2, 2],
    [3, 3],
    [4, 4],
  ]);
});

test("a layer of 64 maps shows a window of them that can be moved to its end", () => {
  const columns = columnsOf(
    describe("wide", [3, 24, 24], [{ name: "many", kind: "conv2d", filters: 64, kernel: [3, 3] }]),
  );
  const shown = (first) =>
    layoutNetwork(columns, { width: 900, height: 640, windows: new Map([["many", first]]) }).columns[1];
  assert.equal(shown(0).boxes[0].unit, 0);
  assert.ok(shown(0).hidden > 40);
  assert.equal(shown(1000).boxes.at(-1).unit, 63);
});

test("classes stand in the order that is asked for", () => {
  const layout = layoutNetwork(columnsOf(minimal()), { width: 900, height: 640, order: [2, 0, 1] });
  assert.deepEqual(
    layout.columns.at(-1).boxes.map(({ unit }) => unit),
    [2, 0, 1],
  );
});

test("very dense links are not quiet: they show on hover only", () => {
  const columns = columnsOf(
    describe(
      "dense",
      [3, 24, 24],
      [
        { name: "a", kind: "conv2d", filters: 64, kernel: [3, 3] },
        { name: "b", kind: "conv2d", filters: 64, kernel: [3, 3] },
      ],
    ),
  );
  assert.deepEqual(
    layoutNetwork(columns, { width: 900, height: 640 }).links.map(({ quiet }) => quiet),
    [true, false],
  );
});

test("plain words stand over every column without touching each other, or over none", () => {
  let shown = 0;
  for (const text of [1, 1.3])
    for (const model of [tinyVgg(), minimal()])
      for (const width of [320, 724, 985, 1104, 1440, 2560]) {
        const columns = columnsOf(model);
        const plain = ({ form }) => (form === "classes" ? "add up the votes" : "keep what was found");
        const measure = (words) => 7.3 * text * words.length;
        const layout = layoutNetwork(columns, { width, height: 600, text, plain, measure });
        const words = layout.columns.map((placed) => placed.plain);
        if (!words.some(Boolean)) continue;
        shown++;
        words.forEach((one, at) => {
          assert.equal(one.text, plain(columns[at]));
          assert.ok(one.x >= 0 && one.x + one.width <= layout.width + 4, `${width}: ${at} lies inside`);
          if (at) assert.ok(one.x >= words[at - 1].x + words[at - 1].width - 0.1, `${width}: ${at} touches none`);
          const middle = layout.columns[at].x + layout.columns[at].width / 2;
          if (columns[at].form !== "classes") assert.ok(Math.abs(one.x + one.width / 2 - middle) <= 13);
          assert.ok(one.y < layout.body.top && one.y >= layout.columns[at].label.y);
        });
      }
  assert.ok(shown > 8, String(shown));
});
