// @ts-check
/**
 * Which columns stand side by side and which above one another: a column's slot is the longest way to it from the
 * picture, and where several columns share a slot each has a lane, which a branch keeps from its split to its join.
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
