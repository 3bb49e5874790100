// @ts-check
/**
 * Which columns stand side by side and which above one another: a column's slot is the longest way to it from the
 * picture, and where several columns share a slot each has a lane, which a branch keeps from its split to its join.
 *
 * And the ways of links between them. Between neighbouring slots an edge leads from box to box. A longer link goes
 * through its own lane, where no other column stands in it, and turns in the last gap; else it goes around: down in the
 * gap behind its source, below all maps, and up in the gap before its target. So no link ever crosses a map.
 */

/**
 * @typedef {object} Grid
 * @property {readonly (readonly number[])[]} slots the columns of each slot, by their numbers, from the top lane down
 * @property {readonly number[]} slot of each column
 * @property {readonly number[]} lane of each column, counted from the top
 * @property {readonly number[]} lanes among how many lanes each column's slot is shared; 1: it has all the height
 * @property {(from: number, to: number) => boolean} straight whether a link between two columns meets no other in its
 *   lane
 */

/** @param {readonly { name: string, sources: readonly string[] }[]} columns in topological order @returns {Grid} */
export function gridOf(columns) {
  const place = new Map(columns.map(({ name }, index) => [name, index]));
  const sources = columns.map((column) => column.sources.flatMap((name) => place.get(name) ?? []));
  /** @type {number[]} */
  const slot = [];
  columns.forEach((_, index) => {
    slot[index] = Math.max(-1, ...sources[index].map((source) => slot[source])) + 1;
  });
  /** The slot of the last column that reads each one. */
  const until = slot.map(() => -1);
  sources.forEach((read, index) => {
    for (const source of read) until[source] = Math.max(until[source], slot[index]);
  });
  /** @type {number[][]} */
  const slots = Array.from({ length: Math.max(...slot) + 1 }, () => []);
  slot.forEach((at, index) => slots[at].push(index));

  const lane = assignLanes(slots, sources, until);
  const straight = (/** @type {number} */ from, /** @type {number} */ to) =>
    slots.slice(slot[from] + 1, slot[to]).every((here) => here.every((index) => lane[index] !== lane[from]));
  const used = slots.map((here) => new Set(here.map((index) => lane[index])));
  sources.forEach((read, to) => {
    for (const from of read)
      if (straight(from, to)) for (let at = slot[from] + 1; at < slot[to]; at++) used[at].add(lane[from]);
  });
  const { rank, lanes } = ranked(slots, lane, used);
  const downwards = slots.map((here) => [...here].sort((a, b) => rank[a] - rank[b]));
  return { slots: downwards, slot, lane: rank, lanes, straight };
}

/**
 * Lanes from the left: a column goes on in the lane of what it reads, if that lane ends there; the others begin
 * in the first lane that no branch needs.
 * @param {readonly (readonly number[])[]} slots
 * @param {readonly (readonly number[])[]} sources
 * @param {readonly number[]} until
 */
function assignLanes(slots, sources, until) {
  /** @type {number[]} */
  const lane = [];
  /** The last column in each lane. @type {number[]} */
  const last = [];
  slots.forEach((here, at) => {
    const taken = new Set();
    const take = (/** @type {number} */ index, /** @type {number} */ own) => {
      lane[index] = own;
      taken.add(own);
    };
    for (const index of here) {
      const own = sources[index]
        .map((source) => lane[source])
        .sort((a, b) => a - b)
        .find((one) => sources[index].includes(last[one]) && !taken.has(one));
      if (own !== undefined) take(index, own);
    }
    for (const index of here) {
      if (lane[index] !== undefined) continue;
      let own = 0;
      while (taken.has(own) || (last[own] !== undefined && until[last[own]] > at)) own++;
      take(index, own);
    }
    for (const index of here) last[lane[index]] = index;
  });
  return lane;
}

/** Lanes counted anew from 0 in each stretch of slots that are shared.
 * @param {readonly (readonly number[])[]} slots
 * @param {readonly number[]} lane
 * @param {readonly ReadonlySet<number>[]} used
 */
function ranked(slots, lane, used) {
  const [rank, lanes] = [lane.map(() => 0), lane.map(() => 1)];
  for (let from = 0; from < slots.length; from++) {
    if (used[from].size < 2) continue;
    let to = from;
    while (to < slots.length && used[to].size > 1) to++;
    const all = [...new Set(used.slice(from, to).flatMap((some) => [...some]))].sort((a, b) => a - b);
    for (const index of slots.slice(from, to).flat()) {
      rank[index] = all.indexOf(lane[index]);
      lanes[index] = all.length;
    }
    from = to - 1;
  }
  return { rank, lanes };
}

/** @typedef {{ x: number, y: number }} Point */
/**
 * @typedef {object} Link the edges between two columns
 * @property {number} from index of a placed column @property {number} to
 * @property {boolean} quiet drawn at rest; a very dense link shows edges only on hover
 * @property {[number, number][]} edges pairs of positions in the two columns' boxes
 * @property {number | null} via where edges that go through a lane begin to turn towards their targets
 * @property {Point[] | null} arc the way of a link that goes around, drawn as one line for all its edges
 */
