// Models with branches: blocks between splits and joins, columns, and where everything stands.
import assert from "node:assert/strict";
import { test } from "node:test";
import { blocksAround, blocksOf, closedBlocks, commonName, togglesOf } from "../../static/js/model/blocks.js";
import { columnsOf, shownColumns } from "../../static/js/model/columns.js";
import { gridOf } from "../../static/js/model/lanes.js";
import { layoutNetwork } from "../../static/js/model/layout.js";
import { inceptionLike, mobilenetLike, randomGraph, resnetLike } from "./support/graphs.mjs";
import { random, randomModel, tinyVgg } from "./support/models.mjs";

const SEEDS = Array.from({ length: 60 }, (_, index) => index + 1);
const shown = (model, toggled = []) => {
  const closed = closedBlocks(model, toggled);
  return {
    closed,
    columns: shownColumns(
      model,
      blocksOf(model).all.filter(({ id }) => closed.has(id)),
    ),
  };
};

/** Everything that can be reached from a name by following consumers, itself included. */
function after(model, name, without = null) {
  const found = new Set([name]);
  for (const one of found)
    for (const consumer of model.consumers(one)) if (consumer.name !== without) found.add(consumer.name);
  return found;
}

test("a block is what lies between a value that several layers read and where all ways from it meet", () => {
  let checked = 0;
  for (const seed of SEEDS) {
    const model = randomGraph(seed);
    for (const { layers, form } of blocksOf(model).all) {
      if (form === "run") continue;
      checked++;
      const inside = new Set(layers);
      const outside = new Set(layers.flatMap((name) => model.layer(name).inputs).filter((name) => !inside.has(name)));
      assert.equal(outside.size, 1, `seed ${seed}: one thing leads into ${layers}`);
      const [split] = outside;
      const leaving = layers.filter((name) => model.consumers(name).some((consumer) => !inside.has(consumer.name)));
      assert.ok(
        leaving.every((name) => name === layers.at(-1)),
        `seed ${seed}: only the last leads out of ${layers}`,
      );
      // Without the last layer nothing behind the block can be reached from the split by way of the block.
      const reached = after(model, split, layers.at(-1));
      for (const name of layers.slice(0, -1))
        assert.ok(reached.has(name), `seed ${seed}: ${name} comes after ${split}`);
    }
  }
  assert.ok(checked > 20, `${checked} blocks`);
});

test("blocks lie inside each other or apart", () => {
  for (const seed of SEEDS) {
    const { all } = blocksOf(randomGraph(seed));
    for (const a of all)
      for (const b of all) {
        if (a === b) continue;
        const common = a.layers.filter((name) => b.layers.includes(name)).length;
        assert.ok([0, a.layers.length, b.layers.length].includes(common), `seed ${seed}: ${a.id} and ${b.id}`);
      }
    assert.equal(new Set(all.map(({ id }) => id)).size, all.length, `seed ${seed}: every block has a name of its own`);
  }
});

test("a model of a usable size is shown whole, a chain has no blocks", () => {
  assert.deepEqual(blocksOf(tinyVgg()).all, []);
  for (let seed = 1; seed <= 30; seed++) {
    const model = randomModel(seed);
    assert.equal(shown(model).columns.length, columnsOf(model).length);
  }
});

test("models that people have give an overview of some twenty columns, called as their authors call the parts", () => {
  const overview = (model) => {
    const { columns } = shown(model);
    return columns.map(({ name, fold }) => (fold ? `[${fold.label}]` : name));
  };
  assert.deepEqual(overview(resnetLike()), [
    "input",
    "conv1",
    "relu1",
    "maxpool",
    ...[1, 2, 3, 4].flatMap((stage) => [`[layer${stage}.0]`, `[layer${stage}.1]`]),
    "avgpool",
    "fc",
  ]);
  const inception = overview(inceptionLike());
  assert.equal(inception.filter((name) => /^\[inception\d\]$/.test(name)).length, 9);
  assert.equal(inception.length, 19);
  const mobile = overview(mobilenetLike());
  assert.ok(mobile.length <= 24, mobile.join(" "));
  for (let block = 0; block <= 16; block++) assert.ok(mobile.includes(`[block_${block}]`), `block ${block}`);
});

