// @ts-check
/**
 * What a learner typed, held against the answer that the engine gave.
 *
 * @typedef {import("../../api/client.js").LessonAnswer} LessonAnswer
 * @typedef {"right" | "sign" | "high" | "low" | "order" | "wrong"} Verdict which mistake it was, if any
 */

/** What float64 makes of a decimal that was typed, relative to it. */
const TYPED = 1e-9;

/**
 * @param {LessonAnswer} answer @param {string} text
 * @returns {Verdict | null} null where the text is no answer of this kind
 */
export function judge({ kind, value, tolerance }, text) {
  if (kind === "shape") return judgeShape(/** @type {number[]} */ (value), text);
  const wanted = Number(value);
  const given = readNumber(text, kind);
  if (given === null) return null;
  const near = (/** @type {number} */ to) => Math.abs(given - to) <= tolerance + TYPED * Math.max(1, Math.abs(to));
  if (near(wanted)) return "right";
  if (kind === "number" && near(-wanted)) return "sign";
  return given > wanted ? "high" : "low";
}

/**
 * A number as people type it: with either minus, a decimal comma or spaces and commas between thousands, a
 * probability as a percentage too.
 * @param {string} text @param {LessonAnswer["kind"]} kind
 */
export function readNumber(text, kind) {
  let plain = text
    .normalize("NFKC")
    .replace(/[\u2212\u2013]/g, "-")
    .replace(/[\s_']/g, "")
    .replace(/^\+/, "");
  const percent = kind === "probability" && plain.endsWith("%");
  if (percent) plain = plain.slice(0, -1);
  if (kind === "count") plain = plain.replace(/,(?=\d{3}(?:\D|$))/g, "");
  else if (!plain.includes(".")) plain = plain.replace(/^(-?\d*),(\d+)$/, "$1.$2");
  if (!/^-?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?$/i.test(plain)) return null;
  const number = Number(plain);
  if (!Number.isFinite(number)) return null;
  // Nobody means a probability of 37: without its sign it is still a percentage.
  return percent || (kind === "probability" && number > 1) ? number / 100 : number;
}

/** @param {number[]} wanted @param {string} text @returns {Verdict | null} */
function judgeShape(wanted, text) {
  const given = (text.normalize("NFKC").match(/\d+/g) ?? []).map(Number);
  if (!given.length || /[^\d\s,;x×*()[\]]/i.test(text.normalize("NFKC"))) return null;
  if (given.join() === wanted.join()) return "right";
  const sorted = (/** @type {number[]} */ sizes) => sizes.toSorted((a, b) => a - b).join();
  return sorted(given) === sorted(wanted) ? "order" : "wrong";
}