/**
 * @typedef {object} Levels how links that go around share the room below the maps
 * @property {number} count
 * @property {ReadonlyMap<string, number>} of each of them, by `from,to`, the lowest number nearest the maps
 * @property {ReadonlySet<number>} around slots before whose columns one of them turns
 */

/** Room of the links that go around: above the first, and between two. */
export const ARC = { first: 8, apart: 8 };
/** From a column to where a link turns beside it; the next ones turn a little further out. */
const OUT = { first: 6, apart: 3, levels: 4 };
const DENSEST = 2_500;

/**
 * @param {readonly { name: string, sources: readonly string[] }[]} columns
 * @param {Grid} grid
 * @returns {Levels}
 */
export function levelsOf(columns, grid) {
  const place = new Map(columns.map(({ name }, index) => [name, index]));
  const long = columns
    .flatMap(({ sources }, to) => sources.map((name) => ({ from: place.get(name), to })))
    .flatMap(({ from, to }) => (from !== undefined && !grid.straight(from, to) ? [{ from, to }] : []));
  /** @type {Map<string, number>} */
  const of = new Map();
  /** @type {number[][][]} stretches of slots that each level's links reach over */
  const taken = [];
  const around = new Set();
  // The shortest lie nearest to the maps, so that a link that spans others runs around them.
  for (const { from, to } of long.sort((a, b) => reach(a) - reach(b))) {
    const [start, end] = [grid.slot[from], grid.slot[to]];
    let level = 0;
    while (taken[level]?.some(([first, last]) => first < end && start < last)) level++;
    (taken[level] ??= []).push([start, end]);
    of.set(`${from},${to}`, level);
    around.add(start + 1).add(end);
  }
  return { count: taken.length, of, around };

  /** @param {{ from: number, to: number }} link */
  function reach({ from, to }) {
    return grid.slot[to] - grid.slot[from];
  }
}

/**
 * @param {readonly import("./layout.js").PlacedColumn[]} placed
 * @param {Grid} grid
 * @param {Levels} levels
 * @param {number} bottom of the maps
 * @returns {Link[]}
 */
export function linksOf(placed, grid, levels, bottom) {
  const index = new Map(placed.map(({ column }, place) => [column.name, place]));
  const ends = grid.slots.map((here) => Math.max(...here.map((one) => placed[one].x + placed[one].width)));
  return placed.flatMap((to, place) => {
    const edges = edgesInto(placed, index, to);
    return [...edges].map(([from, pairs]) => {
      const level = levels.of.get(`${from},${place}`);
      const next = grid.slot[place] - grid.slot[from] === 1;
      return {
        from,
        to: place,
        quiet: placed[from].total * to.total <= DENSEST,
        edges: pairs,
        via: level === undefined && !next ? ends[grid.slot[place] - 1] : null,
        arc: level === undefined ? null : arcOf(placed[from], to, level, bottom),
      };
    });
  });
}

/** The edges into a column, by the column that they come from.
 * @param {readonly import("./layout.js").PlacedColumn[]} placed
 * @param {ReadonlyMap<string, number>} index
 * @param {import("./layout.js").PlacedColumn} to
 */
function edgesInto(placed, index, to) {
  /** @type {Map<number, [number, number][]>} */
  const edges = new Map();
  to.boxes.forEach(({ unit }, j) => {
    for (const { from, first, count } of to.column.reads(unit)) {
      const source = index.get(from);
      if (source === undefined) continue;
      const pairs = edges.get(source) ?? [];
      edges.set(source, pairs);
      placed[source].boxes.forEach(({ unit: read }, i) => {
        if (read >= first && read < first + count) pairs.push([i, j]);
      });
    }
  });
  return edges;
}

/** From the last box of one column around to the last box of another.
 * @param {import("./layout.js").PlacedColumn} from
 * @param {import("./layout.js").PlacedColumn} to
 * @param {number} level
 * @param {number} bottom
 * @returns {Point[]}
 */
function arcOf(from, to, level, bottom) {
  const side = (/** @type {import("./layout.js").PlacedColumn} */ { boxes }) => {
    const last = boxes[boxes.length - 1];
    return Math.round(last.y + 0.8 * last.height);
  };
  const out = OUT.first + OUT.apart * Math.min(level, OUT.levels);
  const [start, end] = [from.x + from.width, to.minimap?.x ?? to.x];
  const [down, up] = [start + out, end - out - 4];
  const below = bottom + ARC.first + level * ARC.apart;
  return [
    { x: start, y: side(from) },
    { x: down, y: side(from) },
    { x: down, y: below },
    { x: up, y: below },
    { x: up, y: side(to) },
    { x: end, y: side(to) },
  ];
}
