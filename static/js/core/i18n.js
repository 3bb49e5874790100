// @ts-check
/**
 * Words and numbers in the reader's language.
 *
 * The catalogue is nested JSON; a key is a path (`inspector.range`). `{name}` is filled from
 * the parameters, numbers in them are formatted. A missing key shows itself as the key, and the console says so:
 * the browser tests fail at whatever it says.
 */

/** @typedef {{ [key: string]: string | Catalogue }} Catalogue */
/** @typedef {ReturnType<typeof createTranslator>} Translator */

/** How much is said: plainly, with rounded numbers and names of kinds and places, or exactly. */
let plainly = false;
/** @param {"plain" | "exact"} depth */
export const setDepth = (depth) => void (plainly = depth === "plain");

/**
 * @param {string} language BCP 47 tag, for example `zh-Hans`
 * @param {Catalogue} catalogue
 */
export function createTranslator(language, catalogue) {
  const formats = createFormats();

  /** @param {string} key @returns {string | undefined} */
  const find = (key) => {
    /** @type {string | Catalogue | undefined} */
    let node = catalogue;
    for (const part of key.split(".")) node = typeof node === "object" ? node[part] : undefined;
    return typeof node === "string" ? node : undefined;
  };

  /** @param {string} key @param {Record<string, string | number>} [params] */
  const t = (key, params = {}) => {
    const words = find(key);
    if (words === undefined) console.error(`no words for ${key}`); // eslint-disable-line no-console
    return (words ?? key).replace(/\{(\w+)\}/g, (whole, name) => {
      const value = params[name];
      if (value === undefined) return whole;
      return typeof value === "number" ? formats.plain(value) : value;
    });
  };

  return {
    language,
    get plainly() {
      return plainly;
    },
    t,
    /** Add the words of a part that is loaded when it is needed. @param {Catalogue} words */
    extend: (words) => void (catalogue = { ...catalogue, ...words }),
    /** @param {string} key */
    has: (key) => find(key) !== undefined,
    /** A title given per language, as models and pictures carry it. @param {Record<string, string>} labels */
    label: (labels) => labels[language] ?? labels.en ?? "",
    ...formats,
  };
}

/**
 * A number without its sign: groups of three, at least `least` and at most `most` decimals.
 * @param {number} size
 * @param {number} least
 * @param {number} most
 */
function written(size, least, most) {
  const [whole, decimals = ""] = size.toFixed(most).split(".");
  let end = decimals.length;
  while (end > least && decimals[end - 1] === "0") end--;
  return whole.replace(/\B(?=(?:\d{3})+$)/g, ",") + (end > 0 ? `.${decimals.slice(0, end)}` : "");
}

const minus = (/** @type {string} */ text) => text.replace(/^-/, "\u2212");

/**
 * Number formats. The minus is U+2212, as in print. Every language that we have groups by commas and has a
 * decimal point, so these are written by hand: the first use of `Intl` alone costs a page 20 ms.
 * `i18n.test.mjs` holds them to what `Intl` says in each of our languages.
 */
function createFormats() {
  return {
    /** A count or a size. @param {number} value */
    plain(value) {
      const text = Number.isFinite(value) ? written(Math.abs(value), 0, 2) : String(Math.abs(value));
      return value < 0 && text !== "0" ? `\u2212${text}` : text;
    },
    /** A probability 0–1. @param {number} value */
    percent: (value) => `${written(100 * value, 1, 1)}%`,
    /** A rounded value with its sign, for a readout: three significant figures at most, two decimals at least.
     * @param {number} value */
    value: (value) => signed(value),
    /** Every digit that float32 holds: the shortest decimal that reads back as the same float32.
     * @param {number} value */
    full: (value) => minus(exact(value)),
  };
}

/** A rounded value with its sign; plainly, with two decimals. Only an exact 0 is written `0`: a small value never looks
 * like one. @param {number} value */
export function signed(value) {
  if (!Number.isFinite(value)) return String(value);
  if (value === 0) return "0";
  const size = Math.abs(value);
  const digits = plainly || size >= 0.1 ? 2 : size >= 0.01 ? 3 : size >= 0.001 ? 4 : -1;
  const text = digits < 0 ? size.toExponential(1) : size >= 1000 ? size.toFixed(0) : size.toFixed(digits);
  return (value < 0 ? "\u2212" : "+") + text;
}

/** The shortest decimal that rounds to the same float32. @param {number} value */
export function exact(value) {
  for (let digits = 1; digits < 10; digits++) {
    const text = value.toPrecision(digits);
    if (Math.fround(Number(text)) === Math.fround(value)) return String(Number(text));
  }
  return String(value);
}