test("a block opens to its layers and closes again, an inner one stays closed until it is opened itself", () => {
  const model = resnetLike();
  const { columns } = shown(model, ["layer2.0.relu2"]);
  const names = columns.map(({ name }) => name);
  assert.ok(names.includes("layer2.0.downsample"));
  assert.ok(!names.includes("layer2.1.conv1"));
  assert.deepEqual(shown(model, []).columns.length, names.length - 5);
  const { closed } = shown(model);
  assert.deepEqual(
    blocksAround(model, "layer3.1.conv2", closed).map(({ id }) => id),
    ["layer3.1.relu2"],
  );
  assert.deepEqual(blocksAround(model, "layer3.1.relu2", closed), [], "what stands for a block is to be seen");
  assert.ok(togglesOf(model, closed).every(({ open, level }) => !open && level === 0));
});

test("a column that stands for a block reads what the block reads", () => {
  const { columns } = shown(resnetLike());
  const column = (name) => columns.find((one) => one.name === name);
  assert.deepEqual(column("layer1.0.relu2").sources, ["maxpool"]);
  assert.deepEqual(column("layer2.0.relu2").sources, ["layer1.1.relu2"]);
  assert.equal(column("layer2.0.relu2").fold.layers.length, 6);
  assert.equal(column("conv1").fold, null);
});

test("names have in common what stands before their last separator", () => {
  assert.equal(commonName(["layer1.0.conv1", "layer1.0.add"]), "layer1.0");
  assert.equal(commonName(["block_3_expand", "block_3_expand_BN", "block_3_add"]), "block_3");
  assert.equal(commonName(["conv2d_1", "add_1"]), "");
  assert.equal(commonName(["a"]), "");
});

test("a column's slot is the longest way to it, a branch keeps its lane, and no two share a place", () => {
  for (const seed of SEEDS) {
    const columns = columnsOf(randomGraph(seed));
    const grid = gridOf(columns);
    const place = new Map(columns.map(({ name }, index) => [name, index]));
    const longest = (index) => Math.max(-1, ...columns[index].sources.map((name) => longest(place.get(name)))) + 1;
    if (columns.length < 16)
      columns.forEach((_, index) => assert.equal(grid.slot[index], longest(index), `seed ${seed}`));
    columns.forEach(({ sources }, index) => {
      for (const name of sources)
        assert.ok(grid.slot[place.get(name)] < grid.slot[index], `seed ${seed}: to the right`);
      assert.ok(grid.lane[index] < grid.lanes[index]);
    });
    const cells = columns.map((_, index) => `${grid.slot[index]},${grid.lane[index]}`);
    assert.equal(new Set(cells).size, cells.length, `seed ${seed}`);
    for (const here of grid.slots)
      assert.equal(new Set(here.map((index) => grid.lanes[index])).size, 1, `seed ${seed}: one height for a slot`);
  }
});

const overlap = (a, b) => a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;

/** Whether the straight line between two points (upright or level) runs through a box. */
const crosses = (p, q, { x, y, width, height }) =>
  Math.min(p.x, q.x) < x + width - 0.5 &&
  Math.max(p.x, q.x) > x + 0.5 &&
  Math.min(p.y, q.y) < y + height - 0.5 &&
  Math.max(p.y, q.y) > y + 0.5;

