// @ts-check
/**
 * Words and numbers in the reader's language.
 *
 * The catalogue is nested JSON; a key is a path (`inspector.range`). `{name}` is filled from
 * the parameters, numbers in them are formatted. A missing key shows itself as the key.
 */

/** @typedef {{ [key: string]: string | Catalogue }} Catalogue */
/** @typedef {ReturnType<typeof createTranslator>} Translator */

/**
 * @param {string} language BCP 47 tag, for example `zh-Hans`
 * @param {Catalogue} catalogue
 */
export function createTranslator(language, catalogue) {
  const formats = createFormats(language);

  /** @param {string} key @returns {string | undefined} */
  const find = (key) => {
    /** @type {string | Catalogue | undefined} */
    let node = catalogue;
    for (const part of key.split(".")) node = typeof node === "object" ? node[part] : undefined;
    return typeof node === "string" ? node : undefined;
  };

  /** @param {string} key @param {Record<string, string | number>} [params] */
  const t = (key, params = {}) =>
    (find(key) ?? key).replace(/\{(\w+)\}/g, (whole, name) => {
      const value = params[name];
      if (value === undefined) return whole;
      return typeof value === "number" ? formats.plain(value) : value;
    });

  return {
    language,
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
 * Number formats of one language, made once. The minus is U+2212, as in print.
 * @param {string} language
 */
export function createFormats(language) {
  const plain = new Intl.NumberFormat(language, { maximumFractionDigits: 2 });
  const percent = new Intl.NumberFormat(language, { style: "percent", minimumFractionDigits: 1, maximumFractionDigits: 1 });
  const minus = (/** @type {string} */ text) => text.replace(/^-/, "\u2212");
  return {
    /** A count or a size. @param {number} value */
    plain: (value) => minus(plain.format(value)),
    /** A probability 0–1. @param {number} value */
    percent: (value) => percent.format(value),
    /** A rounded value with its sign, for a readout: three significant figures at most, two decimals at least.
     * @param {number} value */
    value: (value) => signed(value),
    /** Every digit that float32 holds: the shortest decimal that reads back as the same float32.
     * @param {number} value */
    full: (value) => minus(exact(value)),
  };
}

/** A rounded value with its sign. Only an exact 0 is written `0`: a small value never looks like one.
 * @param {number} value */
export function signed(value) {
  if (!Number.isFinite(value)) return String(value);
  if (value === 0) return "0";
  const size = Math.abs(value);
  const digits = size >= 0.1 ? 2 : size >= 0.01 ? 3 : size >= 0.001 ? 4 : -1;
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
