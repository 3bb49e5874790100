// @ts-check
/**
 * What stands over the columns of the network map: names and shapes in one row or in two, plain words below them; how
 * much room each needs and where it finds it.
 */
import { saysClasses } from "./columns.js";
import { shapeText } from "./model.js";

/** @typedef {import("./columns.js").Column} Column */
/** @typedef {import("./blocks.js").Toggle} Toggle */

/** Between two names in the same row, with their own margins. */
const LABEL_GAP = 14;

/** Plain words: how wide beside the names that `measure` is about, in how many lines at most, how far apart, and how
 * far from the middle of their columns. */
const PLAIN = { wide: 0.87, wideChinese: 12 / 13, lines: 3, apart: 4, aside: 13 };
/** Its characters are as wide in a light hand as in a bold one. */
const CHINESE = /[\u2e80-\uffef]/;

/**
 * What stands over a column: the name of the closed block that it stands for, or its layer's name; in an open block
 * without what all names there begin with, since that stands over the block.
 * @param {Column} column @param {readonly Toggle[]} toggles
 */
export function shownName({ name, fold }, toggles) {
  const own = fold?.label ?? name;
  const around = toggles.findLast(({ block, open }) => open && block.layers.includes(name))?.block.label;
  return around && around.length + 1 < own.length && own.startsWith(around) ? own.slice(around.length + 1) : own;
}

/** @param {{ x: number, width: number }[]} spans @param {number} at */
const centreOf = (spans, at) => spans[at].x + spans[at].width / 2;

/** Half of what the name and the shape over a slot need; nothing where they stand in lanes.
 * @param {readonly (readonly Column[])[]} slots
 * @param {readonly boolean[]} shared
 * @param {(column: Column) => string} nameOf
 * @param {(text: string) => number} measure @param {boolean} details */
export const labelHalves = (slots, shared, nameOf, measure, details) =>
  slots.map(([column], at) =>
    shared[at] ? 0 : Math.max(measure(nameOf(column)), details ? measure(shapeText(column.shape)) : 0) / 2,
  );

/**
 * In two rows a name stands beside that of the slot after the next: where there is room to spare, widen the two
 * gaps between them until both fit. Returns what was taken.
 * @param {readonly boolean[]} isOutput
 * @param {number[]} half
 * @param {number[]} gaps changed here
 * @param {number} side
 * @param {number} spare
 */
export function widened(isOutput, half, gaps, side, spare) {
  let taken = 0;
  for (let at = 2; at < half.length; at++) {
    if (isOutput[at]) continue;
    const missing = half[at - 2] + half[at] + LABEL_GAP - (gaps[at - 1] + gaps[at] + 2 * side);
    const given = Math.min(Math.max(0, missing), spare - taken);
    gaps[at - 1] += given / 2;
    gaps[at] += given / 2;
    taken += given;
  }
  return taken;
}

/**
 * How far apart the middles of neighbouring slots must be for names and shapes to stand in one row
 * (for the output column: its left edge from the middle before).
 * @param {readonly boolean[]} isOutput @param {number[]} half
 */
export const labelDistances = (isOutput, half) =>
  half.map((own, at) => (at === 0 ? 0 : half[at - 1] + (isOutput[at] ? 0 : own) + 8));

/**
 * Labels over the slots: centred, if they can be. In one row each is as wide as its text (the gaps were made
 * for it), in two rows as wide as its neighbours in the same row allow.
 * @param {readonly (readonly Column[])[]} slots
 * @param {readonly boolean[]} shared
 * @param {{ x: number, width: number }[]} spans
 * @param {number} stage @param {boolean} staggered @param {boolean} details @param {(column: Column) => string} nameOf
 * @param {(text: string) => number} measure @param {{ row: number, shape: number }} heads @param {number} above
 */
export function labelsOf(slots, shared, spans, stage, staggered, details, nameOf, measure, heads, above) {
  const isOutput = (/** @type {number} */ at) => slots[at]?.some(saysClasses) ?? false;
  const needs = (/** @type {number} */ at) =>
    Math.max(measure(nameOf(slots[at][0])) + 4, details ? measure(shapeText(slots[at][0].shape)) + 4 : 0);
  return slots.map((_, at) => {
    const row = /** @type {0 | 1} */ (staggered ? (at + 1) % 2 : 0);
    const y = above + row * (heads.row - (details ? 0 : heads.shape));
    if (isOutput(at)) return { x: spans[at].x, y, width: stage - spans[at].x, row };
    const centre = centreOf(spans, at);
    // Room at both sides. A neighbour that needs less than half of the way between the two leaves the rest.
    const room = [centre, stage - centre];
    for (const [side, other] of staggered ? [at - 2, at + 2].entries() : []) {
      if (!slots[other] || isOutput(other) || shared[other]) continue;
      const distance = Math.abs(centreOf(spans, other) - centre);
      room[side] = Math.min(room[side], Math.max(distance / 2 - 3, distance - needs(other) / 2 - 6));
    }
    // Beside the classes, which keep their place, a name may stand off the middle.
    const beside = staggered && [at + 1, at + 2].find((other) => isOutput(other));
    if (beside) room[1] = Math.min(room[1], spans[beside].x - centre - 6);
    const width = Math.max(24, Math.min(needs(at), beside ? room[0] + room[1] : 2 * Math.min(...room)));
    const x = beside
      ? Math.min(Math.max(centre - width / 2, centre - room[0]), centre + room[1] - width)
      : centre - width / 2;
    return { x, y, width, row };
  });
}

