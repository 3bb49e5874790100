// @ts-check
/**
 * Following one pixel of the network's input back through the preparation: where it lies in the
 * picture at every step. Places are shares of the width and height (0–1), since the pictures that
 * are shown are small ones.
 *
 * @typedef {{ id: string, params: Record<string, any>, before: Shown, after: Shown }} Step
 * @typedef {{ width: number, height: number, picture?: string }} Shown
 * @typedef {{ x: number, y: number, size: number, rotate: number }} Crop
 * @typedef {[number, number]} Place x, y
 */

/**
 * From the centre of an input pixel to its place in what the crop cut out of.
 * @param {Place} place in the input
 * @param {Crop} crop
 * @param {Shown} upright the full size that the crop's numbers refer to
 * @param {readonly number[]} target (height, width) of the input
 * @returns {Place}
 */
export function beforeCrop([x, y], crop, upright, target) {
  const [height, width] = cropSize(crop, target);
  const [cos, sin] = direction(crop);
  const [u, v] = [(x - 0.5) * width, (y - 0.5) * height];
  const [centreX, centreY] = [crop.x + width / 2, crop.y + height / 2];
  return [(centreX + u * cos + v * sin) / upright.width, (centreY - u * sin + v * cos) / upright.height];
}

/**
 * The other way.
 * @param {Place} place
 * @param {Crop} crop
 * @param {Shown} upright
 * @param {readonly number[]} target
 * @returns {Place}
 */
export function afterCrop([x, y], crop, upright, target) {
  const [height, width] = cropSize(crop, target);
  const [cos, sin] = direction(crop);
  const dx = x * upright.width - crop.x - width / 2;
  const dy = y * upright.height - crop.y - height / 2;
  return [(dx * cos - dy * sin) / width + 0.5, (dx * sin + dy * cos) / height + 0.5];
}

/** A crop's size names its longer side. @param {Crop} crop @param {readonly number[]} target */
const cropSize = (crop, target) => target.map((side) => (crop.size * side) / Math.max(...target));

/** @param {Crop} crop */
const direction = ({ rotate }) => [Math.cos((rotate * Math.PI) / 180), Math.sin((rotate * Math.PI) / 180)];

/**
 * EXIF orientations: from a place on the upright picture to the one in the file. Each but 6 and 8
 * undoes itself.
 * @type {Record<number, (place: Place) => Place>}
 */
const IN_FILE = {
  2: ([x, y]) => [1 - x, y],
  3: ([x, y]) => [1 - x, 1 - y],
  4: ([x, y]) => [x, 1 - y],
  5: ([x, y]) => [y, x],
  6: ([x, y]) => [y, 1 - x],
  7: ([x, y]) => [1 - y, 1 - x],
  8: ([x, y]) => [1 - y, x],
};

/** @param {number} exif @param {Place} place @returns {Place} */
export const inFile = (exif, place) => IN_FILE[exif]?.(place) ?? place;

/** @param {number} exif @param {Place} place @returns {Place} */
export const upright = (exif, place) => inFile(exif === 6 ? 8 : exif === 8 ? 6 : exif, place);

/**
 * Where a place of the input lies at every stage: before the first step, then after each.
 * @param {{ steps: Step[], crop: Crop, source: { width: number, height: number } }} preparation
 * @param {Place} place in the input @param {readonly number[]} target (height, width)
 * @returns {Place[]}
 */
export function stages({ steps, crop, source }, place, target) {
  const exif = steps.find(({ id }) => id === "orientation")?.params.exif ?? 1;
  const cropped = steps.findIndex(({ id }) => id === "crop");
  const turned = steps.findIndex(({ id }) => id === "orientation");
  const full = exif >= 5 ? { width: source.height, height: source.width } : source;
  const onPicture = beforeCrop(place, crop, full, proportions(steps, full, target));
  const onFile = inFile(exif, onPicture);
  return [onFile, ...steps.map((_, index) => (index >= cropped ? place : index >= turned ? onPicture : onFile))];
}

/**
 * The other way: the place of the input that a place at a stage becomes.
 * @param {{ steps: Step[], crop: Crop, source: { width: number, height: number } }} preparation
 * @param {number} stage 0 before the first step, n after the nth @param {Place} place @param {readonly number[]} target
 * @returns {Place}
 */
export function inInput({ steps, crop, source }, stage, place, target) {
  const exif = steps.find(({ id }) => id === "orientation")?.params.exif ?? 1;
  const full = exif >= 5 ? { width: source.height, height: source.width } : source;
  const cropped = steps.findIndex(({ id }) => id === "crop");
  const turned = steps.findIndex(({ id }) => id === "orientation");
  if (stage - 1 >= cropped) return place;
  const shape = proportions(steps, full, target);
  return afterCrop(stage - 1 >= turned ? place : upright(exif, place), crop, full, shape);
}

/**
 * What the crop has the proportions of: the input, or the whole picture where that is stretched.
 * @param {Step[]} steps @param {{ width: number, height: number }} full @param {readonly number[]} target
 */
function proportions(steps, full, target) {
  return steps.find(({ id }) => id === "crop")?.params.fit === "stretch" ? [full.height, full.width] : target;
}

/**
 * What a step makes of the values of one place, one a channel: the engine's steps of values, 0 to 255 at first.
 * @param {{ id: string, params: Record<string, any> }} step @param {readonly number[]} values @returns {number[]}
 */
export function applied({ id, params }, values) {
  if (id === "scale") return values.map((value) => value / params.divisor);
  if (id === "invert") return values.map((value) => 1 - value);
  if (id === "channels") return [...values].reverse();
  if (id === "normalise")
    return values.map((value, channel) => (params.scale * value - params.mean[channel]) / params.std[channel]);
  return [...values];
}
