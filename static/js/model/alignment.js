// @ts-check
/**
 * Where the values of a moved picture stand beside those of the picture itself: in each layer, moved by the picture's
 * own move divided by the layer's jump. Without padding, a network of convolutions and poolings gives exactly the same
 * values there as long as that is a whole number of places (equivariance).
 *
 * Only values that come from the moved part of the picture alone are compared: what reads the picture's repeated edge,
 * or a layer's padding, differs for another reason.
 */
import { INPUT, isMaps } from "./model.js";
import { stepBack, wholeOf } from "./kinds/kind.js";

/** @typedef {import("./model.js").Model} Model */
/** @typedef {import("./model.js").Layer} Layer */
/** @typedef {import("./transform.js").Transform} Transform */
/** @typedef {{ rows: number, columns: number, mirror: boolean }} Move of B's picture against A's: down, to the right,
 *   left and right exchanged */
/** @typedef {{ top: number, left: number, bottom: number, right: number }} Field a part of a map, ends included; empty
 *   where `bottom` < `top` or `right` < `left` */
/**
 * @typedef {object} Aligned how a layer's maps are laid over each other
 * @property {[number, number]} wanted rows and columns by which the maps have moved, perhaps no whole numbers
 * @property {[number, number]} shift the nearest whole numbers
 * @property {boolean} mirror
 * @property {boolean} exact whether `wanted` is whole
 * @property {Field} field B's places that are compared
 */

/** Changes of a picture under which its values keep their order in space, or none at all. */
const MOVING = /** @type {const} */ (["shift_x", "shift_y", "flip"]);
/** Changes that depend on the place, or mix places: after them nothing can be laid over each other exactly. */
const MIXING = /** @type {const} */ (["rotate", "blur", "noise"]);

/**
 * How B's picture is moved against A's; null where they differ in something else, or do not differ.
 * @param {Transform} a @param {Transform} b @returns {Move | null}
 */
export function moveBetween(a, b) {
  if (MIXING.some((name) => a[name] !== 0 || b[name] !== 0)) return null;
  const others = /** @type {(keyof Transform)[]} */ (Object.keys(a)).filter(
    (name) => !(/** @type {readonly string[]} */ (MOVING).includes(name)),
  );
  if (others.some((name) => a[name] !== b[name])) return null;
  const mirror = a.flip !== b.flip;
  const [rows, columns] = [b.shift_y - a.shift_y, b.shift_x - a.shift_x];
  // A mirrored and moved picture is mirrored about another column: not offered.
  if (mirror ? rows !== 0 || a.shift_x !== 0 || b.shift_x !== 0 : rows === 0 && columns === 0) return null;
  return { rows, columns, mirror };
}

/**
 * How each layer's maps are laid over each other, the picture's as `input`. Layers without maps, and those after one of
 * which nobody knows the jump, are not among them.
 * @param {Model} model @param {Move} move @returns {Map<string, Aligned>}
 */
export function alignmentOf(model, move) {
  const shape = model.input.shape;
  /** @type {Map<string, { wanted: [number, number], own: Field, moved: Field }>} `own`: what comes from A's picture
   *   alone, `moved`: from the part of B's that A has, too */
  const known = new Map();
  const whole = wholeOf(shape);
  known.set(INPUT, {
    wanted: [move.rows, move.columns],
    own: whole,
    moved: {
      top: Math.max(0, move.rows),
      left: Math.max(0, move.columns),
      bottom: Math.min(whole.bottom, whole.bottom + move.rows),
      right: Math.min(whole.right, whole.right + move.columns),
    },
  });
  for (const layer of model.layers) {
    if (!isMaps(layer.output_shape)) continue;
    const read = layer.inputs.map((name) => known.get(name));
    const moved = read.map((one, source) => one && movedBy(layer, source, one.wanted));
    const [first] = moved;
    if (!first || moved.some((one) => !one || one[0] !== first[0] || one[1] !== first[1])) continue;
    known.set(layer.name, {
      wanted: first,
      own: through(layer, /** @type {Field[]} */ (read.map((one) => one?.own))),
      moved: through(layer, /** @type {Field[]} */ (read.map((one) => one?.moved))),
    });
  }
  return new Map(
    [...known].map(([name, { wanted, own, moved }]) => {
      const shift = /** @type {[number, number]} */ (wanted.map((size) => Math.round(size) || 0));
      const last = /** @type {number[]} */ (model.shape(name))[2] - 1;
      const back = move.mirror
        ? { ...own, left: last - own.right, right: last - own.left }
        : {
            top: own.top + shift[0],
            bottom: own.bottom + shift[0],
            left: own.left + shift[1],
            right: own.right + shift[1],
          };
      const exact = wanted.every(Number.isInteger);
      return [name, { wanted, shift, mirror: move.mirror, exact, field: common(moved, back) }];
    }),
  );
}

