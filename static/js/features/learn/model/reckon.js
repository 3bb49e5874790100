// @ts-check
/**
 * Arithmetic as people type it: `10*(3*9+1)`, `-ln(0.3)`, `e^2.15`, `⌊(64 − 3) / 2⌋ + 1`. Nothing is executed; a
 * parser by descent reads
 *
 *   sum     = product { (+ | −) product }
 *   product = power { (· | /) power }
 *   power   = − power | operand [ ^ power ]          −2^2 is −4, and 2^3^2 is 2^9, as in mathematics
 *   operand = number | e | ( sum ) | ⌊ sum ⌋ | function operand | function ( sum {, sum} )
 */

/** @type {Record<string, (...values: number[]) => number>} */
const FUNCTIONS = {
  ln: Math.log,
  log: Math.log,
  exp: Math.exp,
  sqrt: Math.sqrt,
  floor: Math.floor,
  ceil: Math.ceil,
  abs: Math.abs,
  max: Math.max,
  min: Math.min,
};
/** One of these must be typed with brackets, since it takes several numbers. */
const SEVERAL = new Set(["max", "min"]);
const LONGEST = 200;
const TOKEN = /\s*(\d+\.?\d*(?:e[+-]?\d+)?|\.\d+(?:e[+-]?\d+)?|[a-z]+|[-+*/^(),⌊⌋])/y;

/** One spelling for what keyboards of both languages type. @param {string} text */
const plain = (text) =>
  text
    .normalize("NFKC") // full-width figures, signs and brackets
    .toLowerCase()
    .replace(/[\u2212\u2013]/g, "-")
    .replace(/[×·⋅∗]/g, "*")
    .replace(/[÷∕]/g, "/")
    .replace(/√/g, "sqrt ")
    .replace(/(\d),(?=\d)(?![^()]*,[^()]*\))/g, "$1."); // a decimal comma; `max(1, 2)` is typed with a space

/** @param {string} text @returns {string[] | null} */
function tokens(text) {
  const found = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.trimEnd().length) {
    const match = TOKEN.exec(text);
    if (!match) return null;
    found.push(match[1]);
  }
  return found;
}

/**
 * What an expression comes to; null where it is none, or no finite number.
 * @param {string} text
 * @returns {number | null}
 */
export function reckon(text) {
  if (text.length > LONGEST) return null;
  const list = tokens(plain(text));
  if (!list?.length) return null;
  let at = 0;
  const next = (/** @type {string} */ token) => list[at] === token && ++at > 0;
  const need = (/** @type {string} */ token) => {
    if (!next(token)) throw new SyntaxError(token);
  };
  /** @returns {number} */
  const sum = () => {
    let value = product();
    for (;;) {
      if (next("+")) value += product();
      else if (next("-")) value -= product();
      else return value;
    }
  };
  /** @returns {number} */
  const product = () => {
    let value = power();
    for (;;) {
      if (next("*")) value *= power();
      else if (next("/")) value /= power();
      else return value;
    }
  };
  /** @returns {number} */
  const power = () => {
    const sign = ["-", "+"].includes(list[at]) ? list[at++] : null;
    if (sign && ["-", "+"].includes(list[at])) throw new SyntaxError(list[at]); // two signs in a row are a slip
    if (sign) return sign === "-" ? -power() : power();
    const base = operand();
    return next("^") ? base ** power() : base;
  };
  /** @returns {number} */
  const operand = () => {
    const token = list[at++] ?? "";
    if (/^[\d.]/.test(token)) return Number(token);
    if (token === "e") return Math.E;
    if (token === "(") {
      const value = sum();
      need(")");
      return value;
    }
    if (token === "⌊") {
      const value = sum();
      need("⌋");
      return Math.floor(value);
    }
    if (!Object.hasOwn(FUNCTIONS, token)) throw new SyntaxError(token);
    if (!SEVERAL.has(token)) return FUNCTIONS[token](operand());
    need("(");
    const values = [sum()];
    while (next(",")) values.push(sum());
    need(")");
    return FUNCTIONS[token](...values);
  };
  try {
    const value = sum();
    return at === list.length && Number.isFinite(value) ? value : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