/** A label over the boxes of a lane, as wide as its neighbours leave room.
 * @param {{ x: number, width: number }[]} spans
 * @param {number} at
 * @param {number} boxWidth
 * @param {number} stage
 * @param {number} y
 */
export function laneLabel(spans, at, boxWidth, stage, y) {
  const centre = spans[at].x + boxWidth / 2;
  const left = at > 0 ? (spans[at - 1].x + spans[at - 1].width + spans[at].x) / 2 : 0;
  const right = spans[at + 1] ? (spans[at].x + boxWidth + spans[at + 1].x) / 2 : stage;
  const half = Math.max(12, Math.min(centre - left, right - centre) - 2);
  return { x: centre - half, y, width: 2 * half, row: /** @type {0} */ (0) };
}

/**
 * Where plain words stand over the slots, in as few lines as they fit in; null where they do not.
 * @param {readonly (readonly Column[])[]} slots
 * @param {readonly boolean[]} shared
 * @param {{ x: number, width: number }[]} spans
 * @param {(column: Column) => string} plain
 * @param {(text: string) => number} measure
 * @param {number} stage
 */
export function plainWords(slots, shared, spans, plain, measure, stage) {
  const texts = slots.map(([column], at) => (shared[at] ? "" : plain(column)));
  if (!texts.some(Boolean)) return null;
  for (let lines = 1; lines <= PLAIN.lines; lines++) {
    const needs = texts.map(
      (text) => (CHINESE.test(text) ? PLAIN.wideChinese : PLAIN.wide) * narrowest(text, lines, measure) + PLAIN.apart,
    );
    const middles = spans.map((_, at) => centreOf(spans, at));
    const classes = slots.findIndex(([{ form }]) => form === "classes");
    const end = classes < 0 ? slots.length : classes;
    const starts = sideBySide(middles.slice(0, end), needs.slice(0, end));
    const places = starts.map((x, at) => ({ x, width: needs[at] }));
    if (classes >= 0) places.push({ x: spans[classes].x, width: stage - spans[classes].x });
    const fits = places.every(
      ({ x, width }, at) =>
        x >= 0 &&
        needs[at] <= width + PLAIN.apart &&
        x + needs[at] <= (at + 1 === classes ? spans[classes].x : stage) + PLAIN.apart &&
        (at === classes || Math.abs(x + width / 2 - middles[at]) <= PLAIN.aside),
    );
    if (fits) return { lines, places };
  }
  return null;
}

/**
 * Where things of some widths begin that stand beside each other, each as near to its middle as all others allow.
 * @param {number[]} middles from left to right @param {number[]} widths
 */
function sideBySide(middles, widths) {
  /** @type {{ from: number, wish: number, width: number }[]} */
  const groups = [];
  middles.forEach((middle, at) => {
    let group = { from: at, wish: middle - widths[at] / 2, width: widths[at] };
    for (let before = groups.at(-1); before && before.wish + before.width > group.wish; before = groups.at(-1)) {
      groups.pop();
      const [ours, theirs] = [at + 1 - group.from, group.from - before.from];
      const wish = (before.wish * theirs + (group.wish - before.width) * ours) / (ours + theirs);
      group = { from: before.from, wish, width: before.width + group.width };
    }
    groups.push(group);
  });
  return groups.flatMap(({ from, wish }, index) => {
    let x = wish;
    return widths.slice(from, groups[index + 1]?.from).map((width) => (x += width) - width);
  });
}

/** How wide a text is at least in so many lines. @param {string} text @param {number} lines
 * @param {(text: string) => number} measure */
function narrowest(text, lines, measure) {
  // Chinese breaks between any two characters.
  const words = text.match(/[\u2e80-\uffef]|[^\s\u2e80-\uffef]+\s*/g) ?? [];
  const run = (/** @type {number} */ from, /** @type {number} */ to) =>
    measure(words.slice(from, to).join("").trimEnd());
  /** @param {number} from @param {number} left @returns {number} */
  const best = (from, left) => {
    if (left === 1) return run(from, words.length);
    let width = Infinity;
    for (let to = from + 1; to <= words.length; to++)
      width = Math.min(width, Math.max(run(from, to), to < words.length ? best(to, left - 1) : 0));
    return width;
  };
  return words.length ? best(0, lines) : 0;
}