function check(layout, frame, label) {
  const boxes = layout.columns.flatMap(({ boxes: own, column }) => own.map((box) => ({ ...box, of: column.name })));
  for (const placed of layout.columns) {
    assert.equal(placed.total, placed.shown + placed.hidden, `${label}: ${placed.column.name}`);
    assert.ok(placed.shown >= 1);
    for (const box of placed.boxes) {
      assert.ok(box.x >= 0 && box.x + box.width <= layout.width + 0.5, `${label}: ${placed.column.name} inside`);
      assert.ok(
        box.y >= placed.body.top - 0.5 && box.y + box.height <= placed.body.bottom + 0.5,
        `${label}: ${placed.column.name}[${box.unit}] stands in its lane`,
      );
      assert.ok(box.width >= 6 && box.height >= 6, `${label}: ${placed.column.name}[${box.unit}] can be seen`);
    }
    assert.ok(placed.body.top >= layout.body.top - 0.5 && placed.body.bottom <= layout.body.bottom + 0.5, label);
    assert.ok(placed.label.x >= -0.5 && placed.label.x + placed.label.width <= layout.width + 0.5, `${label}: label`);
  }
  assert.ok(layout.width >= frame.width && layout.height >= layout.legends);
  for (let i = 0; i < boxes.length; i++)
    for (let j = i + 1; j < boxes.length; j++)
      assert.ok(!overlap(boxes[i], boxes[j]), `${label}: ${boxes[i].of} and ${boxes[j].of} do not overlap`);
  for (const { from, to, edges, via, arc } of layout.links) {
    const [source, target] = [layout.columns[from], layout.columns[to]];
    assert.ok(
      source.x + source.width < target.x,
      `${label}: ${source.column.name} stands before ${target.column.name}`,
    );
    for (const [i, j] of edges) assert.ok(source.boxes[i] && target.boxes[j], label);
    const maps = boxes.filter(({ of }) => of !== source.column.name && of !== target.column.name);
    const ways = arc
      ? arc.slice(1).map((point, index) => [arc[index], point])
      : via === null
        ? []
        : edges.map(([i]) => {
            const y = source.boxes[i].y + source.boxes[i].height / 2;
            return [
              { x: source.x + source.width, y },
              { x: via, y },
            ];
          });
    for (const [p, q] of ways)
      for (const box of maps)
        assert.ok(!crosses(p, q, box), `${label}: ${source.column.name} → ${target.column.name} over ${box.of}`);
    if (!arc) assert.ok(via !== null || target.slot - source.slot === 1, `${label}: a long link has a way`);
    if (via !== null) assert.ok(via >= source.x + source.width && via < target.x, label);
  }
  const rows = new Map();
  for (const { x, y, width } of layout.brackets) rows.set(y, [...(rows.get(y) ?? []), { x, width }]);
  for (const row of rows.values()) {
    row.sort((a, b) => a.x - b.x);
    for (let i = 1; i < row.length; i++)
      assert.ok(row[i].x >= row[i - 1].x + row[i - 1].width - 1, `${label}: brackets of a row do not overlap`);
  }
}

test("any graph fits any frame: inside, without overlap, to the right, no link over a map", () => {
  for (const seed of SEEDS) {
    const model = randomGraph(seed);
    const { all } = blocksOf(model);
    const { whole, pick, next } = random(2000 + seed);
    for (let round = 0; round < 2; round++) {
      const toggled = all.map(({ id }) => id).filter(() => next() < 0.5);
      const { columns, closed } = shown(model, toggled);
      const frame = {
        width: pick([320, 390, 724, 1104, 2560]),
        height: whole(300, 1100),
        details: next() < 0.7,
        toggles: togglesOf(model, closed),
        windows: new Map(columns.map(({ name }) => [name, whole(0, 60)])),
      };
      check(layoutNetwork(columns, frame), frame, `seed ${seed}, ${frame.width}×${frame.height}`);
    }
  }
});

test("the models that people have fit as well, closed and with any of their blocks open", () => {
  for (const model of [resnetLike(), inceptionLike(), mobilenetLike()]) {
    const { all } = blocksOf(model);
    for (const toggled of [[], [all[0].id], [all[2].id, all.at(-1).id], all.map(({ id }) => id)])
      for (const [width, height] of [
        [390, 500],
        [900, 560],
        [2300, 1100],
      ]) {
        const { columns, closed } = shown(model, toggled);
        const frame = { width, height, toggles: togglesOf(model, closed) };
        check(layoutNetwork(columns, frame), frame, `${model.id} ${toggled.length} toggled, ${width}×${height}`);
      }
  }
});

test("a link beside which something stands goes around below it, a shorter one nearer to the maps", () => {
  const model = resnetLike();
  const { columns, closed } = shown(model, ["layer1.0.relu2"]);
  const {
    links,
    columns: placed,
    body,
    legends,
  } = layoutNetwork(columns, { width: 1400, height: 700, toggles: togglesOf(model, closed) });
  const arcs = links.filter(({ arc }) => arc);
  const named = arcs.map(({ from, to }) => `${placed[from].column.name} → ${placed[to].column.name}`);
  // Without a record of what an addition reads no edge is known; the room for its way is kept all the same.
  assert.ok(named.every((name) => name === "maxpool → layer1.0.add"));
  assert.ok(legends > body.bottom);
});
