// @ts-check
/**
 * What is seen of a part of the page, as a figure: boxes, texts, pictures and paths at their places
 * on the screen. Controls that only work on a screen are left out.
 *
 * @typedef {import("../../draw/figure-svg.js").Item} Item
 */

/** What has no use on paper. */
const LEFT_OUT =
  ".sr, .view-out, .view-picker, .playback, .view-tools, .trail-tools, .view-tip, .network-more, .network-hint, " +
  ".tour-offer, [hidden], [data-action], details:not([open]), script, style";

/** @param {HTMLElement} root @param {string} title @returns {import("../../draw/figure-svg.js").Figure} */
export function figureOf(root, title) {
  const frame = root.getBoundingClientRect();
  /** @type {Item[]} */
  const items = [];
  walk(root, { items, left: frame.left, top: frame.top, clip: frame });
  return { width: frame.width, height: frame.height, ground: groundOf(root), title, items };
}

/** @param {Element} element @returns {string} the nearest opaque background */
function groundOf(element) {
  for (let node = /** @type {Element | null} */ (element); node; node = node.parentElement) {
    const colour = visible(getComputedStyle(node).backgroundColor);
    if (colour) return colour;
  }
  return "white";
}

/**
 * Null where nothing would be seen: `rgba(0, 0, 0, 0)`, `rgb(0 0 0 / 0)`. A last number without an alpha is a colour's
 * blue.
 * @param {string} colour */
const visible = (colour) => (colour === "transparent" || /^rgba\(.*,\s*0\)$|\/\s*0%?\)$/.test(colour) ? null : colour);

/**
 * @typedef {{ items: Item[], left: number, top: number, clip: { left: number, top: number, right: number,
 *   bottom: number } }} Page
 * @param {Element} element @param {Page} page
 */
function walk(element, page) {
  if (element.matches(LEFT_OUT)) return;
  const style = getComputedStyle(element);
  if (style.display === "none" || style.visibility === "hidden" || style.opacity === "0") return;
  if (element instanceof SVGElement) return drawing(element, page);
  const box = element.getBoundingClientRect();
  const inside =
    box.right > page.clip.left &&
    box.left < page.clip.right &&
    box.bottom > page.clip.top &&
    box.top < page.clip.bottom;
  const clips = style.overflowX !== "visible" || style.overflowY !== "visible";
  // What clips nothing may hold children beyond its own box: the columns of the network have no height at all.
  if (!inside && clips) return undefined;
  if (inside) boxOf(element, box, style, page);
  if (element instanceof HTMLCanvasElement) {
    if (inside && element.width && element.height)
      page.items.push({
        type: "image",
        x: box.left - page.left,
        y: box.top - page.top,
        width: box.width,
        height: box.height,
        href: element.toDataURL("image/png"),
        pixelated: style.imageRendering === "pixelated",
        clip: clipOf(box, page),
      });
    return undefined;
  }
  if (element instanceof HTMLImageElement) return inside ? imageOf(element, box, page) : undefined;
  if (element.localName === "mfrac") bar(element, style, page);
  const inner = clips
    ? {
        ...page,
        clip: {
          left: Math.max(page.clip.left, box.left),
          top: Math.max(page.clip.top, box.top),
          right: Math.min(page.clip.right, box.right),
          bottom: Math.min(page.clip.bottom, box.bottom),
        },
      }
    : page;
  /**
   * What lies above its neighbours (a list's head, under which its rows scroll) is drawn after them.
   * @type {Element[]}
   */
  const above = [];
  for (const child of element.childNodes) {
    if (child instanceof Element) {
      if (Number(getComputedStyle(child).zIndex) > 0) above.push(child);
      else walk(child, inner);
    } else if (child instanceof Text && child.data.trim()) texts(child, style, inner);
  }
  for (const child of above) walk(child, inner);
  return undefined;
}

/**
 * The part of a box that its frame lets be seen; undefined where that is all of it.
 * @param {DOMRect} box
 * @param {Page} page
 */
function clipOf(box, { clip, left, top }) {
  const seen = {
    left: Math.max(box.left, clip.left),
    top: Math.max(box.top, clip.top),
    right: Math.min(box.right, clip.right),
    bottom: Math.min(box.bottom, clip.bottom),
  };
  const [width, height] = [seen.right - seen.left, seen.bottom - seen.top];
  return box.width - width < 1 && box.height - height < 1
    ? undefined
    : { x: seen.left - left, y: seen.top - top, width, height };
}

/** @param {Element} element @param {DOMRect} box @param {CSSStyleDeclaration} style @param {Page} page */
function boxOf(element, box, style, page) {
  const fill = visible(style.backgroundColor);
  const frame = element.matches(".mark, .sidebar-window")
    ? { colour: style.boxShadow.match(/rgba?\([^)]*\)/)?.[0] ?? null, width: 2 }
    : element.matches(".heat, .kernel")
      ? { colour: style.outlineColor, width: 1 }
      : {
          colour:
            parseFloat(style.borderTopWidth) && parseFloat(style.borderLeftWidth)
              ? visible(style.borderTopColor)
              : null,
          width: parseFloat(style.borderTopWidth),
        };
  const [x, y] = [box.left - page.left, box.top - page.top];
  if (!fill && !frame.colour) {
    if (parseFloat(style.borderTopWidth) && visible(style.borderTopColor))
      page.items.push({
        type: "box",
        x,
        y,
        width: box.width,
        height: parseFloat(style.borderTopWidth),
        radius: 0,
        fill: style.borderTopColor,
        stroke: null,
        strokeWidth: 0,
      });
    return;
  }
  page.items.push({
    type: "box",
    x,
    y,
    width: box.width,
    height: box.height,
    radius: Math.min(parseFloat(style.borderTopLeftRadius) || 0, box.width / 2),
    fill,
    stroke: frame.colour,
    strokeWidth: frame.width,
  });
}