/** Where A's value stands that B's value at `at` is compared with. @param {Aligned} aligned @param {number} columns
 * @param {readonly number[]} at unit, row, column @returns {[number, number, number]} */
export const partnerOf = ({ shift, mirror }, columns, [unit, row, column]) => [
  unit,
  row - shift[0],
  mirror ? columns - 1 - column : column - shift[1],
];

/** @param {Field} field @param {number} row @param {number} column */
export const within = ({ top, left, bottom, right }, row, column) =>
  row >= top && row <= bottom && column >= left && column <= right;

/** By how much a layer's maps move when its input moves; null where nobody knows.
 * @param {Layer} layer @param {number} source @param {[number, number]} wanted @returns {[number, number] | null} */
function movedBy(layer, source, wanted) {
  const moved = [0, 1].map((axis) => {
    const step = strideOf(layer, source, axis);
    return step === null ? null : wanted[axis] / step;
  });
  return moved.includes(null) ? null : /** @type {[number, number]} */ (moved);
}

/** How many places of its input a layer goes on from one value to the next; null where that is not always as many.
 * @param {Layer} layer @param {number} source @param {number} axis @returns {number | null} */
function strideOf(layer, source, axis) {
  const window = layer.record.window(layer);
  if (window) return window.stride[axis];
  const spread = layer.record.spread(layer);
  if (spread) return 1 / spread.stride[axis];
  if (layer.factor) return 1 / layer.factor[axis];
  const last = layer.output_shape[axis + 1] - 1;
  if (last < 1) return null;
  const firsts = [0, last].map((index) => readAt(layer, source, axis, index)?.first);
  if (firsts[0] === undefined || firsts[1] === undefined) return null;
  const step = (firsts[1] - firsts[0]) / last;
  return step > 0 && Number.isInteger(step) ? step : null;
}

/** What rows (axis 0) or columns (axis 1) of an input one row or column of the output reads; null where none.
 * @param {Layer} layer @param {number} source @param {number} axis @param {number} index */
function readAt(layer, source, axis, index) {
  const whole = wholeOf(layer.output_shape);
  const area = axis ? { ...whole, left: index, right: index } : { ...whole, top: index, bottom: index };
  const read = stepBack(layer, source, area);
  return read && (axis ? { first: read.left, last: read.right } : { first: read.top, last: read.bottom });
}

/** The part of a layer's output that reads nothing outside these parts of its inputs.
 * @param {Layer} layer @param {readonly Field[]} fields @returns {Field} */
function through(layer, fields) {
  const [rows, columns] = [0, 1].map((axis) => {
    const inside = (/** @type {number} */ index) =>
      fields.every((field, source) => {
        const read = readAt(layer, source, axis, index);
        const [low, high] = axis ? [field.left, field.right] : [field.top, field.bottom];
        return !read || (read.first >= low && read.last <= high);
      });
    const indices = Array.from({ length: layer.output_shape[axis + 1] }, (_, index) => index).filter(inside);
    return { first: indices[0] ?? 0, last: indices[indices.length - 1] ?? -1 };
  });
  return { top: rows.first, bottom: rows.last, left: columns.first, right: columns.last };
}

/** @param {Field} one @param {Field} other @returns {Field} */
const common = (one, other) => ({
  top: Math.max(one.top, other.top),
  left: Math.max(one.left, other.left),
  bottom: Math.min(one.bottom, other.bottom),
  right: Math.min(one.right, other.right),
});
