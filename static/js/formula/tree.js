// @ts-check
/**
 * A trace as a formula: one tree, from which the typeset formula (MathML), the spoken sentence
 * and the list of operands are made.
 *
 * @typedef {import("../model/explain.js").Spot} Spot
 * @typedef {{ type: "number", value: number, spot?: Spot, sign?: boolean, note?: string, negated?: boolean }} NumberNode `spot`: where the number can be followed to; `negated`: its minus stands before it as an operator
 * @typedef {{ type: "name", text: string, spot?: Spot }} NameNode a value, in NumPy's notation
 * @typedef {{ type: "symbol", text: string }} SymbolNode
 * @typedef {{ type: "sum", items: Node[] }} SumNode
 * @typedef {{ type: "product", items: Node[] }} ProductNode
 * @typedef {{ type: "fraction", top: Node, bottom: Node }} FractionNode
 * @typedef {{ type: "power", base: Node, exponent: Node }} PowerNode
 * @typedef {{ type: "root", body: Node }} RootNode
 * @typedef {{ type: "call", name: string, items: Node[] }} CallNode
 * @typedef {{ type: "subtotal", of: string, node: Node }} SubtotalNode one channel's part of a sum
 * @typedef {{ type: "more", count: number, value: number }} MoreNode the terms that are not written out, added up
 * @typedef {{ type: "equal", items: Node[] }} EqualNode
 * @typedef {NumberNode | NameNode | SymbolNode | SumNode | ProductNode | FractionNode | PowerNode | RootNode | CallNode | SubtotalNode | MoreNode | EqualNode} Node
 */
import { product } from "../model/trace.js";
import { partialsAt } from "../model/partial-sums.js";
import { rankedTerms, termSpot } from "../model/explain.js";

/** How many terms of a sum are written out before the rest is added up. */
export const WRITTEN_TERMS = 12;

/** `conv_1_2[3, 30, 24]` @param {Spot} spot */
export const nameOf = ({ layer, at }) => `${layer}[${at.join(", ")}]`;

/** @param {number} value @param {Partial<NumberNode>} [more] @returns {NumberNode} */
const number = (value, more = {}) => ({ type: "number", value, ...more });
/** @param {string} text @returns {SymbolNode} */
const symbol = (text) => ({ type: "symbol", text });

/** A term's value, with the way to it. @param {import("../model/trace.js").Term} term @param {readonly string[]} sources */
const operand = (term, sources) => number(term.value, term.padding ? {} : { spot: termSpot({ sources }, term) });

/**
 * The formula with its real operands: `conv_1_2[3, 30, 24] = 0.05 + 0.16 − 0.01 + … = 0.38`.
 * @param {import("../model/explain.js").Explanation} explanation
 * @param {{ written?: number }} [options]
 * @returns {EqualNode}
 */
export function formulaOf({ spot, value, trace, sources }, { written = WRITTEN_TERMS } = {}) {
  const name = /** @type {NameNode} */ ({ type: "name", text: nameOf(spot) });
  const result = number(value, { spot });
  if (!trace) return { type: "equal", items: [name, result] };
  return { type: "equal", items: [name, BODIES[trace.operation](trace, sources, written), result] };
}

/** @typedef {(trace: import("../model/trace.js").Trace, sources: readonly string[], written: number) => Node} Body */

/** Sums over maps are written as one part for each map, all others as products by size. @type {Body} */
function weightedSum(trace, sources, written) {
  const bias = trace.bias === null ? [] : [number(trace.bias, { note: "bias" })];
  const channels = channelCount(trace);
  if (channels > 1 && channels < trace.terms.length) {
    const each = trace.terms.length / channels;
    const partials = [...partialsAt(trace, channels)].map((value, index) => ({
      value,
      term: trace.terms[index * each],
    }));
    const shown =
      channels <= written
        ? partials
        : [...partials].sort((a, b) => Math.abs(b.value) - Math.abs(a.value)).slice(0, written);
    const rest = partials.filter((part) => !shown.includes(part));
    return {
      type: "sum",
      items: [
        ...shown.map(
          ({ value, term }) =>
            /** @type {Node} */ ({
              type: "subtotal",
              of: `${sources[term.source]}[${term.at[0]}]`,
              node: number(value),
            }),
        ),
        ...remainder(rest.map(({ value }) => value)),
        ...bias,
      ],
    };
  }
  const ranked = trace.terms.length <= written ? trace.terms : rankedTerms(trace).map(({ term }) => term);
  const items = ranked.slice(0, written).map(
    (term) =>
      /** @type {Node} */ ({
        type: "product",
        items: [operand(term, sources), number(term.weight ?? 1, { note: "weight" })],
      }),
  );
  return { type: "sum", items: [...items, ...remainder(ranked.slice(written).map(product)), ...bias] };
}

