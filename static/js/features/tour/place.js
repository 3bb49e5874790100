// @ts-check
/**
 * Where a tour's words stand: beside what they speak of, never over it.
 *
 * @typedef {{ left: number, top: number, width: number, height: number }} Box
 */

/** Pixels between the words and what they speak of, and to the window's edges. */
const GAP = 14;
const EDGE = 12;
/** How many pixels of distance it is worth to hide nothing of what should stay visible. */
const HIDING = 3000;
/** Below this width or height of the window the words lie in a sheet at its lower edge. */
const NARROW = 768;
const LOW = 520;

/** Whether the words lie in a sheet. @param {{ width: number, height: number }} window */
export const isSheet = ({ width, height }) => width < NARROW || height < LOW;

/**
 * Of all places beside the target that lie inside the window, the one that hides least of what should stay
 * visible, and then the nearest. Where nothing fits beside it, the corner that hides least of it. None of them
 * hides what has the focus, if there is one that does not.
 * @param {Box | null} target in the window's coordinates @param {{ width: number, height: number }} size of the words
 * @param {{ width: number, height: number }} window @param {Box | null} [keep] @param {Box | null} [focus]
 * @returns {{ left: number, top: number, beside: boolean }}
 */
export function placeBeside(target, size, window, keep = null, focus = null) {
  const inside = (/** @type {number} */ value, /** @type {number} */ room) =>
    Math.max(EDGE, Math.min(room - EDGE, value));
  const clamp = (/** @type {{ left: number, top: number }} */ { left, top }) => ({
    left: inside(left, window.width - size.width),
    top: inside(top, window.height - size.height),
    ...size,
  });
  const corners = [
    [0, 0],
    [1, 0],
    [0, 1],
    [1, 1],
    [0.5, 1],
  ].map(([x, y]) => clamp({ left: x * window.width, top: y * window.height }));
  const seen = (/** @type {Box[]} */ boxes) => {
    const some = focus ? boxes.filter((box) => overlap(box, focus) === 0) : [];
    return some.length ? some : boxes;
  };
  if (!target) {
    const [{ left, top }] = seen([corners[3], corners[2], corners[1], corners[0]]);
    return { left, top, beside: false };
  }

  const candidates = [...placesAround(target, size), ...(keep ? placesAround(keep, size) : []), ...corners].map(clamp);
  const free = candidates.filter((box) => overlap(box, grown(target, GAP / 2)) === 0);
  const hidden = (/** @type {Box} */ box) => (keep ? overlap(box, keep) / (size.width * size.height) : 0);
  const cost = (/** @type {Box} */ box) => hidden(box) * HIDING + distance(box, target);
  const best = free.length ? least(seen(free), cost) : least(seen(candidates), (box) => overlap(box, target));
  return { left: best.left, top: best.top, beside: free.length > 0 };
}

/**
 * At each side, in line with its beginning, its middle and its end.
 * @param {Box} box
 * @param {{ width: number, height: number }} size
 */
function placesAround({ left, top, width, height }, size) {
  const along = (/** @type {number} */ start, /** @type {number} */ length, /** @type {number} */ own) => [
    start,
    start + (length - own) / 2,
    start + length - own,
  ];
  return [
    ...along(top, height, size.height).flatMap((y) => [
      { left: left + width + GAP, top: y },
      { left: left - GAP - size.width, top: y },
    ]),
    ...along(left, width, size.width).flatMap((x) => [
      { left: x, top: top + height + GAP },
      { left: x, top: top - GAP - size.height },
    ]),
  ];
}

/** @param {Box[]} boxes @param {(box: Box) => number} cost */
const least = (boxes, cost) => boxes.reduce((best, box) => (cost(box) < cost(best) ? box : best));

/** @param {Box} box @param {number} by @returns {Box} */
const grown = ({ left, top, width, height }, by) => ({
  left: left - by,
  top: top - by,
  width: width + 2 * by,
  height: height + 2 * by,
});

/** The area that two boxes share. @param {Box} a @param {Box} b */
export function overlap(a, b) {
  const width = Math.min(a.left + a.width, b.left + b.width) - Math.max(a.left, b.left);
  const height = Math.min(a.top + a.height, b.top + b.height) - Math.max(a.top, b.top);
  return width > 0 && height > 0 ? width * height : 0;
}

/** From middle to middle. @param {Box} a @param {Box} b */
const distance = (a, b) =>
  Math.hypot(a.left + a.width / 2 - b.left - b.width / 2, a.top + a.height / 2 - b.top - b.height / 2);

/** The smallest box around all boxes. @param {Box[]} boxes @returns {Box | null} */
export function around(boxes) {
  if (!boxes.length) return null;
  const [left, top] = [Math.min(...boxes.map((box) => box.left)), Math.min(...boxes.map((box) => box.top))];
  const [right, bottom] = [
    Math.max(...boxes.map((box) => box.left + box.width)),
    Math.max(...boxes.map((box) => box.top + box.height)),
  ];
  return { left, top, width: right - left, height: bottom - top };
}
