// @ts-check
/**
 * Two runs of the same shapes set against each other: always B minus A. Sums are kept with every measure, so that each
 * can say what it is made of.
 */
import { partnerOf } from "./alignment.js";
import { INPUT, isMaps, tensorNamed } from "./model.js";
import { covered } from "./window.js";

/** @typedef {import("./model.js").Model} Model */
/** @typedef {import("./model.js").Layer} Layer */
/** @typedef {import("../api/wire.js").Tensor} Tensor */
/** @typedef {import("./alignment.js").Aligned} Aligned */
/** @typedef {Pick<import("../api/client.js").Run, "input" | "activations">} Values */
/** @typedef {{ count: number, of: number }} Share */
/**
 * @typedef {object} LayerDifference
 * @property {string} layer
 * @property {Share} values how many of the compared values differ at all
 * @property {number} squares Σ (b − a)²
 * @property {number} squaresA Σ a² @property {number} squaresB Σ b² @property {number} product Σ a·b
 * @property {number} largest the largest |b − a|
 * @property {readonly { unit: number, squares: number, squaresA: number }[]} units the most changed first
 * @property {Share | null} gates values of an activation function that are above 0 in one of the two only
 * @property {Share | null} winners places of a max pooling whose largest value stands in another cell of the window
 * @property {Aligned | null} aligned how A was moved; null where it was not
 */

/** From which part of its size on a unit counts as changed. */
export const CHANGED = 0.1;

/** ‖B − A‖ / ‖A‖; null where A is 0 everywhere. @param {LayerDifference} layer */
export const distanceOf = ({ squares, squaresA }) => (squaresA > 0 ? Math.sqrt(squares) / Math.sqrt(squaresA) : null);

/** The cosine of the angle between A and B; null where one of them is 0 everywhere. @param {LayerDifference} layer */
export const cosineOf = ({ product, squaresA, squaresB }) =>
  squaresA > 0 && squaresB > 0 ? product / (Math.sqrt(squaresA) * Math.sqrt(squaresB)) : null;

/** The units that have changed by more than a tenth of their size. @param {LayerDifference} layer @returns {Share} */
export const unitsChanged = ({ units }) => ({
  count: units.filter(({ squares, squaresA }) => Math.sqrt(squares) > CHANGED * Math.sqrt(squaresA)).length,
  of: units.length,
});

/** Whether values of two models can be taken from each other: the same layers, of the same shapes.
 * @param {Model} a @param {Model} b */
export const sameShapes = (a, b) =>
  String(a.input.shape) === String(b.input.shape) &&
  a.layers.length === b.layers.length &&
  a.layers.every(({ name, output_shape }, index) => {
    const other = b.layers[index];
    return other.name === name && String(other.output_shape) === String(output_shape);
  });

/**
 * B minus A, layer by layer; where maps are laid over each other, A as it was moved, and 0 outside of what is compared.
 * @param {Model} model of the layers' kinds and windows @param {Values} a @param {Values} b
 * @param {ReadonlyMap<string, Aligned> | null} [alignment]
 * @returns {{ layers: LayerDifference[], difference: Values, moved: Values }}
 */
export function compared(model, a, b, alignment = null) {
  const found = (/** @type {string} */ name) =>
    takenFrom(
      tensorNamed(/** @type {any} */ (a), name),
      tensorNamed(/** @type {any} */ (b), name),
      alignment?.get(name) ?? null,
    );
  const input = found(INPUT);
  /** @type {LayerDifference[]} */
  const layers = [];
  /** @type {Map<string, Tensor>} */
  const differences = new Map();
  /** @type {Map<string, Tensor>} */
  const moved = new Map();
  for (const layer of model.layers) {
    if (!a.activations.has(layer.name) || !b.activations.has(layer.name)) continue;
    const { sums, difference, partner } = found(layer.name);
    differences.set(layer.name, difference);
    moved.set(layer.name, partner);
    layers.push({
      layer: layer.name,
      ...sums,
      winners: winnersOf(layer, a, b, sums.aligned),
      gates: gatesOf(layer, sums),
    });
  }
  return {
    layers,
    difference: { input: input.difference, activations: differences },
    moved: { input: input.partner, activations: moved },
  };
}

