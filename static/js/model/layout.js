// @ts-check
/**
 * Where everything of the network map stands, computed from shapes and links alone.
 *
 * Columns stand by their distance from the picture (`lanes.js`), so that every link leads to the right; columns of the
 * same distance stand above one another. Links between neighbours are edges between boxes, longer ones go through an
 * empty lane or below all maps.
 *
 * Units: CSS pixels, origin at the stage's top left. The stage is at least as wide as its columns
 * need; in a narrower frame it scrolls sideways.
 */
import { saysClasses } from "./columns.js";
import { labelDistances, labelHalves, labelsOf, laneLabel, plainWords, shownName, widened } from "./labels.js";
import { ARC, gridOf, levelsOf, linksOf } from "./lanes.js";

/** @typedef {import("./columns.js").Column} Column */
/** @typedef {import("./lanes.js").Link} Link */
/** @typedef {import("./blocks.js").Toggle} Toggle */
/** @typedef {{ unit: number, x: number, y: number, width: number, height: number }} Box */
/** @typedef {{ top: number, bottom: number }} Band */
/**
 * @typedef {object} PlacedColumn
 * @property {Column} column
 * @property {number} x left edge of the boxes @property {number} width of the boxes
 * @property {Box[]} boxes of the units that are shown, top to bottom
 * @property {number} total units @property {number} first position of the first one shown @property {number} shown
 * @property {number} hidden total − shown
 * @property {{ x: number, y: number, width: number, height: number } | null} minimap where units are hidden
 * @property {{ text: string, x: number, y: number, width: number, row: 0 | 1 }} label centred text (the output column's
 *   starts at x)
 * @property {number} slot of columns that stand above one another; its number from the left
 * @property {number} lane which of them it is, from the top @property {number} lanes how many share the height
 * @property {Band} body where its boxes stand
 * @property {{ text: string, x: number, y: number, width: number } | null} plain what it does, in plain words; null
 *   where these do not fit over every column
 */
/**
 * @typedef {object} Bracket where a block is opened and closed: over its column, or over all of its columns
 * @property {import("./blocks.js").Block} block @property {boolean} open
 * @property {number} x @property {number} y @property {number} width
 */
