// @ts-check
/**
 * Where everything of the network map stands, computed from shapes alone.
 *
 * Units: CSS pixels, origin at the stage's top left. The stage is at least as wide as its columns
 * need; in a narrower frame it scrolls sideways.
 */
import { sourceUnit } from "./columns.js";

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
 * @typedef {object} Link the edges between two neighbouring columns
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
 * @property {(text: string) => number} [measure] width of a label in pixels
 */

const MARGIN = 20;
const BOX = { smallest: 30, largest: 88 };
/** Gaps as shares of the box side, with the least in pixels: kernels and numbers stand in the wide ones. */
const GAP = { one: { share: 0.5, least: 16, weight: 1 }, mix: { share: 1.25, least: 52, weight: 2.6 }, module: { share: 1.5, least: 60, weight: 3.2 } };
const CLASSES = { least: 124, most: 190 };
const ROW = { gap: 0.28, comfortable: 58, tight: 36, line: 27, most: 2.6 };
const MINIMAP = { width: 7, gap: 5 };
const MORE = 28;
const HEADER = { name: 22, shape: 18, row: 36, gap: 12 };
const LEGEND = { height: 50, none: 14 };
const DENSEST = 2_500;

const estimate = (/** @type {string} */ text) => 7.3 * text.length;

/**
 * @param {readonly Column[]} columns
 * @param {Frame} frame
 * @returns {Layout}
 */
export function layoutNetwork(columns, { width, height, details = true, windows = new Map(), order = null, measure = estimate }) {
  const header = HEADER.name + (details ? HEADER.shape : 0) + HEADER.gap;
  const legend = details ? LEGEND.height : LEGEND.none;

  // Rows: as many as the fullest column shows.
  const roomFor = (/** @type {number} */ top) => Math.max(4 * ROW.tight, height - legend - top);
  const capacity = (/** @type {Column} */ column, /** @type {number} */ room) => {
    if (column.form !== "maps") return Math.max(1, Math.floor(room / ROW.line));
    const tight = Math.floor(room / ROW.tight);
    return column.units <= tight ? column.units : Math.max(1, Math.floor((room - 2 * MORE) / ROW.comfortable));
  };
  const plan = (/** @type {number} */ top) => {
    const room = roomFor(top);
    const rows = columns.map((column) => {
      const fits = capacity(column, room);
      return column.units <= fits ? column.units : Math.max(1, Math.min(fits, column.form === "maps" ? fits : Math.floor((room - 2 * MORE) / ROW.line)));
    });
    const mapRows = Math.max(1, ...columns.map((column, index) => (column.form === "maps" ? rows[index] : 1)));
    return { room, rows, mapRows, pitch: room / mapRows };
  };

  // Widths: the largest boxes that fit; what is left widens the gaps.
  const gapBefore = columns.map((column, index) => {
    if (index === 0) return null;
    if (!column.mixes && column.connects !== "all") return GAP.one;
    return columns[index - 1].module >= 0 && column.module >= 0 && columns[index - 1].module !== column.module ? GAP.module : GAP.mix;
  });
  const place = (/** @type {number} */ top) => {
    const { room, rows, pitch } = plan(top);
    const extra = columns.map((column, index) => (rows[index] < column.units ? MINIMAP.width + MINIMAP.gap : 0));
    const outputs = columns.filter(({ form }) => form === "classes").length;
    const boxes = columns.length - outputs;
    const gapsAt = (/** @type {number} */ side) => gapBefore.map((gap) => (gap ? Math.max(gap.least, gap.share * side) : 0));
    const needed = (/** @type {number} */ side) => 2 * MARGIN + boxes * side + outputs * CLASSES.least + sum(extra) + sum(gapsAt(side));
    const tallest = Math.max(BOX.smallest, Math.min(BOX.largest, pitch / (1 + ROW.gap)));
    let side = BOX.smallest;
    while (side + 1 <= tallest && needed(side + 1) <= width) side++;
    side = Math.floor(Math.min(side, pitch - 4));

    const stage = Math.max(width, Math.ceil(needed(side)));
    let spare = stage - needed(side);
    const classes = outputs ? Math.min(CLASSES.most, CLASSES.least + 0.3 * spare) : 0;
    spare -= outputs ? classes - CLASSES.least : 0;
    const weights = sum(gapBefore.map((gap) => gap?.weight ?? 0));
    const widest = 3 * side;
    const gaps = gapsAt(side).map((gap, index) => Math.min(Math.max(gap, widest), gap + (weights ? (spare * (gapBefore[index]?.weight ?? 0)) / weights : 0)));
    const used = 2 * MARGIN + boxes * side + outputs * classes + sum(extra) + sum(gaps);
    let x = MARGIN + Math.max(0, (stage - used) / 2);
    const spans = columns.map((column, index) => {
      x += gaps[index] + extra[index];
      const span = { x: Math.round(x), width: column.form === "classes" ? Math.floor(classes) : side };
      x += span.width;
      return span;
    });
    return { room, rows, pitch, side, stage, spans, extra };
  };

  let placed = place(header);
  const staggered = collide(columns, placed.spans, measure, details);
  const top = header + (staggered ? HEADER.row - (details ? 0 : HEADER.shape) : 0);
  if (staggered) placed = place(top);
  const { room, rows, side, stage, spans, pitch } = placed;

  const result = columns.map((column, index) => {
    const { x, width: boxWidth } = spans[index];
    const shown = rows[index];
    const hidden = column.units - shown;
    const first = Math.max(0, Math.min(hidden, windows.get(column.name) ?? 0));
    const inset = hidden ? MORE : 0;
    const step = Math.min((room - 2 * inset) / shown, ROW.most * Math.min(pitch, 1.4 * side));
    const y0 = top + inset + (room - 2 * inset - step * shown) / 2;
    const boxes = Array.from({ length: shown }, (_, row) => {
      const unit = column.form === "classes" && order ? order[first + row] : first + row;
      const size = boxSize(column, boxWidth, step, side);
      return { unit, x: Math.round(x + (boxWidth - size.width) / 2), y: Math.round(y0 + step * row + (step - size.height) / 2), ...size };
    });
    const last = boxes[boxes.length - 1];
    return {
      column, x, width: boxWidth, boxes, total: column.units, first, shown, hidden,
      minimap: hidden ? { x: x - MINIMAP.gap - MINIMAP.width, y: boxes[0].y, width: MINIMAP.width, height: last.y + last.height - boxes[0].y } : null,
      label: labelOf(columns, spans, index, stage, staggered, details),
    };
  });

  return { width: stage, height: top + room + legend, columns: result, links: linksOf(result), body: { top, bottom: top + room }, legends: top + room, staggered, box: side };
}