/** @param {HTMLImageElement} image @param {DOMRect} box @param {Page} page */
function imageOf(image, box, page) {
  if (!image.complete || !image.naturalWidth) return;
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [image.naturalWidth, image.naturalHeight];
  canvas.getContext("2d")?.drawImage(image, 0, 0);
  page.items.push({
    type: "image",
    x: box.left - page.left,
    y: box.top - page.top,
    width: box.width,
    height: box.height,
    href: canvas.toDataURL("image/png"),
    pixelated: false,
    clip: clipOf(box, page),
  });
}

/** The bar of a fraction. @param {Element} element @param {CSSStyleDeclaration} style @param {Page} page */
function bar(element, style, page) {
  const [top, bottom] = [element.children[0].getBoundingClientRect(), element.children[1].getBoundingClientRect()];
  const box = element.getBoundingClientRect();
  page.items.push({
    type: "box",
    x: box.left - page.left,
    y: (top.bottom + bottom.top) / 2 - page.top,
    width: box.width,
    height: 1,
    radius: 0,
    fill: style.color,
    stroke: null,
    strokeWidth: 0,
  });
}

/**
 * A text node line by line, as it is broken on the screen.
 * @param {Text} node
 * @param {CSSStyleDeclaration} style
 * @param {Page} page
 */
function texts(node, style, page) {
  const range = document.createRange();
  /** @type {{ text: string, box: DOMRect, right: number }[]} */
  const lines = [];
  for (const { 0: word, index } of node.data.matchAll(/\S+\s*/g)) {
    range.setStart(node, index);
    range.setEnd(node, index + word.trimEnd().length);
    for (const box of range.getClientRects()) {
      const last = lines[lines.length - 1];
      if (last && Math.abs(last.box.top - box.top) < 2) {
        last.text += ` ${word.trimEnd()}`;
        last.right = box.right;
      } else lines.push({ text: word.trimEnd(), box, right: box.right });
      break;
    }
  }
  const size = parseFloat(style.fontSize);
  // A formula's variable of one letter is slanted by its tag, not by its style.
  const slanted = node.parentElement?.localName === "mi" && node.data.length === 1;
  for (const { text, box, right } of lines) {
    const middle = (box.top + box.bottom) / 2;
    if (middle < page.clip.top || middle > page.clip.bottom || box.left > page.clip.right || right < page.clip.left)
      continue;
    // The baseline of common fonts lies a third of the size below the middle of the line box.
    page.items.push({
      type: "text",
      x: box.left - page.left,
      y: middle + 0.35 * size - page.top,
      text,
      size,
      weight: style.fontWeight,
      style: slanted ? "italic" : style.fontStyle,
      family: style.fontFamily.replaceAll('"', "'"),
      fill: style.color,
      width: right - box.left,
    });
  }
}

/** The shapes and texts of an inline SVG. @param {SVGElement} root @param {Page} page */
function drawing(root, page) {
  if (root.matches(".icon")) return;
  for (const shape of root.querySelectorAll("path, circle, text")) {
    const style = getComputedStyle(shape);
    const matrix = /** @type {SVGGraphicsElement} */ (shape).getScreenCTM();
    if (!matrix || style.display === "none") continue;
    const { a, b, c, d, e, f } = matrix;
    if (shape.localName === "text") {
      const box = shape.getBoundingClientRect();
      page.items.push({
        type: "text",
        x: box.left - page.left,
        y: box.bottom - page.top - 0.25 * box.height,
        text: shape.textContent ?? "",
        size: parseFloat(style.fontSize) * a,
        weight: style.fontWeight,
        style: style.fontStyle,
        family: style.fontFamily.replaceAll('"', "'"),
        fill: style.fill,
        width: box.width,
      });
      continue;
    }
    const radius = Number(shape.getAttribute("r") ?? 0);
    const path =
      shape.localName === "circle"
        ? `M${-radius} 0a${radius} ${radius} 0 1 0 ${2 * radius} 0a${radius} ${radius} 0 1 0 ${-2 * radius} 0z`
        : (shape.getAttribute("d") ?? "");
    const centre =
      shape.localName === "circle"
        ? [Number(shape.getAttribute("cx") ?? 0), Number(shape.getAttribute("cy") ?? 0)]
        : [0, 0];
    const moved = [a, b, c, d, e - page.left + a * centre[0], f - page.top + d * centre[1]];
    page.items.push({
      type: "path",
      d: path,
      transform: `matrix(${moved.map((value) => Math.round(value * 1000) / 1000).join(" ")})`,
      fill: style.fill === "none" ? null : visible(style.fill),
      stroke: style.stroke === "none" ? null : visible(style.stroke),
      strokeWidth: parseFloat(style.strokeWidth) || 0,
      dash: style.strokeDasharray === "none" ? "" : style.strokeDasharray,
    });
  }
}