/**
 * @typedef {object} Layout
 * @property {number} width of the stage @property {number} height
 * @property {PlacedColumn[]} columns
 * @property {Link[]} links
 * @property {Bracket[]} brackets
 * @property {Band} body where boxes stand
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
 * @property {readonly Toggle[]} [toggles] blocks that can be opened or closed
 * @property {(text: string) => number} [measure] width of a label in pixels
 * @property {(column: Column) => string | null} [called] what stands over a column instead of its layer's name
 * @property {number} [text] how much larger than usual text is; what holds text grows with it
 * @property {(column: Column) => string} [plain] what a column does, in plain words
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
  fold: { share: 0.5, least: 22, weight: 1.6 },
  classes: { share: 1.1, least: 46, weight: 2.6 },
};
/** The least gap beside a slot that several columns share, or around which links go: for what turns in it. */
const TURN = 26;
const CLASSES = { least: 106, wanted: 136, most: 190 };
const ROW = { gap: 0.28, comfortable: 58, tight: 36, line: 27, text: 16, bar: 9, most: 2.6 };
const MINIMAP = { width: 7, gap: 5 };
const MORE = 28;
const HEADER = { name: 24, shape: 18, learned: 16, row: 40, gap: 10, plain: 15 };
const LEGEND = { height: 50, none: 14 };
/** Above and below the boxes of a lane. */
const LANE = { name: 24, shape: 16, legend: 34, gap: 8 };
const BRACKET = { height: 28, closed: 46, gap: 4 };
/** What holds text, at a text size. @param {number} text */
const sizesAt = (text) => {
  /** @template {Record<string, number>} Sizes @param {Sizes} sizes @returns {Sizes} */
  const larger = (sizes) =>
    /** @type {any} */ (
      Object.fromEntries(Object.entries(sizes).map(([name, size]) => [name, Math.round(size * text)]))
    );
  return {
    heads: larger(HEADER),
    legends: larger(LEGEND),
    lane: larger(LANE),
    bracket: larger(BRACKET),
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
export function layoutNetwork(columns, frame) {
  const { width, height, details = true, windows = new Map(), order = null, classes = [] } = frame;
  const { toggles = [], measure = estimate, text = 1, plain = () => "" } = frame;
  const sizes = sizesAt(text);
  const { heads, more, line, scores, lane: laneSizes } = sizes;
  const grid = gridOf(columns);
  const levels = levelsOf(columns, grid);
  const brackets = bracketRows(columns, grid, toggles);
  const laned = (/** @type {number} */ index) => grid.lanes[index] > 1;

  const learned =
    details &&
    columns.some((one, index) => !saysClasses(one) && (one.layer?.parameter_count ?? 0) > 0 && !laned(index));
  const above = (brackets.rows && sizes.bracket.gap) + brackets.rows * sizes.bracket.height;
  const bare = above + heads.name + (details ? heads.shape : 0) + heads.gap;
  const header = bare + (learned ? heads.learned : 0);
  const legend = details ? sizes.legends.height : sizes.legends.none;
  const channel = levels.count ? ARC.first + levels.count * ARC.apart : 0;

  // Rows: as many as the fullest column shows.
  const laneHead = laneSizes.name + (details ? laneSizes.shape : 0);
  const laneFoot = details ? laneSizes.legend : laneSizes.gap;
  const most = Math.max(...grid.lanes);
  const leastRoom = Math.max(4 * ROW.tight, most > 1 ? most * (laneHead + laneFoot + 2 * more + ROW.tight) : 0);
  const roomFor = (/** @type {number} */ top) => Math.max(leastRoom, height - legend - channel - top);
  /**
   * Where the boxes of a column stand.
   * @param {number} index
   * @param {number} top
   * @param {number} room
   * @returns {Band}
   */
  const bandOf = (index, top, room) => {
    const [lane, lanes] = [grid.lane[index], grid.lanes[index]];
    if (lanes === 1) return { top, bottom: top + room };
    return { top: top + (lane * room) / lanes + laneHead, bottom: top + ((lane + 1) * room) / lanes - laneFoot };
  };
  const capacity = (/** @type {Column} */ column, /** @type {number} */ room) => {
    if (column.form !== "maps") return Math.max(1, Math.floor(room / line));
    const tight = Math.floor(room / ROW.tight);
    return column.units <= tight ? column.units : Math.max(1, Math.floor((room - 2 * more) / ROW.comfortable));
  };
  const plan = (/** @type {number} */ top) => {
    const room = roomFor(top);
    const rows = columns.map((column, index) => {
      const band = bandOf(index, top, room);
      const own = band.bottom - band.top;
      const fits = capacity(column, own);
      return column.units <= fits
        ? column.units
        : Math.max(1, Math.min(fits, column.form === "maps" ? fits : Math.floor((own - 2 * more) / line)));
    });
    const mapRows = Math.max(
      1,
      ...columns.map((column, index) => (column.form === "maps" && !laned(index) ? rows[index] : 1)),
    );
    return { room, rows, mapRows, pitch: room / mapRows };
  };

  // Widths: the largest boxes that fit; what is left widens the gaps.
  const slots = grid.slots.map((here) => here.map((index) => columns[index]));
  const names = new Map(columns.map((column) => [column, frame.called?.(column) ?? shownName(column, toggles)]));
  const nameOf = (/** @type {Column} */ column) => names.get(column) ?? column.name;
  const shared = grid.slots.map((here) => laned(here[0]));
  const gapBefore = slots.map((here, at) =>
    at === 0 ? null : widestGap(here, slots[at - 1], sizes.gaps, shared[at] || shared[at - 1] || levels.around.has(at)),
  );
  const isOutput = slots.map((here) => here.some(saysClasses));
  const half = labelHalves(slots, shared, nameOf, measure, details);
  const apart = labelDistances(isOutput, half);
  const margin = Math.max(MARGIN.left, half[0] - BOX.smallest / 2);
  const outputs = isOutput.filter(Boolean).length;
  const boxes = slots.length - outputs;
  const beside = 54 * text + Math.max(0, ...classes.map(measure)); // a class's name and its value
  const wanted = outputs ? Math.max(scores.least, Math.min(scores.wanted, beside)) : 0;

  /** @param {number} top @param {boolean} oneRow gaps are wide enough for all labels in one row */
  const place = (top, oneRow) => {
    const { room, rows, pitch } = plan(top);
    const extra = grid.slots.map((here) =>
      here.some((index) => rows[index] < columns[index].units) ? MINIMAP.width + MINIMAP.gap : 0,
    );
    const gapsAt = (/** @type {number} */ side) =>
      gapBefore.map((gap, at) =>
        gap
          ? Math.max(gap.least, gap.share * side, oneRow ? apart[at] - (isOutput[at] ? side / 2 : side) - extra[at] : 0)
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
    if (!oneRow) spare -= widened(isOutput, half, least, side, spare);
    const output = outputs ? Math.max(score, Math.min(scores.most, score + 0.3 * spare)) : 0;
    spare -= outputs ? output - score : 0;
    const weights = sum(gapBefore.map((gap) => gap?.weight ?? 0));
    const widest = 3 * side;
    const gaps = least.map((gap, at) =>
      Math.min(Math.max(gap, widest), gap + (weights ? (spare * (gapBefore[at]?.weight ?? 0)) / weights : 0)),
    );
    const used = margin + MARGIN.right + boxes * side + outputs * output + sum(extra) + sum(gaps);
    let x = margin + Math.max(0, (stage - used) / 2);
    const spans = slots.map((_, at) => {
      x += gaps[at] + extra[at];
      const span = { x: Math.round(x), width: isOutput[at] ? Math.floor(output) : side };
      x += span.width;
      return span;
    });
    return { room, rows, pitch, side, stage, spans, fits };
  };

  // Names in one row where boxes need not shrink below a comfortable size for it, else in two.
  const single = place(header, true);
  const staggered = !single.fits || single.side < BOX.comfortable;
  const head = staggered ? bare + heads.row - (details ? 0 : heads.shape) : header;
  const named = staggered ? place(head, false) : single;
  const lines = plainWords(slots, shared, named.spans, plain, measure, named.stage)?.lines ?? 0;
  const worded = lines ? place(head + lines * heads.plain, !staggered) : named;
  // Plain words give way where a column would show fewer units for them.
  const spoken = lines > 0 && worded.rows.every((shown, index) => shown >= named.rows[index]);
  const top = spoken ? head + lines * heads.plain : head;
  const { room, rows, side, stage, spans, pitch } = spoken ? worded : named;
  const words = spoken ? plainWords(slots, shared, spans, plain, measure, stage) : null;
  const labels = labelsOf(slots, shared, spans, stage, staggered, details, nameOf, measure, heads, above);

  const result = columns.map((column, index) => {
    const at = grid.slot[index];
    const { x, width: slotWidth } = spans[at];
    const boxWidth = isOutput[at] && !saysClasses(column) ? side : slotWidth;
    const shown = rows[index];
    const hidden = column.units - shown;
    const first = Math.max(0, Math.min(hidden, windows.get(column.name) ?? 0));
    const band = bandOf(index, top, room);
    const own = band.bottom - band.top;
    const inset = hidden ? more : 0;
    const step = Math.min((own - 2 * inset) / shown, ROW.most * Math.min(pitch, 1.4 * side));
    const y0 = band.top + inset + (own - 2 * inset - step * shown) / 2;
    const boxes = Array.from({ length: shown }, (_, row) => {
      const unit = column.form === "classes" && order ? order[first + row] : first + row;
      const size = boxSize(column, boxWidth, step, side, sizes.rows);
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
      label: {
        text: nameOf(column),
        ...(laned(index) ? laneLabel(spans, at, boxWidth, stage, band.top - laneHead) : labels[at]),
      },
      slot: at,
      lane: grid.lane[index],
      lanes: grid.lanes[index],
      body: band,
      plain: words && !laned(index) ? { text: plain(column), ...words.places[at], y: head - heads.gap + 4 } : null,
    };
  });

  return {
    width: stage,
    height: top + room + channel + legend,
    columns: result,
    links: linksOf(result, grid, levels, top + room),
    brackets: brackets.placed.map(({ toggle: { block, open }, row, from, to }) => {
      const left = open
        ? Math.min(...grid.slots[from].map((index) => result[index].minimap?.x ?? result[index].x))
        : spans[from].x;
      const wide = spans[to].x + spans[to].width - left;
      const least = Math.min(sizes.bracket.closed, stage);
      const x = Math.min(stage - least, Math.max(0, left + Math.min(0, (wide - least) / 2)));
      return { block, open, x, y: row * sizes.bracket.height, width: Math.max(wide, least) };
    }),
    body: { top, bottom: top + room },
    legends: top + room + channel,
    staggered,
    box: side,
    stacked: isOutput.some((output, at) => output && spans[at].width < beside),
  };
}

/** The gap that a slot needs before it: the widest of its columns.
 * @param {readonly Column[]} here
 * @param {readonly Column[]} before
 * @param {typeof GAP} gaps
 * @param {boolean} turns links turn in it
 */
function widestGap(here, before, gaps, turns) {
  const all = here.map((column) => {
    if (saysClasses(column)) return gaps.classes;
    if (column.fold) return gaps.fold;
    if (!column.mixes && column.connects !== "all") return gaps.one;
    const other = before.some(({ module }) => module >= 0 && column.module >= 0 && module !== column.module);
    return other ? gaps.module : gaps.mix;
  });
  const widest = all.reduce((a, b) => (b.weight > a.weight ? b : a));
  return turns ? { ...widest, least: Math.max(TURN, widest.least) } : widest;
}

/**
 * The rows in which blocks are opened and closed: an inner block below the one around it, and below any whose place
 * it would take.
 * @param {readonly Column[]} columns
 * @param {import("./lanes.js").Grid} grid
 * @param {readonly Toggle[]} toggles
 */
function bracketRows(columns, grid, toggles) {
  const slotOf = new Map(columns.map(({ name }, index) => [name, grid.slot[index]]));
  /** @type {{ toggle: Toggle, row: number, from: number, to: number }[]} */
  const placed = [];
  for (const toggle of toggles) {
    const at = (toggle.open ? toggle.block.layers : [toggle.block.id]).flatMap((name) => slotOf.get(name) ?? []);
    if (!at.length) continue;
    const [from, to] = [Math.min(...at), Math.max(...at)];
    let row = toggle.level;
    while (placed.some((other) => other.row === row && other.from <= to && from <= other.to)) row++;
    placed.push({ toggle, row, from, to });
  }
  return { placed, rows: Math.max(0, ...placed.map(({ row }) => row + 1)) };
}

/** Maps keep their aspect inside a square; vectors and classes are rows.
 * @param {Column} column
 * @param {number} width
 * @param {number} step
 * @param {number} side
 * @param {{ classes: number, vector: number }} most
 */
function boxSize(column, width, step, side, most) {
  if (saysClasses(column))
    return { width, height: Math.floor(Math.min(step - 2, (column.form === "pair" ? 2 : 1) * most.classes)) };
  if (column.form === "vector") return { width, height: Math.floor(Math.min(step - 3, side, most.vector)) };
  const [, rows, columns] = column.shape;
  const scale = Math.min(side, Math.floor(step - 3)) / Math.max(rows, columns);
  return { width: Math.max(6, Math.round(columns * scale)), height: Math.max(6, Math.round(rows * scale)) };
}

/** The box of a unit, if it is shown. @param {Layout} layout @param {string} layer @param {number} unit */
export function boxOf(layout, layer, unit) {
  return layout.columns.find(({ column }) => column.name === layer)?.boxes.find((box) => box.unit === unit) ?? null;
}

/** @param {number[]} numbers */
const sum = (numbers) => numbers.reduce((total, number) => total + number, 0);
