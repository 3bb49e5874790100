// @ts-check
/**
 * Strokes of a pen as a small grey picture, the way hand-drawn data sets have them: bright on black.
 *
 * @typedef {readonly [number, number]} Point x and y as shares of the side, 0–1
 * @typedef {readonly Point[]} Stroke
 * @typedef {{ width: number, height: number, data: Float32Array }} Grey row by row, 0 (black) – 1 (white)
 */

/** The pen's width as a share of the side: 2.4 of 28 pixels, as digits of MNIST are written. */
export const PEN = 2.4 / 28;
/** Of a pen's radius, in pixels: thinner, it would leave no pixel white. */
const THINNEST = 1;
/** MNIST: a digit's longer side is 20 of the 28 pixels, and its centre of mass lies in the middle. */
const MNIST_SIDE = 20 / 28;

/**
 * How much of each pixel the pen covers, by its centre's distance from the nearest piece of a stroke.
 * @param {readonly Stroke[]} strokes @param {number} width @param {number} height @param {number} [pen] @returns {Grey}
 */
export function raster(strokes, width, height, pen = PEN) {
  const data = new Float32Array(width * height);
  const radius = Math.max(THINNEST, (pen * Math.min(width, height)) / 2);
  for (const stroke of strokes) {
    for (let i = 0; i < stroke.length; i++) {
      const [x1, y1] = scaled(stroke[Math.max(0, i - 1)], width, height);
      const [x2, y2] = scaled(stroke[i], width, height);
      const reach = radius + 1;
      const [left, right] = [Math.floor(Math.min(x1, x2) - reach), Math.ceil(Math.max(x1, x2) + reach)];
      const [top, bottom] = [Math.floor(Math.min(y1, y2) - reach), Math.ceil(Math.max(y1, y2) + reach)];
      for (let row = Math.max(0, top); row < Math.min(height, bottom); row++)
        for (let column = Math.max(0, left); column < Math.min(width, right); column++) {
          const away = distance(column + 0.5, row + 0.5, x1, y1, x2, y2);
          const covered = Math.min(1, Math.max(0, radius + 0.5 - away));
          const at = row * width + column;
          if (covered > data[at]) data[at] = covered;
        }
    }
  }
  return { width, height, data };
}

/**
 * Each pixel as a byte.
 * @param {Grey} grey
 * @param {boolean} [invert] dark on white, as pen on paper
 */
export const bytesOf = ({ data }, invert = false) =>
  Uint8Array.from(data, (value) => Math.round(255 * (invert ? 1 - value : value)));

/** @param {Point} point @param {number} width @param {number} height */
const scaled = ([x, y], width, height) => [x * width, y * height];

/**
 * From a point to a piece of a line.
 * @param {number} x
 * @param {number} y
 * @param {number} x1
 * @param {number} y1
 * @param {number} x2
 * @param {number} y2
 */
function distance(x, y, x1, y1, x2, y2) {
  const [dx, dy] = [x2 - x1, y2 - y1];
  const length = dx * dx + dy * dy;
  const along = length ? Math.min(1, Math.max(0, ((x - x1) * dx + (y - y1) * dy) / length)) : 0;
  return Math.hypot(x - x1 - along * dx, y - y1 - along * dy);
}

/**
 * The strokes scaled and moved as the makers of MNIST did with each digit: networks that learnt from it expect that.
 * @param {readonly Stroke[]} strokes @param {number} width @param {number} height @returns {Stroke[]}
 */
export function centred(strokes, width, height) {
  const points = strokes.flat();
  if (!points.length) return [];
  const xs = points.map(([x]) => x);
  const ys = points.map(([, y]) => y);
  const [left, top] = [Math.min(...xs), Math.min(...ys)];
  const longer = Math.max(Math.max(...xs) - left, Math.max(...ys) - top);
  // The pen's own width belongs to the digit; a dot stays a dot.
  const scale = longer > 0 ? (MNIST_SIDE - PEN) / longer : 1;
  const moved = strokes.map((stroke) =>
    stroke.map(
      ([x, y]) =>
        /** @type {Point} */ ([
          (x - left) * scale + 0.5 - (MNIST_SIDE - PEN) / 2,
          (y - top) * scale + 0.5 - (MNIST_SIDE - PEN) / 2,
        ]),
    ),
  );
  const [x, y] = centreOfMass(raster(moved, width, height));
  return moved.map((stroke) => stroke.map(([px, py]) => /** @type {Point} */ ([px + 0.5 - x, py + 0.5 - y])));
}

/** @param {Grey} grey @returns {Point} */
function centreOfMass({ width, height, data }) {
  let [mass, x, y] = [0, 0, 0];
  for (let row = 0; row < height; row++)
    for (let column = 0; column < width; column++) {
      const value = data[row * width + column];
      mass += value;
      x += value * (column + 0.5);
      y += value * (row + 0.5);
    }
  return mass ? [x / mass / width, y / mass / height] : [0.5, 0.5];
}