/** @param {Tensor} a @param {Tensor} b @param {Aligned | null} aligned */
function takenFrom(a, b, aligned) {
  const [units] = b.shape;
  const places = b.data.length / units;
  const partner = aligned ? { shape: b.shape, data: new Float32Array(b.data.length) } : a;
  const difference = { shape: b.shape, data: new Float32Array(b.data.length) };
  const total = { squares: 0, squaresA: 0, squaresB: 0, product: 0, largest: 0 };
  let [differ, count, flipped] = [0, 0, 0];
  const each = [];
  const columns = b.shape[2] ?? 1;
  for (let unit = 0; unit < units; unit++) {
    const own = { unit, squares: 0, squaresA: 0 };
    const field = aligned?.field ?? { top: 0, left: 0, bottom: places / columns - 1, right: columns - 1 };
    for (let row = field.top; row <= field.bottom; row++)
      for (let column = field.left; column <= field.right; column++) {
        const at = unit * places + row * columns + column;
        const [, i, j] = aligned ? partnerOf(aligned, columns, [unit, row, column]) : [unit, row, column];
        const [x, y] = [a.data[unit * places + i * columns + j], b.data[at]];
        if (aligned) partner.data[at] = x;
        const change = y - x;
        difference.data[at] = change;
        own.squares += change * change;
        own.squaresA += x * x;
        total.squaresB += y * y;
        total.product += x * y;
        if (change !== 0) differ++;
        if (x > 0 !== y > 0) flipped++;
        if (Math.abs(change) > total.largest) total.largest = Math.abs(change);
        count++;
      }
    total.squares += own.squares;
    total.squaresA += own.squaresA;
    each.push(own);
  }
  each.sort((one, other) => other.squares - one.squares);
  return {
    difference,
    partner,
    sums: { ...total, values: { count: differ, of: count }, flipped, units: each, aligned },
  };
}

/** @param {Layer} layer @param {{ flipped: number, values: Share }} sums @returns {Share | null} */
const gatesOf = ({ record: { family } }, { flipped, values }) =>
  family === "activation" ? { count: flipped, of: values.of } : null;

/** @param {Layer} layer @param {Values} a @param {Values} b @param {Aligned | null} aligned @returns {Share | null} */
function winnersOf(layer, a, b, aligned) {
  const window = layer.kind === "max_pool2d" ? layer.record.window(layer) : null;
  if (!window || !isMaps(layer.output_shape)) return null;
  const [x, y] = [a, b].map((values) => tensorNamed(/** @type {any} */ (values), layer.inputs[0]));
  const [units, rows, columns] = layer.output_shape;
  const reads = [rows, columns].map((size, axis) =>
    Array.from({ length: size }, (_, index) => covered(window, axis, index)),
  );
  const { top, left, bottom, right } = aligned?.field ?? { top: 0, left: 0, bottom: rows - 1, right: columns - 1 };
  const share = { count: 0, of: 0 };
  for (let unit = 0; unit < units; unit++)
    for (let row = top; row <= bottom; row++)
      for (let column = left; column <= right; column++) {
        const [, i, j] = aligned ? partnerOf(aligned, columns, [unit, row, column]) : [unit, row, column];
        const mine = winnerIn(x, unit, reads[0][i], reads[1][j]);
        if (mine !== winnerIn(y, unit, reads[0][row], reads[1][column])) share.count++;
        share.of++;
      }
  return share;
}

/** Which cell of a window holds the largest value, the first of equals.
 * @param {Tensor} tensor @param {number} unit @param {readonly number[]} rows @param {readonly number[]} columns */
function winnerIn({ shape: [, height, width], data }, unit, rows, columns) {
  let [best, largest, cell] = [-1, -Infinity, 0];
  for (const row of rows)
    for (const column of columns) {
      const inside = row >= 0 && row < height && column >= 0 && column < width;
      const value = inside ? data[(unit * height + row) * width + column] : -Infinity;
      if (value > largest) [best, largest] = [cell, value];
      cell++;
    }
  return best;
}
