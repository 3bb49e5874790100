// @ts-check
/**
 * A formula as a sentence for screen readers, from the same tree as the typeset one.
 * Words come from the catalogue under `views.say`.
 *
 * @typedef {import("../model/expression.js").Node} Node
 * @typedef {(key: string, params?: Record<string, string | number>) => string} Words
 */
import { rounded } from "./mathml.js";

/** @param {Node} node @param {Words} t @returns {string} */
export const speak = (node, t) => SPEAK[node.type](/** @type {any} */ (node), t);

/** @param {Node[]} items @param {string} between @param {Words} t */
const joined = (items, between, t) => items.map((item) => speak(item, t)).join(` ${t(between)} `);

/** Screen readers read U+2212 unevenly: say the sign. @param {number} value @param {Words} t */
const spoken = (value, t) =>
  value < 0 ? t("views.say.minus", { a: rounded(-value, { sign: false }) }) : rounded(value, { sign: false });

/** @type {Record<string, (node: any, t: Words) => string>} */
const SPEAK = {
  number: ({ value, sign }, t) => (sign === false ? String(value) : spoken(value, t)),
  name: ({ text }) => text,
  symbol: ({ text }, t) => (text === "−" ? t("views.say.minus_sign") : text),
  sum: ({ items }, t) => joined(items, "views.say.plus", t),
  product: ({ items }, t) =>
    items[0].type === "symbol" ? `${speak(items[0], t)} ${speak(items[1], t)}` : joined(items, "views.say.times", t),
  fraction: ({ top, bottom }, t) => t("views.say.over", { a: speak(top, t), b: speak(bottom, t) }),
  power: ({ base, exponent }, t) => t("views.say.power", { a: speak(base, t), b: speak(exponent, t) }),
  root: ({ body }, t) => t("views.say.root", { a: speak(body, t) }),
  call: ({ name, items }, t) =>
    t(name === "max" ? "views.say.max" : "views.say.call", {
      name,
      a: items.map((/** @type {Node} */ item) => speak(item, t)).join(t("views.say.comma")),
    }),
  subtotal: ({ node }, t) => speak(node, t),
  more: ({ count, value }, t) => t("views.say.more", { count, a: spoken(value, t) }),
  equal: ({ items }, t) => joined(items, "views.say.equals", t),
};
