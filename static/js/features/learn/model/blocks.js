// @ts-check
/**
 * Building blocks of modern networks: how many parameters each has, how many multiplications it costs on C maps of
 * side N that become K maps, and which values one of its results reads.
 *
 * @typedef {{ channels: number, filters: number, side: number, groups?: number }} Size
 * @typedef {{ parameters: number, products: number, out: number }} Cost `out`: the side of the result
 * @typedef {{ id: string, cost: (size: Size) => Cost, field: number, reads: (channel: number) => [number, number][] }}
 *   Block `reads`: cells of a map of 5×5 (of four maps) that go into one value of the result's map 1; `field`: the side
 *   of what it sees
 */

/** Weights of one filter for each map that it reads. */
const KERNEL = 9;
const SIDE = 5;
const MIDDLE = 2;
const GROUPS = 4;

/** @param {number} reach @param {number} [gap] @returns {[number, number][]} */
const square = (reach, gap = 1) => {
  const steps = Array.from({ length: 2 * reach + 1 }, (_, index) => MIDDLE + gap * (index - reach));
  return steps.flatMap((row) => steps.map((column) => /** @type {[number, number]} */ ([row, column])));
};
const own = 1;
const whole = Array.from(
  { length: SIDE * SIDE },
  (_, index) => /** @type {[number, number]} */ ([Math.floor(index / SIDE), index % SIDE]),
);

/** A convolution of 3×3, with padding, so that the side stays. @param {Size} size @param {number} [cells] */
const dense = ({ channels, filters, side }, cells = KERNEL) => ({
  parameters: cells * channels * filters + filters,
  products: cells * channels * filters * side * side,
  out: side,
});

/** @type {readonly Block[]} */
export const BLOCKS = Object.freeze([
  { id: "plain", cost: (size) => dense(size), field: 3, reads: () => square(1) },
  { id: "pointwise", cost: (size) => dense(size, 1), field: 1, reads: () => square(0) },
  {
    id: "grouped",
    cost: ({ channels, filters, side }) => ({
      parameters: (KERNEL * channels * filters) / GROUPS + filters,
      products: (KERNEL * channels * filters * side * side) / GROUPS,
      out: side,
    }),
    field: 3,
    reads: (channel) => (channel === own ? square(1) : []),
  },
  {
    id: "separable",
    cost: ({ channels, filters, side }) => ({
      parameters: (KERNEL + 1) * channels + channels * filters + filters,
      products: (KERNEL * channels + channels * filters) * side * side,
      out: side,
    }),
    field: 3,
    reads: () => square(1),
  },
  { id: "dilated", cost: (size) => dense(size), field: 5, reads: () => square(1, 2) },
  {
    id: "strided",
    cost: (size) => ({ ...dense({ ...size, side: size.side / 2 }), out: size.side / 2 }),
    field: 3,
    reads: () => square(1),
  },
  {
    id: "transposed",
    cost: ({ channels, filters, side }) => ({
      parameters: 4 * channels * filters + filters,
      products: 4 * channels * filters * side * side,
      out: 2 * side,
    }),
    field: 1,
    reads: () => square(0),
  },
  {
    id: "residual",
    cost: (size) => {
      const one = dense({ ...size, filters: size.channels });
      return { parameters: 2 * one.parameters, products: 2 * one.products, out: size.side };
    },
    field: 5,
    reads: () => square(2),
  },
  {
    id: "normalisation",
    cost: ({ channels, side }) => ({ parameters: 2 * channels, products: channels * side * side, out: side }),
    field: 1,
    reads: (channel) => (channel === own ? square(0) : []),
  },
  {
    id: "global",
    cost: ({ channels }) => ({ parameters: 0, products: channels, out: 1 }),
    field: SIDE,
    reads: (channel) => (channel === own ? whole : []),
  },
]);

export const DRAWN = Object.freeze({ maps: 4, side: SIDE });

/** @param {string} id */
export const blockOf = (id) => /** @type {Block} */ (BLOCKS.find((block) => block.id === id));
