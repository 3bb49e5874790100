// @ts-check
/**
 * Where everything of the network map stands, computed from shapes alone.
 *
 * Units: CSS pixels, origin at the stage's top left. The stage is at least as wide as its columns
 * need; in a narrower frame it scrolls sideways.
 */
import { shapeText } from "./model.js";

/** @typedef {import("./columns.js").Column} Column */
/** @typedef {{ unit: number, x: number, y: number, width: number, height: number }} Box */
/**
 * @typedef {object} PlacedColumn
 * @property {Column} column
 * @property {number} x left edge of the boxes @property {number} width of the boxes
 * @property {Box[]} boxes of the units that are shown, top to bottom
 * @property {number} total units @property {number} first position of the first one shown @property {number} shown
 * @property {number} hidden total − shown
 * @property {{ x: number, y: number, width: number, height: number } | null} minimap where units are hidden
 * @property {{ x: number, y: number, width: number, row: 0 | 1 }} label centred text (the output column's starts at x)
 */
/**
 * @typedef {object} Link the edges between two columns
 * @property {number} from index of a placed column @property {number} to
 * @property {boolean} quiet drawn at rest; a very dense link shows edges only on hover
 * @property {[number, number][]} edges pairs of positions in the two columns' boxes
 */
/**
 * @typedef {object} Layout
 * @property {number} width of the stage @property {number} height
 * @property {PlacedColumn[]} columns
 * @property {Link[]} links
 * @property {{ top: number, bottom: number }} body where boxes stand
 * @property {boolean} stacked a class's name and its value do not fit beside each other
 * @property {number} legends top of the legends, below the boxes
 * @property {boolean} staggered labels stand in two rows
 * @property {number} box side of a map's box
 */
/**
 * @typedef {object} Frame
 * @property {number} width @property {number} height the visible room
 * @property {boolean} [details] shapes and legends are shown
 * @property {ReadonlyMap<string, number>} [windows] first unit shown of a column that has more than fit
 * @property {readonly number[] | null} [order] classes from top to bottom; null: class order
 * @property {readonly string[]} [classes] what the output column says, to make room for it
 * @property {(text: string) => number} [measure] width of a label in pixels
 * @property {number} [text] how much larger than usual text is; what holds text grows with it
 */

/** At the left, where the input's name is wider than its boxes, and at the right. */
const MARGIN = { left: 14, right: 8 };
/** Side of a map's box; where the stage scrolls sideways anyway, it need not be squeezed. */
const BOX = { smallest: 28, scrolling: 36, comfortable: 38, largest: 88 };
/** Gaps as shares of the box side, with the least in pixels: kernels and numbers stand in the wide ones. */
const GAP = {
  one: { share: 0.36, least: 10, weight: 1 },
  mix: { share: 1.1, least: 38, weight: 2.6 },
  module: { share: 1.25, least: 42, weight: 3.2 },
  classes: { share: 1.1, least: 46, weight: 2.6 },
};
const CLASSES = { least: 106, wanted: 136, most: 190 };
const ROW = { gap: 0.28, comfortable: 58, tight: 36, line: 27, text: 16, bar: 9, most: 2.6 };
const MINIMAP = { width: 7, gap: 5 };
const MORE = 28;
const HEADER = { name: 24, shape: 18, learned: 16, row: 40, gap: 10 };
const LEGEND = { height: 50, none: 14 };
const DENSEST = 2_500;
/** Between two names in the same row, with their own margins. */
const LABEL_GAP = 14;

/** What holds text, at a text size. @param {number} text */
const sizesAt = (text) => {
  /** @template {Record<string, number>} Sizes @param {Sizes} sizes @returns {Sizes} */
  const larger = (sizes) =>
    /** @type {any} */ (
      Object.fromEntries(Object.entries(sizes).map(([name, size]) => [name, Math.round(size * text)]))
    );
  return {
    header: larger(HEADER),
    legends: larger(LEGEND),
    more: Math.round(MORE * text),
    line: Math.round(Math.max(ROW.line, ROW.text * text + ROW.bar)),
    scores: larger(CLASSES),
    gaps: { ...GAP, classes: { ...GAP.classes, least: Math.round(GAP.classes.least * text) } },
    rows: larger({ classes: 46, vector: 34 }),
  };
};

