// @ts-check
/**
 * Stretches of layers that can be shown as one column: blocks between a split and its join, and, where a model
 * has very many layers, runs of layers of one size. Found in the graph alone; no layer is known by its name.
 *
 * A block is what lies between a value that several layers read (the split, which does not belong to it) and the
 * layer where all ways from it meet again (the join, its last layer), if nothing else leads in or out. In the terms of
 * compilers: the join is the immediate post-dominator of the split, and the split the immediate dominator of the join.
 */
import { columnsOf, shownColumns } from "./columns.js";
import { INPUT, scoreLayer } from "./model.js";

/** @typedef {import("./model.js").Model} Model */
/** @typedef {import("./model.js").Layer} Layer */
/**
 * @typedef {object} Block
 * @property {string} id the name of its last layer, whose maps stand for it while it is closed
 * @property {"branches" | "run"} form what lies between a split and its join, or layers one after the other
 * @property {string} label what its layers' names have in common, or the last one's name
 * @property {readonly string[]} layers
 * @property {readonly Block[]} inner the blocks inside it
 */
/**
 * @typedef {object} Blocks
 * @property {readonly Block[]} outer those that lie in no other, in order
 * @property {readonly Block[]} all every one, an outer one before those inside it
 * @property {ReadonlySet<string>} closed those that are closed until somebody opens them
 */

/** A model with up to so many columns is shown whole. */
const WHOLE = 24;
/** With more columns than this, although every block is closed, runs of layers are closed as well. */
const MANY = 40;
/** A block that holds a larger share of the layers is opened: closed, it would hide the network. */
const SHARE = 1 / 3;
/** So many columns at least make a run. */
const RUN = 3;

/** @type {WeakMap<Model, Blocks>} */
const known = new WeakMap();

/** @param {Model} model @returns {Blocks} */
export function blocksOf(model) {
  let blocks = known.get(model);
  if (!blocks) known.set(model, (blocks = find(model)));
  return blocks;
}

/**
 * The blocks that are closed now.
 * @param {Model} model
 * @param {readonly string[]} toggled blocks that are not as they were at first
 */
export function closedBlocks(model, toggled) {
  const { all, closed } = blocksOf(model);
  return new Set(all.map(({ id }) => id).filter((id) => closed.has(id) !== toggled.includes(id)));
}

/** The closed blocks around a layer, the outermost first: they are opened to see it.
 * @param {Model} model @param {string} layer @param {ReadonlySet<string>} closed */
export const blocksAround = (model, layer, closed) =>
  blocksOf(model).all.filter(({ id, layers }) => closed.has(id) && layers.includes(layer) && id !== layer);

/** @param {Model} model @returns {Blocks} */
function find(model) {
  const branches = nested(betweenSplitsAndJoins(model));
  const all = everything(branches);
  const small = columnsOf(model).length <= WHOLE;
  const closed = all.filter(({ layers }) => !small && layers.length <= SHARE * model.layers.length);
  const columns = shownColumns(model, closed);
  const runs = columns.length > MANY ? runsOf(model, columns) : [];
  const order = (/** @type {Block} */ { id }) => /** @type {Layer} */ (model.layer(id)).index;
  const outer = distinct([...branches, ...runs].sort((a, b) => order(a) - order(b)));
  return Object.freeze({
    outer,
    all: everything(outer),
    closed: new Set([...closed, ...runs].map(({ id }) => id)),
  });
}

/**
 * Blocks with those inside them, an outer one before its inner ones.
 * @param {readonly Block[]} blocks
 * @returns {Block[]}
 */
const everything = (blocks) => blocks.flatMap((block) => [block, ...everything(block.inner)]);

/**
 * A label that several blocks have says nothing: they are called by their last layers.
 * @param {readonly Block[]} blocks
 * @returns {Block[]}
 */
function distinct(blocks) {
  const labels = everything(blocks).map(({ label }) => label);
  /** @param {Block} block @returns {Block} */
  const named = (block) => ({
    ...block,
    label: labels.indexOf(block.label) === labels.lastIndexOf(block.label) ? block.label : block.id,
    inner: block.inner.map(named),
  });
  return blocks.map(named);
}

/**
 * @typedef {object} Toggle a block that can be opened or closed where it stands now
 * @property {Block} block
 * @property {boolean} open
 * @property {number} level how many open blocks lie around it
 */

/**
 * The blocks that are to be seen: closed ones, and open ones with those inside.
 * @param {Model} model
 * @param {ReadonlySet<string>} closed
 * @returns {Toggle[]}
 */
export function togglesOf(model, closed) {
  /** @param {Block} block @param {number} level @returns {Toggle[]} */
  const seen = (block, level) =>
    closed.has(block.id)
      ? [{ block, open: false, level }]
      : [{ block, open: true, level }, ...block.inner.flatMap((inner) => seen(inner, level + 1))];
  return blocksOf(model).outer.flatMap((block) => seen(block, 0));
}

