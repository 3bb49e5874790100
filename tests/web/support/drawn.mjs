// What a formula says, read as a person reads it: from the typeset markup and from the spoken sentence alone.
import { createTranslator } from "../../../static/js/core/i18n.js";

/** Sums, products, powers and signs of tokens, with the usual precedence. A token is a number, a name or a sign. */
class Reader {
  constructor(tokens, { spoken = false } = {}) {
    this.tokens = tokens;
    this.position = 0;
    this.spoken = spoken;
  }

  peek = () => this.tokens[this.position];
  take = () => this.tokens[this.position++];
  expect(token) {
    const found = this.take();
    if (found !== token) throw new Error(`${token} expected, ${found} found in ${this.tokens.join(" ")}`);
  }
  try(token) {
    if (this.peek() !== token) return false;
    this.position++;
    return true;
  }

  /** Everything: what is left over is a mistake. */
  all() {
    const value = this.list()[0];
    if (this.position !== this.tokens.length) throw new Error(`${this.peek()} left over in ${this.tokens.join(" ")}`);
    return value;
  }

  /** In speech a fraction and a list reach from the beginning of their group to its end. */
  list() {
    if (this.spoken && LISTS[this.peek()]) return [LISTS[this.take()](this.items())];
    const values = this.items();
    const list = /^post(max|min)$/.exec(String(this.peek()))?.[1];
    return list && this.try(`post${list}`) ? [LISTS[list](values)] : values;
  }

  items() {
    const values = [this.quotient()];
    while (this.try(",")) values.push(this.quotient());
    return values;
  }

  quotient() {
    const top = this.sum();
    return this.spoken && this.try("÷") ? top / this.sum() : top;
  }

  sum() {
    let value = this.try("−") ? -this.product() : this.product();
    for (;;)
      if (this.try("+")) value += this.spoken && this.try("−") ? -this.product() : this.product();
      else if (!this.spoken && this.try("−")) value -= this.product();
      else return value;
  }

  product() {
    let value = this.power();
    while (this.try("·")) value *= this.power();
    return value;
  }

  /** Only in speech a sign may follow an operator: "2 times minus 3". */
  power() {
    if (this.spoken && this.try("−")) return -this.power();
    let value = this.atom();
    for (;;) {
      if (this.try("^")) {
        value = value ** this.power();
        this.try("end^");
      } else if (this.try("post√")) value = Math.sqrt(value);
      else return value;
    }
  }

  atom() {
    const token = this.take();
    if (typeof token === "number") return token;
    if (CONSTANTS[token]) return CONSTANTS[token];
    if (token === "(") {
      const [value] = this.list();
      this.expect(")");
      return value;
    }
    if (token === "√") return Math.sqrt(this.spoken && this.try("−") ? -this.atom() : this.atom());
    if (FUNCTIONS[token]) {
      if (this.spoken) return FUNCTIONS[token](this.try("−") ? -this.atom() : this.atom());
      this.expect("(");
      const values = this.list();
      this.expect(")");
      return FUNCTIONS[token](...values);
    }
    throw new Error(`${token} means nothing in ${this.tokens.join(" ")}`);
  }
}

const LISTS = { max: (values) => Math.max(...values), min: (values) => Math.min(...values) };
const FUNCTIONS = { max: Math.max, min: Math.min, tanh: Math.tanh, ln: Math.log, erf };
const CONSTANTS = { e: Math.E, π: Math.PI };

/** 2/√π · ∫₀ˣ e^−t² dt by Simpson's rule. @param {number} x */
function erf(x) {
  const [steps, end] = [4000, Math.max(-8, Math.min(8, x))];
  let sum = 0;
  for (let i = 0; i <= steps; i++)
    sum += (i === 0 || i === steps ? 1 : i % 2 ? 4 : 2) * Math.exp(-(((i * end) / steps) ** 2));
  return (2 / Math.sqrt(Math.PI)) * sum * (end / steps / 3);
}

/** Every part of an equation as a value: [what is calculated, the result]. */
const sides = (tokens, options) => {
  const found = [[]];
  for (const token of tokens) token === "=" ? found.push([]) : found[found.length - 1].push(token);
  return found.filter((side) => side.length).map((side) => new Reader(side, options).all());
};