const estimate = (/** @type {string} */ text) => 7.3 * text.length;

/**
 * @param {readonly Column[]} columns
 * @param {Frame} frame
 * @returns {Layout}
 */
export function layoutNetwork(
  columns,
  { width, height, details = true, windows = new Map(), order = null, classes = [], measure = estimate, text = 1 },
) {
  const { header: heads, legends, more, line, scores, gaps: around, rows: rowSizes } = sizesAt(text);
  const learned =
    details && columns.some(({ form, layer }) => form !== "classes" && layer && layer.parameter_count > 0);
  const bare = heads.name + (details ? heads.shape : 0) + heads.gap;
  const header = bare + (learned ? heads.learned : 0);
  const legend = details ? legends.height : legends.none;

  // Rows: as many as the fullest column shows.
  const roomFor = (/** @type {number} */ top) => Math.max(4 * ROW.tight, height - legend - top);
  const capacity = (/** @type {Column} */ column, /** @type {number} */ room) => {
    if (column.form !== "maps") return Math.max(1, Math.floor(room / line));
    const tight = Math.floor(room / ROW.tight);
    return column.units <= tight ? column.units : Math.max(1, Math.floor((room - 2 * more) / ROW.comfortable));
  };
  const plan = (/** @type {number} */ top) => {
    const room = roomFor(top);
    const rows = columns.map((column) => {
      const fits = capacity(column, room);
      return column.units <= fits
        ? column.units
        : Math.max(1, Math.min(fits, column.form === "maps" ? fits : Math.floor((room - 2 * more) / line)));
    });
    const mapRows = Math.max(1, ...columns.map((column, index) => (column.form === "maps" ? rows[index] : 1)));
    return { room, rows, mapRows, pitch: room / mapRows };
  };

  // Widths: the largest boxes that fit; what is left widens the gaps.
  const gapBefore = columns.map((column, index) => {
    if (index === 0) return null;
    if (column.form === "classes") return around.classes;
    if (!column.mixes && column.connects !== "all") return around.one;
    return columns[index - 1].module >= 0 && column.module >= 0 && columns[index - 1].module !== column.module
      ? around.module
      : around.mix;
  });
  const half = labelHalves(columns, measure, details);
  const apart = labelDistances(columns, half);
  const margin = Math.max(MARGIN.left, half[0] - BOX.smallest / 2);
  const outputs = columns.filter(({ form }) => form === "classes").length;
  const boxes = columns.length - outputs;
  const beside = 54 * text + Math.max(0, ...classes.map(measure)); // a class's name and its value
  const wanted = outputs ? Math.max(scores.least, Math.min(scores.wanted, beside)) : 0;

  /** @param {number} top @param {boolean} oneRow gaps are wide enough for all labels in one row */
  const place = (top, oneRow) => {
    const { room, rows, pitch } = plan(top);
    const extra = columns.map((column, index) => (rows[index] < column.units ? MINIMAP.width + MINIMAP.gap : 0));
    const gapsAt = (/** @type {number} */ side) =>
      gapBefore.map((gap, index) =>
        gap
          ? Math.max(
              gap.least,
              gap.share * side,
              oneRow ? apart[index] - (columns[index].form === "classes" ? side / 2 : side) - extra[index] : 0,
            )
          : 0,
      );
    const needed = (/** @type {number} */ side, score = scores.least) =>
      margin + MARGIN.right + boxes * side + outputs * score + sum(extra) + sum(gapsAt(side));
    const tallest = Math.max(BOX.smallest, Math.min(BOX.largest, pitch / (1 + ROW.gap)));
    const fits = needed(BOX.smallest) <= width;
    const score = needed(BOX.smallest, wanted) <= width || !fits ? wanted : scores.least;
    let side = fits ? BOX.smallest : BOX.scrolling;
    while (fits && side + 1 <= tallest && needed(side + 1, score) <= width) side++;
    side = Math.floor(Math.min(side, pitch - 4));

    const stage = Math.max(width, Math.ceil(needed(side, score)));
    let spare = stage - needed(side, score);
    const least = gapsAt(side);
    if (!oneRow) spare -= widened(columns, half, least, side, spare);
    const output = outputs ? Math.max(score, Math.min(scores.most, score + 0.3 * spare)) : 0;
    spare -= outputs ? output - score : 0;
    const weights = sum(gapBefore.map((gap) => gap?.weight ?? 0));
    const widest = 3 * side;
    const gaps = least.map((gap, index) =>
      Math.min(Math.max(gap, widest), gap + (weights ? (spare * (gapBefore[index]?.weight ?? 0)) / weights : 0)),
    );
    const used = margin + MARGIN.right + boxes * side + outputs * output + sum(extra) + sum(gaps);
    let x = margin + Math.max(0, (stage - used) / 2);
    const spans = columns.map((column, index) => {
      x += gaps[index] + extra[index];
      const span = { x: Math.round(x), width: column.form === "classes" ? Math.floor(output) : side };
      x += span.width;
      return span;
    });
    return { room, rows, pitch, side, stage, spans, fits };
  };

  // Names in one row where boxes need not shrink below a comfortable size for it, else in two.
  const single = place(header, true);
  const staggered = !single.fits || single.side < BOX.comfortable;
  const top = staggered ? bare + heads.row - (details ? 0 : heads.shape) : header;
  const { room, rows, side, stage, spans, pitch } = staggered ? place(top, false) : single;

  const result = columns.map((column, index) => {
    const { x, width: boxWidth } = spans[index];
    const shown = rows[index];
    const hidden = column.units - shown;
    const first = Math.max(0, Math.min(hidden, windows.get(column.name) ?? 0));
    const inset = hidden ? more : 0;
    const step = Math.min((room - 2 * inset) / shown, ROW.most * Math.min(pitch, 1.4 * side));
    const y0 = top + inset + (room - 2 * inset - step * shown) / 2;
    const boxes = Array.from({ length: shown }, (_, row) => {
      const unit = column.form === "classes" && order ? order[first + row] : first + row;
      const size = boxSize(column, boxWidth, step, side, rowSizes);
      return {
        unit,
        x: Math.round(x + (boxWidth - size.width) / 2),
        y: Math.round(y0 + step * row + (step - size.height) / 2),
        ...size,
      };
    });
    const last = boxes[boxes.length - 1];
    return {
      column,
      x,
      width: boxWidth,
      boxes,
      total: column.units,
      first,
      shown,
      hidden,
      minimap: hidden
        ? {
            x: x - MINIMAP.gap - MINIMAP.width,
            y: boxes[0].y,
            width: MINIMAP.width,
            height: last.y + last.height - boxes[0].y,
          }
        : null,
      label: labelOf(columns, spans, index, stage, staggered, details, measure, heads),
    };
  });

  return {
    width: stage,
    height: top + room + legend,
    columns: result,
    links: linksOf(result),
    body: { top, bottom: top + room },
    legends: top + room,
    staggered,
    box: side,
    stacked: spans.some((span, index) => columns[index].form === "classes" && span.width < beside),
  };
}