/** The blocks of a model, each without those inside it. @param {Model} model @returns {Block[]} */
function betweenSplitsAndJoins(model) {
  const names = [INPUT, ...model.layers.map(({ name }) => name)];
  const place = new Map(names.map((name, index) => [name, index]));
  const before = names.map((name) => (model.layer(name)?.inputs ?? []).map((input) => place.get(input) ?? 0));
  const after = names.map((name) => model.consumers(name).map((layer) => place.get(layer.name) ?? 0));
  const end = names.length;
  const dominator = new Array(end).fill(0);
  for (let node = 1; node < end; node++) dominator[node] = before[node].reduce((a, b) => meet(dominator, a, b, 1));
  const postDominator = new Array(end + 1).fill(end);
  for (let node = end - 1; node >= 0; node--)
    postDominator[node] = after[node].length ? after[node].reduce((a, b) => meet(postDominator, a, b, -1)) : end;

  const scores = scoreLayer(model);
  return names.flatMap((_, split) => {
    const join = postDominator[split];
    if (after[split].length < 2 || join === end || dominator[join] !== split) return [];
    const inside = names.slice(split + 1, join + 1).filter((_name, offset) => {
      const node = split + 1 + offset;
      return reaches(dominator, node, split) && reaches(postDominator, node, join);
    });
    const layers = [...inside, ...continued(model, names[join])];
    const last = layers[layers.length - 1];
    if (!model.layer(last)?.record.column || layers.some((name) => name === scores?.name)) return [];
    return [blockOf("branches", layers)];
  });
}

/**
 * Where the ways up from two nodes of a tree meet.
 * @param {readonly number[]} parent
 * @param {number} a
 * @param {number} b
 * @param {1 | -1} towards 1: parents come before their children, −1: after them */
function meet(parent, a, b, towards) {
  while (a !== b) {
    if ((a - b) * towards > 0) a = parent[a];
    else b = parent[b];
  }
  return a;
}

/**
 * Whether a node lies under another in a tree, or is it.
 * @param {readonly number[]} parent
 * @param {number} node
 * @param {number} ancestor
 */
function reaches(parent, node, ancestor) {
  while (node !== ancestor && parent[node] !== node && parent[node] !== undefined) node = parent[node];
  return node === ancestor;
}

/**
 * The activations that follow a join, one after the other: ResNet's blocks end with one.
 * @param {Model} model
 * @param {string} join
 */
function continued(model, join) {
  const found = [];
  for (let name = join; ; ) {
    const [next, ...others] = model.consumers(name);
    const simple = next && !others.length && next.inputs.length === 1 && next.record.family === "activation";
    if (!simple) return found;
    found.push((name = next.name));
  }
}

/** Chains of columns that read one another and nothing else. A new one begins where the names begin with another
 * number, if they are built that way (`block_3_expand`, `block_3_pad` …), else at a smaller map.
 * @param {Model} model @param {readonly import("./columns.js").Column[]} columns @returns {Block[]} */
function runsOf(model, columns) {
  const consumers = new Map(columns.map(({ name }) => [name, 0]));
  for (const { sources } of columns) for (const name of sources) consumers.set(name, (consumers.get(name) ?? 0) + 1);
  const plain = columns.filter(({ layer, form, fold }) => layer && form === "maps" && !fold);
  const numbers = plain.map(({ name }) => numbered(name));
  const groups = new Set(numbers);
  const byName = groups.size > 1 && plain.length >= RUN * groups.size;
  /** @type {import("./columns.js").Column[][]} */
  const chains = [];
  let number = "";
  plain.forEach((column, index) => {
    const last = chains[chains.length - 1]?.at(-1);
    const begins = byName ? numbers[index] && numbers[index] !== number : last && column.shape[1] < last.shape[1];
    const [source, ...others] = column.sources;
    const goesOn = last && !others.length && source === last.name && consumers.get(source) === 1 && !begins;
    if (goesOn) chains[chains.length - 1].push(column);
    else chains.push([column]);
    number = numbers[index] || (goesOn ? number : "");
  });
  return chains
    .filter((chain) => chain.length >= RUN)
    .map((chain) => {
      const [first, last] = [chain[0], chain[chain.length - 1]].map(({ layer }) => /** @type {Layer} */ (layer).index);
      const own = new Set(chain.map(({ name }) => name));
      const between = model.layers
        .slice(first, last + 1)
        .filter((layer) => own.has(layer.name) || !layer.record.column);
      return blockOf(
        "run",
        between.map(({ name }) => name),
      );
    });
}

/** A name up to its first number that ends a part of it: `block_3` of `block_3_expand_BN`. @param {string} name */
const numbered = (name) => /^(.*?\d)(?![\dA-Za-z])/.exec(name)?.[1] ?? "";

/** @param {Block["form"]} form @param {string[]} layers @returns {Block} */
function blockOf(form, layers) {
  const id = layers[layers.length - 1];
  return { id, form, label: commonName(layers) || id, layers, inner: [] };
}

/**
 * What names begin with, up to a separator: `layer1.0` of `layer1.0.conv1` and `layer1.0.add`.
 * @param {readonly string[]} names
 */
export function commonName(names) {
  const [first, ...others] = names;
  let length = first.length;
  for (const name of others) while (!name.startsWith(first.slice(0, length))) length--;
  const [, found = ""] = /^(.*\w)[^\w]*[._/:-]/.exec(first.slice(0, length)) ?? [];
  return others.length && found.length > 1 ? found : "";
}

/** Each block among the innermost one that holds it. @param {Block[]} blocks @returns {Block[]} */
function nested(blocks) {
  const bySize = [...blocks].sort((a, b) => b.layers.length - a.layers.length);
  /** @type {(Block & { inner: Block[] })[]} */
  const outer = [];
  for (const block of bySize) {
    let among = outer;
    for (let holder = holds(among, block); holder; holder = holds(among, block))
      among = /** @type {any} */ (holder.inner);
    among.push(/** @type {any} */ (block));
  }
  return outer;
}

/** @param {readonly Block[]} blocks @param {Block} block */
const holds = (blocks, { layers }) => blocks.find((other) => layers.every((name) => other.layers.includes(name)));
