// @ts-check
/** A refusal of a network, in the reader's language: words of this part, those of the page, or the server's own. */
import { context } from "../../elements/context.js";

/** @param {{ code: string, params: Record<string, any>, detail?: string, message?: string }} problem */
export function sentenceOf({ code, params, detail, message }) {
  const { i18n } = context();
  const key = [`own.problems.${code}`, `errors.${code}`].find((one) => i18n.has(one));
  return key ? i18n.t(key, written(params)) : (detail ?? message ?? code);
}

/** Lists in sentences: sides of a shape by ×, anything else by commas. @param {Record<string, any>} params */
const written = (params) =>
  Object.fromEntries(
    Object.entries(params).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(value.every((one) => typeof one === "number") ? "×" : ", ") : (value ?? ""),
    ]),
  );

/** `2.4 MB`. @param {number} bytes */
export function bytesText(bytes) {
  const { i18n } = context();
  if (bytes < 1000) return i18n.t("own.bytes", { count: bytes });
  const [unit, size] = bytes < 1e6 ? ["kB", bytes / 1e3] : bytes < 1e9 ? ["MB", bytes / 1e6] : ["GB", bytes / 1e9];
  return `${size.toFixed(size < 10 ? 1 : 0)} ${unit}`;
}

/** Large numbers are counted in millions, or in tens of thousands where that is the custom.
 * @type {Record<string, [number, string][]>} */
const STEPS = {
  en: [
    [1e9, "own.larger"],
    [1e6, "own.large"],
  ],
  "zh-Hans": [
    [1e8, "own.larger"],
    [1e6, "own.large"],
  ],
};
/** Of what `own.large` and `own.larger` count. @type {Record<string, Record<string, number>>} */
const UNITS = { en: { "own.large": 1e6, "own.larger": 1e9 }, "zh-Hans": { "own.large": 1e4, "own.larger": 1e8 } };

/** `62 million`, in the digits that matter. @param {number} count */
export function countText(count) {
  const { i18n } = context();
  const language = i18n.language in STEPS ? i18n.language : "en";
  const [, words] = STEPS[language].find(([from]) => count >= from) ?? [];
  if (!words) return i18n.plain(count);
  return i18n.t(words, { count: String(Number((count / UNITS[language][words]).toPrecision(3))) });
}