/** Maps keep their aspect inside a square; vectors and classes are rows.
 * @param {Column} column @param {number} width @param {number} step @param {number} side @param {{ classes: number, vector: number }} most */
function boxSize(column, width, step, side, most) {
  if (column.form === "classes") return { width, height: Math.floor(Math.min(step - 2, most.classes)) };
  if (column.form === "vector") return { width, height: Math.floor(Math.min(step - 3, side, most.vector)) };
  const [, rows, columns] = column.shape;
  const scale = Math.min(side, Math.floor(step - 3)) / Math.max(rows, columns);
  return { width: Math.max(6, Math.round(columns * scale)), height: Math.max(6, Math.round(rows * scale)) };
}

/** @param {readonly Column[]} columns @param {{ x: number, width: number }[]} spans @param {number} index */
const centreOf = (columns, spans, index) => spans[index].x + spans[index].width / 2;

/** Half of what a column's name and shape need. @param {readonly Column[]} columns @param {(text: string) => number} measure @param {boolean} details */
const labelHalves = (columns, measure, details) =>
  columns.map((column) => Math.max(measure(column.name), details ? measure(shapeText(column.shape)) : 0) / 2);

/**
 * In two rows a name stands beside that of the column after the next: where there is room to spare, widen the two
 * gaps between them until both fit. Returns what was taken.
 * @param {readonly Column[]} columns @param {number[]} half @param {number[]} gaps changed here @param {number} side @param {number} spare
 */
