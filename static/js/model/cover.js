// @ts-check
/**
 * What is covered of the network's input: cells of a grid that is laid over it, of a pixel each as long as neither side
 * has more than 64 of them. An address writes them as run lengths in reading order, in base 36: so many cells that are
 * left, so many that are covered, and so on (`1s.6.1m`); what is left at the end is not said.
 *
 * @typedef {import("../api/wire.js").Tensor} Tensor
 * @typedef {{ cell: number, rows: number, columns: number }} Grid `cell`: pixels a side
 */

/** The most cells that a side has. */
export const SIDE = 64;

/** @param {number} height @param {number} width in pixels @returns {Grid} */
export function coverGrid(height, width) {
  const cell = Math.ceil(Math.max(height, width) / SIDE);
  return { cell, rows: Math.ceil(height / cell), columns: Math.ceil(width / cell) };
}

/** @param {Uint8Array} cells 1 where something is covered @returns {string} empty where nothing is */
export function formatCover(cells) {
  /** @type {number[]} */
  const runs = [0];
  let covered = 0;
  for (const cell of cells) {
    if (cell !== covered) {
      runs.push(0);
      covered = cell;
    }
    runs[runs.length - 1]++;
  }
  if (!covered) runs.pop();
  return runs.map((run) => run.toString(36)).join(".");
}

/** The covered cells; what lies beyond the grid is nothing.
 * @param {string} text @param {Grid} grid @returns {Uint8Array} */
export function coverCells(text, { rows, columns }) {
  const cells = new Uint8Array(rows * columns);
  if (!text) return cells;
  let at = 0;
  text.split(".").forEach((run, index) => {
    const end = at + parseInt(run, 36);
    if (index % 2) cells.fill(1, at, end);
    at = end;
  });
  return cells;
}

/**
 * The input with its covered pixels in the middle of the range, in every channel.
 * @param {Tensor} input (C, H, W)
 * @param {string} text
 * @param {readonly number[]} range
 * @returns {Tensor}
 */
export function coverInput({ shape, data }, text, [low, high]) {
  const [channels, height, width] = shape;
  const grid = coverGrid(height, width);
  const cells = coverCells(text, grid);
  const covered = Float32Array.from(data);
  const grey = (low + high) / 2;
  for (let row = 0; row < height; row++)
    for (let column = 0; column < width; column++)
      if (cells[Math.floor(row / grid.cell) * grid.columns + Math.floor(column / grid.cell)])
        for (let channel = 0; channel < channels; channel++) covered[(channel * height + row) * width + column] = grey;
  return { shape, data: covered };
}

/**
 * Cover the cells whose middle a round brush comes over on its way, or uncover them.
 * @param {Uint8Array} cells changed in place
 * @param {Grid} grid
 * @param {readonly [number, number]} from row and column, in cells
 * @param {readonly [number, number]} to
 * @param {number} radius in cells
 * @param {0 | 1} value
 */
export function brush(cells, { rows, columns }, from, to, radius, value) {
  const way = [to[0] - from[0], to[1] - from[1]];
  const long = way[0] ** 2 + way[1] ** 2;
  const low = (/** @type {0 | 1} */ axis) => Math.max(0, Math.floor(Math.min(from[axis], to[axis]) - radius));
  const high = (/** @type {0 | 1} */ axis) => Math.ceil(Math.max(from[axis], to[axis]) + radius);
  for (let row = low(0); row < Math.min(rows, high(0)); row++)
    for (let column = low(1); column < Math.min(columns, high(1)); column++) {
      const [y, x] = [row + 0.5 - from[0], column + 0.5 - from[1]];
      const share = long ? Math.min(1, Math.max(0, (y * way[0] + x * way[1]) / long)) : 0;
      if (Math.hypot(y - share * way[0], x - share * way[1]) <= radius) cells[row * columns + column] = value;
    }
}