/** @param {number[]} values @returns {MoreNode[]} */
const remainder = (values) =>
  values.length ? [{ type: "more", count: values.length, value: values.reduce((sum, value) => sum + value, 0) }] : [];

/** How many maps a weighted sum reads; 0 where it reads a vector. @param {import("../model/trace.js").Trace} trace */
export const channelCount = (trace) =>
  trace.terms[0]?.at.length === 3 ? new Set(trace.terms.map((term) => term.at[0])).size : 0;

/** @type {Record<string, Body>} */
const BODIES = {
  weighted_sum: weightedSum,
  mean: (trace, sources, written) => ({
    type: "fraction",
    top: {
      type: "sum",
      items: [
        ...trace.terms.slice(0, 4 * written).map((term) => operand(term, sources)),
        ...remainder(trace.terms.slice(4 * written).map((term) => term.value)),
      ],
    },
    bottom: number(trace.terms.length, { sign: false }),
  }),
  maximum: (trace, sources, written) => ({
    type: "call",
    name: "max",
    items: trace.terms.slice(0, 4 * written).map((term) => operand(term, sources)),
  }),
  relu: ({ terms }, sources) => ({
    type: "call",
    name: "max",
    items: [number(0, { sign: false }), operand(terms[0], sources)],
  }),
  leaky_relu: ({ terms, constants }, sources) =>
    terms[0].value > 0
      ? operand(terms[0], sources)
      : { type: "product", items: [number(constants.slope, { note: "slope" }), operand(terms[0], sources)] },
  sigmoid: ({ terms }, sources) => ({
    type: "fraction",
    top: number(1, { sign: false }),
    bottom: {
      type: "sum",
      items: [
        number(1, { sign: false }),
        {
          type: "power",
          base: symbol("e"),
          exponent: { type: "product", items: [symbol("−"), operand(terms[0], sources)] },
        },
      ],
    },
  }),
  tanh: ({ terms }, sources) => ({ type: "call", name: "tanh", items: [operand(terms[0], sources)] }),
  copy: ({ terms }, sources) => operand(terms[0], sources),
  softmax: ({ terms, at }, sources, written) => {
    const power = (/** @type {import("../model/trace.js").Term} */ term) =>
      /** @type {Node} */ ({ type: "power", base: symbol("e"), exponent: operand(term, sources) });
    const largestFirst = [...terms].sort((a, b) => b.value - a.value);
    const shown = terms.length <= written ? terms : largestFirst.slice(0, written);
    const rest = terms.length <= written ? [] : largestFirst.slice(written).map(({ value }) => Math.exp(value));
    return {
      type: "fraction",
      top: power(terms[at[0]]),
      bottom: { type: "sum", items: [...shown.map(power), ...remainder(rest)] },
    };
  },
  normalise: ({ terms, constants: { mean, variance, epsilon, scale, shift } }, sources) => ({
    type: "sum",
    items: [
      {
        type: "product",
        items: [
          {
            type: "fraction",
            top: { type: "sum", items: [operand(terms[0], sources), number(-mean, { note: "mean" })] },
            bottom: {
              type: "root",
              body: {
                type: "sum",
                items: [number(variance, { note: "variance" }), number(epsilon, { note: "epsilon" })],
              },
            },
          },
          number(scale, { note: "scale" }),
        ],
      },
      number(shift, { note: "shift" }),
    ],
  }),
};
