// @ts-check
/**
 * A figure, as a flat list of what is seen, written as a self-contained SVG document.
 *
 * @typedef {{ type: "box", x: number, y: number, width: number, height: number, radius: number, fill: string | null,
 *   stroke: string | null, strokeWidth: number }} BoxItem
 * @typedef {{ type: "text", x: number, y: number, text: string, size: number, weight: string, style: string,
 *   family: string, fill: string, width: number }} TextItem `y` is the baseline, `width` what it takes on the screen
 * @typedef {{ type: "image", x: number, y: number, width: number, height: number, href: string, pixelated: boolean,
 *   clip?: { x: number, y: number, width: number, height: number } }} ImageItem `clip`: the part that is seen
 * @typedef {{ type: "path", d: string, transform: string, fill: string | null, stroke: string | null,
 *   strokeWidth: number, dash: string }} PathItem
 * @typedef {BoxItem | TextItem | ImageItem | PathItem} Item
 * @typedef {{ width: number, height: number, ground: string, title: string, items: Item[] }} Figure
 */

/** @param {string} text */
const escape = (text) => text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
/** @param {number} value */
const short = (value) => String(Math.round(value * 100) / 100);
/**
 * Attributes of a tag; those without a value are left out.
 * @param {Record<string, string | number | null>} attributes
 */
const written = (attributes) =>
  Object.entries(attributes)
    .flatMap(([name, value]) =>
      value === null ? [] : [` ${name}="${escape(typeof value === "number" ? short(value) : value)}"`],
    )
    .join("");

/**
 * @param {string} name
 * @param {Record<string, string | number | null>} attributes
 * @param {string} [content]
 */
const tag = (name, attributes, content) =>
  `<${name}${written(attributes)}${content === undefined ? "/>" : `>${content}</${name}>`}`;
/**
 * @param {string | null} fill
 * @param {string | null} stroke
 * @param {number} strokeWidth
 */
const painted = (fill, stroke, strokeWidth) => ({
  fill: fill ?? "none",
  stroke,
  "stroke-width": stroke ? strokeWidth : null,
});

/** @type {Record<string, (item: any) => string>} */
const TAGS = {
  box: ({ x, y, width, height, radius, fill, stroke, strokeWidth }) =>
    tag("rect", { x, y, width, height, rx: radius || null, ...painted(fill, stroke, strokeWidth) }),
  image: ({ x, y, width, height, href, pixelated, clip }) => {
    const picture = (/** @type {number} */ left, /** @type {number} */ top) =>
      tag("image", {
        x: left,
        y: top,
        width,
        height,
        href,
        preserveAspectRatio: "none",
        "image-rendering": pixelated ? "pixelated" : null,
      });
    // A nested drawing clips what reaches over its edges.
    return clip ? `<svg${written({ ...clip })}>${picture(x - clip.x, y - clip.y)}</svg>` : picture(x, y);
  },
  path: ({ d, transform, fill, stroke, strokeWidth, dash }) =>
    tag("path", {
      d,
      transform: transform || null,
      ...painted(fill, stroke, strokeWidth),
      "stroke-dasharray": dash || null,
    }),
  // The width is given, so that other fonts do not push the figure apart.
  text: ({ x, y, text, size, weight, style, family, fill, width }) =>
    tag(
      "text",
      {
        x,
        y,
        "font-size": size,
        "font-weight": weight === "400" ? null : weight,
        "font-style": style === "normal" ? null : style,
        "font-family": family,
        fill,
        textLength: text.length > 1 ? width : null,
        lengthAdjust: text.length > 1 ? "spacingAndGlyphs" : null,
        "xml:space": "preserve",
      },
      escape(text),
    ),
};

/** @param {Figure} figure */
export function figureSvg({ width, height, ground, title, items }) {
  const viewBox = `0 0 ${short(width)} ${short(height)}`;
  return [
    `<svg${written({ xmlns: "http://www.w3.org/2000/svg", width, height, viewBox })}>`,
    `<title>${escape(title)}</title>`,
    `<rect${written({ width, height, fill: ground })}/>`,
    ...items.map((item) => TAGS[item.type](item)),
    "</svg>",
    "",
  ].join("\n");
}
