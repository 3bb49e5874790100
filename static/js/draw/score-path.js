// @ts-check
/**
 * How a class's probability moves while one control is moved: a small chart, drawn as text-free
 * SVG geometry so that the element can label it in any language.
 *
 * @typedef {{ value: number, probability: number, agrees: boolean }} Point `agrees`: the class is still the first
 */

/**
 * @param {Point[]} points @param {{ from: number, to: number }} range of the control
 * @param {{ width: number, height: number }} box
 */
export function scorePath(points, { from, to }, { width, height }) {
  const x = (/** @type {number} */ value) => round(((value - from) / (to - from)) * width);
  const y = (/** @type {number} */ probability) => round((1 - probability) * height);
  const sorted = [...points].sort((a, b) => a.value - b.value);
  return {
    line: sorted.map(({ value, probability }, index) => `${index ? "L" : "M"}${x(value)} ${y(probability)}`).join(""),
    dots: sorted.map((point) => ({ ...point, x: x(point.value), y: y(point.probability) })),
    grid: [0, 0.5, 1].map((share) => ({ share, y: y(share) })),
  };
}

/** @param {number} value */
const round = (value) => Math.round(value * 10) / 10;
