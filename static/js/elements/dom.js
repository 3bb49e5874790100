// @ts-check
/**
 * Build DOM in one expression: `h("button", { class: "quiet", onclick: open }, "Open")`.
 *
 * Names with `on` are listeners, `data-…`, `aria-…` and the like attributes; `null`, `undefined`
 * and `false` leave an attribute out, `true` sets it empty. `style` is refused: the
 * Content-Security-Policy has no inline styles (use classes, SVG attributes or the CSSOM).
 *
 * @param {string} tag `svg:path` makes an SVG element, `math:mrow` a MathML one
 * @param {Record<string, any> | null} [attributes]
 * @param {...(Node | string | number | null | undefined | false | (Node | string | number | null | undefined | false)[])} children
 * @returns {any}
 */
export function h(tag, attributes, ...children) {
  const [space, name] = tag.includes(":") ? tag.split(":") : ["", tag];
  const element = space ? document.createElementNS(NAMESPACES[space], name) : document.createElement(name);
  for (const [key, value] of Object.entries(attributes ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (key === "style") throw new Error("h(): no inline styles; set element.style properties from code");
    if (key.startsWith("on") && typeof value === "function") element.addEventListener(key.slice(2), value);
    else element.setAttribute(key, value === true ? "" : String(value));
  }
  element.append(
    ...children
      .flat()
      .filter((child) => child !== null && child !== undefined && child !== false)
      .map((child) => (child instanceof Node ? child : String(child))),
  );
  return element;
}

/** @type {Record<string, string>} */
const NAMESPACES = { svg: "http://www.w3.org/2000/svg", math: "http://www.w3.org/1998/Math/MathML" };

/** Replace all children. @param {Element} parent @param {...(Node | string)} children */
export function fill(parent, ...children) {
  parent.replaceChildren(...children);
}
