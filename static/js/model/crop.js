// @ts-check
/**
 * The square that the network sees, as numbers: moving, zooming and turning it, and where its
 * corners lie. The same convention as the server's: the picture is turned clockwise by `rotate`
 * degrees about the square's centre and then cut, so on the unturned picture the square stands
 * turned the other way.
 *
 * @typedef {{ x: number, y: number, size: number, rotate: number }} Crop
 * @typedef {{ width: number, height: number }} Size
 */

/** Smallest square, in pixels of the picture. */
export const SMALLEST = 8;

/** @param {Crop} crop */
export const centreOf = ({ x, y, size }) => [x + size / 2, y + size / 2];

/**
 * The nearest allowed crop: whole pixels, at most as large as the longer side, centre inside the picture.
 * @param {Crop} crop @param {Size} picture @returns {Crop}
 */
export function settle({ x, y, size, rotate }, { width, height }) {
  const side = Math.round(Math.min(Math.max(width, height), Math.max(Math.min(SMALLEST, width, height), size)));
  const [centreX, centreY] = [x + size / 2, y + size / 2];
  const half = side / 2;
  const inside = (/** @type {number} */ value, /** @type {number} */ length) => Math.min(length, Math.max(0, value));
  return {
    x: Math.round(inside(centreX, width) - half),
    y: Math.round(inside(centreY, height) - half),
    size: side,
    rotate: ((((Math.round(rotate * 10) / 10 + 180) % 360) + 360) % 360) - 180,
  };
}

/** @param {Crop} crop @param {number} dx @param {number} dy pixels of the picture @param {Size} picture */
export const move = (crop, dx, dy, picture) => settle({ ...crop, x: crop.x + dx, y: crop.y + dy }, picture);

/** Zoom about the centre. @param {Crop} crop @param {number} size the new side @param {Size} picture */
export const resize = (crop, size, picture) => {
  const [centreX, centreY] = centreOf(crop);
  return settle({ ...crop, x: centreX - size / 2, y: centreY - size / 2, size }, picture);
};

/** @param {Crop} crop @param {number} degrees @param {Size} picture */
export const turn = (crop, degrees, picture) => settle({ ...crop, rotate: degrees }, picture);

/**
 * The corners on the unturned picture: top left, top right, bottom right, bottom left of what the network sees.
 * @param {Crop} crop
 */
export function corners(crop) {
  const [centreX, centreY] = centreOf(crop);
  const half = crop.size / 2;
  const [cos, sin] = direction(crop.rotate);
  return [
    [-half, -half],
    [half, -half],
    [half, half],
    [-half, half],
  ].map(([u, v]) => [centreX + u * cos + v * sin, centreY - u * sin + v * cos]);
}

/**
 * The middle of the upper edge, and where "up" points.
 * @param {Crop} crop
 * @param {number} beyond pixels past the edge
 */
export function handle(crop, beyond) {
  const [centreX, centreY] = centreOf(crop);
  const [cos, sin] = direction(crop.rotate);
  const reach = crop.size / 2 + beyond;
  return [centreX - reach * sin, centreY - reach * cos];
}

/** Degrees that make the handle point at a place. @param {Crop} crop @param {number} x @param {number} y */
export function towards(crop, x, y) {
  const [centreX, centreY] = centreOf(crop);
  return (Math.atan2(-(x - centreX), -(y - centreY)) * 180) / Math.PI;
}

/** @param {number} degrees */
const direction = (degrees) => [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)];