/** Maps keep their aspect inside a square; vectors and classes are rows.
 * @param {Column} column @param {number} width @param {number} step @param {number} side */
function boxSize(column, width, step, side) {
  if (column.form === "classes") return { width, height: Math.floor(Math.min(step - 2, 46)) };
  if (column.form === "vector") return { width, height: Math.floor(Math.min(step - 3, side, 34)) };
  const [, rows, columns] = column.shape;
  const scale = Math.min(side, Math.floor(step - 3)) / Math.max(rows, columns);
  return { width: Math.max(6, Math.round(columns * scale)), height: Math.max(6, Math.round(rows * scale)) };
}

/** @param {readonly Column[]} columns @param {{ x: number, width: number }[]} spans @param {number} index */
const centreOf = (columns, spans, index) => spans[index].x + spans[index].width / 2;

/** Whether names or shapes of neighbours would touch in one row.
 * @param {readonly Column[]} columns @param {{ x: number, width: number }[]} spans
 * @param {(text: string) => number} measure @param {boolean} details */
function collide(columns, spans, measure, details) {
  const half = columns.map((column) => Math.max(measure(column.name), details ? measure(column.shape.length === 3 ? `${column.shape[1]}×${column.shape[2]}×${column.shape[0]}` : "") : 0) / 2);
  return columns.some((column, index) => {
    if (index === 0) return false;
    const distance = column.form === "classes" ? spans[index].x - centreOf(columns, spans, index - 1) : centreOf(columns, spans, index) - centreOf(columns, spans, index - 1);
    return distance < half[index - 1] + (column.form === "classes" ? 0 : half[index]) + 8;
  });
}

/**
 * A label's place: centred above its column, as wide as its neighbours in the same row allow.
 * @param {readonly Column[]} columns @param {{ x: number, width: number }[]} spans @param {number} index
 * @param {number} stage @param {boolean} staggered @param {boolean} details
 */
function labelOf(columns, spans, index, stage, staggered, details) {
  const row = /** @type {0 | 1} */ (staggered ? (index + 1) % 2 : 0);
  const y = row * (HEADER.row - (details ? 0 : HEADER.shape));
  if (columns[index].form === "classes") return { x: spans[index].x, y, width: stage - spans[index].x, row };
  const step = staggered ? 2 : 1;
  const centre = centreOf(columns, spans, index);
  const gaps = [2 * centre, 2 * (stage - centre)];
  if (index - step >= 0) gaps.push(centre - centreOf(columns, spans, index - step));
  const after = index + step;
  if (after < columns.length) gaps.push(columns[after].form === "classes" ? 2 * (spans[after].x - centre) : centreOf(columns, spans, after) - centre);
  const width = Math.max(24, Math.min(...gaps) - 6);
  return { x: centre - width / 2, y, width, row };
}

/** @param {PlacedColumn[]} placed @returns {Link[]} */
function linksOf(placed) {
  return placed.flatMap((to, index) => {
    if (index === 0 || to.column.connects === "none") return [];
    const from = placed[index - 1];
    /** @type {[number, number][]} */
    const edges = [];
    if (to.column.connects === "all") {
      for (let j = 0; j < to.shown; j++) for (let i = 0; i < from.shown; i++) edges.push([i, j]);
    } else {
      const position = new Map(from.boxes.map(({ unit }, i) => [unit, i]));
      to.boxes.forEach(({ unit }, j) => {
        const i = position.get(sourceUnit(from.column, to.column, unit));
        if (i !== undefined) edges.push([i, j]);
      });
    }
    return [{ from: index - 1, to: index, quiet: from.total * to.total <= DENSEST, edges }];
  });
}

/** The box of a unit, if it is shown. @param {Layout} layout @param {string} layer @param {number} unit */
export function boxOf(layout, layer, unit) {
  return layout.columns.find(({ column }) => column.name === layer)?.boxes.find((box) => box.unit === unit) ?? null;
}

/** @param {number[]} numbers */
const sum = (numbers) => numbers.reduce((total, number) => total + number, 0);
