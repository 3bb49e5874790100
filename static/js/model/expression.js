// @ts-check
/**
 * A formula as a tree. From one tree come the typeset formula (MathML) and the spoken sentence (`formula/`);
 * an operation writes it from a trace (`operations/`).
 *
 * @typedef {import("./explain.js").ValueIndex} ValueIndex
 * @typedef {{ type: "number", value: number, valueIndex?: ValueIndex, sign?: boolean, note?: string,
 *   negated?: boolean }} NumberNode `valueIndex`: where the number can be followed to; `note`: the key of its label
 *   (`views.note`), where its place does not say what it is; `sign` false: an exact number of the formula, written as
 *   it is; `negated`: its minus stands before it as an operator
 * @typedef {{ type: "name", text: string, valueIndex?: ValueIndex }} NameNode a value, in NumPy's notation
 * @typedef {{ type: "symbol", text: string }} SymbolNode
 * @typedef {{ type: "sum", items: Node[] }} SumNode
 * @typedef {{ type: "negation", body: Node }} NegationNode −x
 * @typedef {{ type: "product", items: Node[] }} ProductNode
 * @typedef {{ type: "fraction", top: Node, bottom: Node }} FractionNode
 * @typedef {{ type: "power", base: Node, exponent: Node }} PowerNode
 * @typedef {{ type: "root", body: Node }} RootNode
 * @typedef {{ type: "call", name: string, items: Node[] }} CallNode
 * @typedef {{ type: "subtotal", of: string, node: Node }} SubtotalNode one channel's part of a sum
 * @typedef {{ type: "more", count: number, value: number, negated?: boolean }} MoreNode the terms that are not written
 *   out, added up
 * @typedef {{ type: "equal", items: Node[] }} EqualNode
 * @typedef {NumberNode | NameNode | SymbolNode | SumNode | NegationNode | ProductNode | FractionNode | PowerNode |
 *   RootNode | CallNode | SubtotalNode | MoreNode | EqualNode} Node
 */

/**
 * How firmly a node holds together: inside one that holds more firmly it needs parentheses. A negative number begins
 * with a minus and counts as a negation.
 * @type {Readonly<Record<Node["type"], number>>}
 */
export const PRECEDENCE = {
  equal: 0,
  sum: 1,
  negation: 2,
  product: 3,
  fraction: 4,
  power: 5,
  root: 6,
  call: 6,
  number: 6,
  name: 6,
  symbol: 6,
  subtotal: 6,
  more: 6,
};

/** What a subtotal stands for, itself otherwise. @param {Node} node */
const bare = (node) => (node.type === "subtotal" ? node.node : node);

/** Whether a node is a number below 0, which is written with a minus before it. @param {Node} node */
export function isNegative(node) {
  const inner = bare(node);
  return (inner.type === "number" || inner.type === "more") && inner.value < 0;
}

/** @param {Node} node @param {Readonly<Record<Node["type"], number>>} [table] another medium's precedence */
export const precedenceOf = (node, table = PRECEDENCE) => table[isNegative(node) ? "negation" : bare(node).type];

/** @param {number} value @param {Partial<NumberNode>} [more] @returns {NumberNode} */
export const number = (value, more = {}) => ({ type: "number", value, ...more });

/** A number that belongs to the formula itself: the 1 in 1 / (1 + e⁻ˣ). @param {number} value */
export const literal = (value) => number(value, { sign: false });

/** @param {string} text @returns {SymbolNode} */
export const symbol = (text) => ({ type: "symbol", text });

/** @param {...Node} items @returns {SumNode} */
export const sum = (...items) => ({ type: "sum", items });

/** @param {Node} body @returns {NegationNode} */
export const negation = (body) => ({ type: "negation", body });

/** @param {...Node} items @returns {ProductNode} */
export const product = (...items) => ({ type: "product", items });

/** @param {Node} top @param {Node} bottom @returns {FractionNode} */
export const fraction = (top, bottom) => ({ type: "fraction", top, bottom });

/** @param {Node} base @param {Node} exponent @returns {PowerNode} */
export const power = (base, exponent) => ({ type: "power", base, exponent });

/** e to the power of something. @param {Node} exponent */
export const exponential = (exponent) => power(symbol("e"), exponent);

/** @param {Node} body @returns {RootNode} */
export const root = (body) => ({ type: "root", body });

/** @param {string} name @param {...Node} items @returns {CallNode} */
export const call = (name, ...items) => ({ type: "call", name, items });

/** A term's value, with the way to it. @param {import("./trace.js").Term} term @param {readonly string[]} sources */
export const operand = ({ value, padding, at, source }, sources) =>
  number(value, padding || sources[source] === undefined ? {} : { valueIndex: { layer: sources[source], at } });

/** What is left out of a sum, added up; nothing where nothing is. @param {number[]} values @returns {MoreNode[]} */
export const remainder = (values) =>
  values.length
    ? [{ type: "more", count: values.length, value: values.reduce((total, value) => total + value, 0) }]
    : [];
