// @ts-check
/**
 * A formula as a sentence for screen readers, from the same tree as the typeset one.
 * Words come from the catalogue under `views.say`.
 *
 * @typedef {import("../model/expression.js").Node} Node
 * @typedef {(key: string, params?: Record<string, string | number>) => string} Words
 */
import { rounded } from "./mathml.js";
import { isNegative, PRECEDENCE, precedenceOf } from "../model/expression.js";

/**
 * How firmly things hold together when they are said. No bar ends a fraction in speech and no parenthesis a list:
 * both reach as far as they can, so they hold loosest. What follows "the square root of" or "tanh of" is one thing.
 * @type {Record<Node["type"], number>}
 */
const SPOKEN = { ...PRECEDENCE, fraction: 0.5, negation: 4, root: 5, call: 5 };
/** A list of several, as in "the largest of 1, 2, 3". */
const LIST = 0.5;

/** @param {Node} node */
const holds = (node) => (node.type === "call" && node.items.length > 1 ? LIST : precedenceOf(node, SPOKEN));

/**
 * @typedef {object} Voice
 * @property {Words} t
 * @property {(value: number) => string} format a number that is not below 0
 */

/** @param {Node} node @param {Words} t @param {Voice["format"]} [format] @returns {string} */
export const speak = (node, t, format = (value) => rounded(value, { sign: false })) => say(node, { t, format });

/** @param {Node} node @param {Voice} voice @returns {string} */
const say = (node, voice) => SAY[node.type](/** @type {any} */ (node), voice);

/** A node at a place where something must hold at least this firmly: in spoken parentheses where it does not.
 * @param {Node} node @param {number} least @param {Voice} voice */
const within = (node, least, voice) =>
  holds(node) < least ? voice.t("views.say.group", { a: say(node, voice) }) : say(node, voice);

/** @param {Node[]} items @param {string} between @param {number} least @param {Voice} voice */
const joined = (items, between, least, voice) =>
  items.map((item) => within(item, least, voice)).join(` ${voice.t(between)} `);

/** What a minus, a root or a function's name is said of: one thing, of which a sign is no part.
 * @param {Node} node @param {Voice} voice */
const single = (node, voice) => within(node, isNegative(node) ? 0 : SPOKEN.number, voice);

/**
 * Screen readers read U+2212 unevenly: say the sign.
 * @param {number} value
 * @param {Voice} voice
 * @param {Voice["format"]} [format]
 */
const number = (value, { t, format: usual }, format = usual) =>
  value < 0 ? t("views.say.minus", { a: format(-value) }) : format(value);

/** @type {Record<string, (node: any, voice: Voice) => string>} */
const SAY = {
  number: ({ value, sign }, voice) => number(value, voice, sign === false ? String : undefined),
  name: ({ text }) => text,
  symbol: ({ text }) => text,
  sum: ({ items }, voice) => joined(items, "views.say.plus", SPOKEN.product, voice),
  negation: ({ body }, voice) => voice.t("views.say.minus", { a: single(body, voice) }),
  product: ({ items }, voice) => joined(items, "views.say.times", SPOKEN.product, voice),
  fraction: ({ top, bottom }, voice) =>
    voice.t("views.say.over", { a: within(top, SPOKEN.sum, voice), b: within(bottom, SPOKEN.sum, voice) }),
  power: ({ base, exponent }, voice) =>
    voice.t("views.say.power", {
      a: within(base, SPOKEN.number, voice),
      b: exponent.type === "negation" ? say(exponent, voice) : single(exponent, voice),
    }),
  root: ({ body }, voice) => voice.t("views.say.root", { a: single(body, voice) }),
  call: ({ name, items }, voice) =>
    items.length > 1
      ? voice.t(`views.say.${name}`, {
          a: items.map((/** @type {Node} */ item) => within(item, SPOKEN.sum, voice)).join(voice.t("views.say.comma")),
        })
      : voice.t("views.say.call", { name, a: single(items[0], voice) }),
  subtotal: ({ node }, voice) => say(node, voice),
  more: ({ count, value }, voice) => voice.t("views.say.more", { count, a: number(value, voice) }),
  equal: ({ items }, voice) => joined(items, "views.say.equals", 0, voice),
};
