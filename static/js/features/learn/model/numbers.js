// @ts-check
/** Numbers in cells and formulas: short, never a wrong digit, a true minus. */

/** At most `digits` decimals, none that are only zeros. @param {number} value @param {number} [digits] */
export function short(value, digits = 2) {
  if (Number.isNaN(value)) return "–";
  if (!Number.isFinite(value)) return value < 0 ? "−∞" : "∞";
  const text = String(Number(Math.abs(value).toFixed(digits)));
  return (value < 0 && Number(text) !== 0 ? "\u2212" : "") + text;
}

/** Exactly `digits` decimals. @param {number} value @param {number} [digits] */
export function fixed(value, digits = 2) {
  if (!Number.isFinite(value)) return short(value);
  const text = Math.abs(value).toFixed(digits);
  return (value < 0 && Number(text) !== 0 ? "\u2212" : "") + text;
}

/** In brackets where a sign would collide with the operator before it. @param {string} text */
export const bracketed = (text) => (text.startsWith("\u2212") ? `(${text})` : text);
