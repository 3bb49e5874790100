// @ts-check
/** Numbers as people type them, or reckon them, and what a wrong one tells. */
import { reckon } from "./reckon.js";

/**
 * What a typed number may mean, likeliest first; empty where it is none. Comma or point, a minus
 * of either kind, a percent sign, grouping. `1,690` is read as grouped first and as 1.69 second. What is no number may
 * be arithmetic: `10*(3*9+1)`.
 * @param {string} text @returns {number[]}
 */
export function readings(text) {
  const plain = text
    .trim()
    .replace(/[\u2212\u2013\uFF0D]/g, "-")
    .replace(/[\s\u00A0\u2009\u202F_']/g, "")
    .replace(/[\uFF0C\u3001]/g, ",")
    .replace(/[\uFF0E\u3002]/g, ".");
  const percent = /[%\uFF05]$/.test(plain);
  const body = percent ? plain.slice(0, -1) : plain;
  const candidates = [];
  if (/^[+-]?[1-9]\d{0,2}(,\d{3})+(\.\d+)?$/.test(body)) candidates.push(body.replaceAll(",", ""));
  if (/^[+-]?[1-9]\d{0,2}(\.\d{3})+$/.test(body)) candidates.push(body.replaceAll(".", ""));
  candidates.push(body.replace(",", "."));
  if (/^[+-]?[1-9]\d{0,2}\.\d{3}$/.test(body)) candidates.reverse(); // a point is a decimal point first
  const numbers = candidates
    .filter((number) => /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(number))
    .map((number) => Number(number) / (percent ? 100 : 1));
  if (numbers.length) return numbers;
  const reckoned = reckon(percent ? text.trim().slice(0, -1) : text);
  return reckoned === null ? [] : [reckoned / (percent ? 100 : 1)];
}

/**
 * @typedef {object} Task
 * @property {number} expected from the engine's numbers
 * @property {number} tolerance how far an answer rounded as asked may lie from it
 * @property {{ id: string, value: number }[]} mistakes what the answer would be if one thing were done wrong
 */

/**
 * @param {Task} task @param {number[]} answers the readings of what was typed
 * @returns {{ right: true } | { right: false, mistake: string | null, high: boolean }}
 */
export function judge({ expected, tolerance, mistakes }, answers) {
  const near = (/** @type {number} */ value) => answers.some((answer) => Math.abs(answer - value) <= tolerance);
  if (near(expected)) return { right: true };
  return { right: false, mistake: mistakes.find(({ value }) => near(value))?.id ?? null, high: answers[0] > expected };
}