function widened(columns, half, gaps, side, spare) {
  let taken = 0;
  for (let index = 2; index < columns.length; index++) {
    if (columns[index].form === "classes") continue;
    const missing = half[index - 2] + half[index] + LABEL_GAP - (gaps[index - 1] + gaps[index] + 2 * side);
    const given = Math.min(Math.max(0, missing), spare - taken);
    gaps[index - 1] += given / 2;
    gaps[index] += given / 2;
    taken += given;
  }
  return taken;
}

/**
 * How far apart the middles of neighbouring columns must be for names and shapes to stand in one row
 * (for the output column: its left edge from the middle before).
 * @param {readonly Column[]} columns @param {number[]} half
 */
function labelDistances(columns, half) {
  return columns.map((column, index) =>
    index === 0 ? 0 : half[index - 1] + (column.form === "classes" ? 0 : half[index]) + 8,
  );
}

/**
 * A label's place: centred above its column, if it can. In one row each is as wide as its text (the gaps were made
 * for it), in two rows as wide as its neighbours in the same row allow.
 * @param {readonly Column[]} columns @param {{ x: number, width: number }[]} spans @param {number} index
 * @param {number} stage @param {boolean} staggered @param {boolean} details @param {(text: string) => number} measure @param {typeof HEADER} heads
 */
function labelOf(columns, spans, index, stage, staggered, details, measure, heads) {
  const row = /** @type {0 | 1} */ (staggered ? (index + 1) % 2 : 0);
  const y = row * (heads.row - (details ? 0 : heads.shape));
  if (columns[index].form === "classes") return { x: spans[index].x, y, width: stage - spans[index].x, row };
  const centre = centreOf(columns, spans, index);
  const needs = (/** @type {number} */ at) =>
    Math.max(measure(columns[at].name) + 4, details ? measure(shapeText(columns[at].shape)) + 4 : 0);
  // Room at both sides. A neighbour that needs less than half of the way between the two leaves the rest.
  const room = [centre, stage - centre];
  for (const [side, other] of staggered ? [index - 2, index + 2].entries() : []) {
    if (!columns[other] || columns[other].form === "classes") continue;
    const distance = Math.abs(centreOf(columns, spans, other) - centre);
    room[side] = Math.min(room[side], Math.max(distance / 2 - 3, distance - needs(other) / 2 - 6));
  }
  // Beside the classes, which keep their place, a name may stand off the middle.
  const beside = staggered && [index + 1, index + 2].find((other) => columns[other]?.form === "classes");
  if (beside) room[1] = Math.min(room[1], spans[beside].x - centre - 6);
  const width = Math.max(24, Math.min(needs(index), beside ? room[0] + room[1] : 2 * Math.min(...room)));
  const x = beside
    ? Math.min(Math.max(centre - width / 2, centre - room[0]), centre + room[1] - width)
    : centre - width / 2;
  return { x, y, width, row };
}

/** @param {PlacedColumn[]} placed @returns {Link[]} */
function linksOf(placed) {
  const index = new Map(placed.map(({ column }, place) => [column.name, place]));
  return placed.flatMap((to, place) => {
    /** @type {Map<number, [number, number][]>} */
    const edges = new Map();
    to.boxes.forEach(({ unit }, j) => {
      for (const { from, first, count } of to.column.reads(unit)) {
        const source = index.get(from);
        if (source === undefined) continue;
        if (!edges.has(source)) edges.set(source, []);
        placed[source].boxes.forEach(({ unit: read }, i) => {
          if (read >= first && read < first + count) edges.get(source)?.push([i, j]);
        });
      }
    });
    return [...edges].map(([from, pairs]) => ({
      from,
      to: place,
      quiet: placed[from].total * to.total <= DENSEST,
      edges: pairs,
    }));
  });
}

/** The box of a unit, if it is shown. @param {Layout} layout @param {string} layer @param {number} unit */
export function boxOf(layout, layer, unit) {
  return layout.columns.find(({ column }) => column.name === layer)?.boxes.find((box) => box.unit === unit) ?? null;
}

/** @param {number[]} numbers */
const sum = (numbers) => numbers.reduce((total, number) => total + number, 0);
