// @ts-check
/**
 * A formula as MathML, described without a DOM: `[tag, attributes, ...children]`.
 *
 * Browsers do not break lines inside `<math>`, so a long equation comes as a list of parts, each
 * a small formula of its own, between which the page may break. A fraction with a long sum comes as the
 * parts above and below its bar, which the page draws.
 *
 * @typedef {[string, Record<string, any>, ...any[]]} Markup
 * @typedef {Markup | { top: Markup[], bottom: Markup[] }} Part
 * @typedef {import("../model/expression.js").Node} Node
 * @typedef {object} Look
 * @property {(value: number, options: { sign: boolean }) => string} format a rounded value as text
 * @property {(key: string, params?: Record<string, string | number>) => string} words labels under numbers, from the
 *   catalogue
 */
import { signed } from "../core/i18n.js";
import { isNegative, PRECEDENCE, precedenceOf } from "../model/expression.js";

/** Rounded as in every readout; the sign of a positive number only where asked for.
 * @param {number} value @param {{ sign: boolean }} options */
export const rounded = (value, { sign }) => {
  const text = signed(value);
  return sign || value <= 0 ? text : text.slice(1);
};

/** @type {Look} */
const PLAIN = { format: rounded, words: (key) => key };

/** @param {Node} node @param {Look} [look] @returns {Part[]} */
export function parts(node, look = PLAIN) {
  if (node.type !== "equal") return [row(markup(node, look))];
  return node.items.flatMap((item, index) => {
    const relation = index === 0 ? [] : [operator("=")];
    if (item.type === "sum") return summands(item, look, relation);
    if (item.type !== "fraction" || !(long(item.top) || long(item.bottom)))
      return [row(...relation, markup(item, look))];
    const side = (/** @type {Node} */ one) => (one.type === "sum" ? summands(one, look) : [row(markup(one, look))]);
    return [...relation.map((sign) => row(sign)), { top: side(item.top), bottom: side(item.bottom) }];
  });
}

/** @param {import("../model/expression.js").SumNode} sum @param {Look} look @param {Markup[]} [relation] */
const summands = ({ items }, look, relation = []) =>
  items.map((term, position) => row(...(position === 0 ? relation : []), ...added(term, position, look)));

/** Whether a fraction with this above or below its bar must be able to break. @param {Node} node */
const long = (node) => node.type === "sum" && node.items.length > 4;

/** @param {Node} node @param {Look} look @returns {Markup} */
export const markup = (node, look = PLAIN) => RENDER[node.type](/** @type {any} */ (node), look);

/** @param {...Markup} children @returns {Markup} */
const row = (...children) => ["mrow", {}, ...children];
/** @param {string} text @returns {Markup} */
const operator = (text) => ["mo", {}, text];

/**
 * A node at a place where something must hold at least this firmly: in parentheses where it does not. After an operator
 * nothing may begin with a minus, so a product there has its negative first factor in parentheses.
 * @param {Node} node @param {Node["type"]} least @param {Look} look
 * @returns {Markup}
 */
function within(node, least, look) {
  if (precedenceOf(node) < PRECEDENCE[least]) return row(operator("("), markup(node, look), operator(")"));
  return node.type === "product" && least === "product" ? factors(node, "product", look) : markup(node, look);
}

/**
 * A term of a sum with the sign before it: `+ 0.16`, `− 0.01`.
 * @param {Node} term
 * @param {number} position
 * @param {Look} look
 */
function added(term, position, look) {
  if (isNegative(term)) return [operator("−"), markup(turned(term), look)];
  if (term.type === "negation") return [operator("−"), within(term.body, "product", look)];
  if (position === 0) return [within(term, "negation", look)];
  return [operator("+"), within(term, "product", look)];
}

/** A negative number without its minus, which stands before it as an operator. @param {Node} node @returns {Node} */
function turned(node) {
  if (node.type === "subtotal") return { ...node, node: turned(node.node) };
  return node.type === "number" || node.type === "more" ? { ...node, value: -node.value, negated: true } : node;
}

/**
 * @param {import("../model/expression.js").ProductNode} product
 * @param {Node["type"]} first what its first factor must hold as firmly as
 * @param {Look} look
 * @returns {Markup}
 */
const factors = ({ items: [leading, ...others] }, first, look) =>
  row(within(leading, first, look), ...others.flatMap((item) => [operator("·"), within(item, "product", look)]));

/** @param {Markup} body @param {string} label @returns {Markup} */
const under = (body, label) => ["munder", {}, body, ["mtext", { class: "under" }, label]];

/** @type {Record<string, (node: any, look: Look) => Markup>} */
const RENDER = {
  number: ({ value, valueIndex, note, negated, sign }, look) => {
    const text = sign === false ? String(value).replace("-", "−") : look.format(value, { sign: false });
    /** @type {Markup} */
    const number = [
      "mn",
      {
        "data-value": negated ? -value : value,
        ...(valueIndex ? { "data-place": `${valueIndex.layer}[${valueIndex.at.join(",")}]` } : {}),
      },
      text,
    ];
    return note ? under(number, look.words(`views.note.${note}`)) : number;
  },
  name: ({ text }) => ["mtext", { class: "name" }, text],
  symbol: ({ text }) => ["mi", {}, text],
  sum: ({ items }, look) =>
    row(...items.flatMap((/** @type {Node} */ item, /** @type {number} */ index) => added(item, index, look))),
  negation: ({ body }, look) => row(operator("−"), within(body, "product", look)),
  product: (product, look) => factors(product, "negation", look),
  fraction: ({ top, bottom }, look) => ["mfrac", {}, markup(top, look), markup(bottom, look)],
  power: ({ base, exponent }, look) => ["msup", {}, within(base, "root", look), row(markup(exponent, look))],
  root: ({ body }, look) => ["msqrt", {}, markup(body, look)],
  call: ({ name, items }, look) =>
    row(
      ["mi", {}, name],
      operator("("),
      ...items.flatMap((/** @type {Node} */ item, /** @type {number} */ index) =>
        index ? [operator(","), markup(item, look)] : [markup(item, look)],
      ),
      operator(")"),
    ),
  subtotal: ({ of, node }, look) => {
    const [tag, attributes, ...children] = markup(node, look);
    return [tag, { ...attributes, "data-part": of }, ...children];
  },
  more: ({ count, value, negated }, look) =>
    under(
      ["mn", { "data-value": negated ? -value : value, "data-more": count }, look.format(value, { sign: false })],
      look.words("views.note.more", { count }),
    ),
  equal: ({ items }, look) =>
    row(
      ...items.flatMap((/** @type {Node} */ item, /** @type {number} */ index) =>
        index ? [operator("="), markup(item, look)] : [markup(item, look)],
      ),
    ),
};
