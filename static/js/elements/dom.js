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
 * @param {...(Node | string | number | null | undefined | false | (Node | string | number | null | undefined |
 *   false)[])} children
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

let groups = 0;

/**
 * Controls under a title. Not a fieldset with its legend: where the fieldset is a flex or a grid box, WebKit keeps the
 * legend on its upper edge and Chromium and Firefox lay it out like any other child.
 * @param {Record<string, any>} attributes
 * @param {string} title
 * @param {...(Node | Node[])} children
 * @returns {HTMLElement}
 */
export function titled(attributes, title, ...children) {
  const id = `group-title-${++groups}`;
  return h(
    "div",
    { role: "group", ...attributes, "aria-labelledby": id },
    h("span", { class: "group-title", id }, title),
    ...children,
  );
}

/** Replace all children. @param {Element} parent @param {...(Node | string)} children */
export function fill(parent, ...children) {
  parent.replaceChildren(...children);
}