const evaluateMarkup = (children) => new Reader(children.flatMap(tokensOf)).all();

/** @param {any} node markup, or the two halves of a fraction that the page draws @returns {(number | string)[]} */
function tokensOf(node) {
  if (!Array.isArray(node)) return [evaluateMarkup(node.top) / evaluateMarkup(node.bottom)];
  const [tag, , ...children] = node;
  switch (tag) {
    case "mrow":
      return children.flatMap(tokensOf);
    case "mn":
      return children[0].startsWith("−") ? ["−", Number(children[0].slice(1))] : [Number(children[0])];
    case "mo":
    case "mi":
      return [children[0]];
    case "mtext":
      return [];
    case "munder": // its label says what the number is
      return tokensOf(children[0]);
    case "mfrac":
      return [evaluateMarkup([children[0]]) / evaluateMarkup([children[1]])];
    case "msqrt":
      return [Math.sqrt(evaluateMarkup(children))];
    case "msup":
      return [...tokensOf(children[0]), "^", evaluateMarkup([children[1]])];
    default:
      throw new Error(`<${tag}> is not read here`);
  }
}

/**
 * The values of an equation's sides as it is typeset, its name left out.
 * @param {any[]} pieces of `parts` or one `markup`
 */
export const typeset = (pieces) => sides(pieces.flatMap(tokensOf));

/**
 * A reader of sentences in one language, made from the catalogue's own phrases.
 * @param {string} language @param {any} say the phrases, `views.say`
 */
export function listener(language, say) {
  const { t } = createTranslator(language, { say });
  const mark = (key) => t(`say.${key}`, { a: "\u0001", b: "\u0002", name: "\u0003" });
  /** Phrases and the tokens that stand for what is around their holes. */
  const phrases = [
    [` ${say.equals} `, ["="]],
    [` ${say.plus} `, ["+"]],
    [` ${say.times} `, ["·"]],
    ...["over", "power", "minus", "root", "group", "max", "min"].flatMap((key) => {
      const [before, middle, after] = mark(key).split(/[\u0001\u0002]/);
      const two = mark(key).includes("\u0002");
      const token = { over: "÷", power: "^", minus: "−", root: "√", max: "max", min: "min" }[key];
      if (key === "group")
        return [
          [before, ["("]],
          [middle, [")"]],
        ];
      if (two)
        return [
          [middle, [token]],
          [after, ["end^"]],
        ];
      return [
        [before, [token]],
        [middle, [`post${token}`]],
      ];
    }),
    ...Object.keys(FUNCTIONS).flatMap((name) => {
      const [before, after] = t("say.call", { name, a: "\u0001" }).split("\u0001");
      return [
        [before, after ? [name, "("] : [name]],
        [after, [")"]],
      ];
    }),
    [say.comma, [","]],
  ].filter(([phrase]) => phrase);
  phrases.sort(([a], [b]) => b.length - a.length);
  const more = new RegExp(
    t("say.more", { count: "\u0001", a: "\u0002" }).replace("\u0001", "\\d+").replace("\u0002", ""),
  );
  return (sentence) => {
    const tokens = [];
    let rest = sentence.slice(sentence.indexOf("]") + 1);
    while (rest) {
      const phrase = phrases.find(([words]) => rest.startsWith(words));
      const number = /^\d+(?:\.\d+)?(?:e[+-]?\d+)?/.exec(rest);
      const left = new RegExp(`^${more.source}`).exec(rest);
      if (left) rest = rest.slice(left[0].length);
      else if (number) {
        tokens.push(Number(number[0]));
        rest = rest.slice(number[0].length);
      } else if (phrase) {
        tokens.push(...phrase[1]);
        rest = rest.slice(phrase[0].length);
      } else if (/^(?:e\b|π)/.test(rest)) {
        tokens.push(rest[0]);
        rest = rest.slice(1);
      } else if (rest[0] === " ") rest = rest.slice(1);
      else throw new Error(`nobody knows what "${rest}" says in "${sentence}"`);
    }
    return sides(tokens, { spoken: true });
  };
}
