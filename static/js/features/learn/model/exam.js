// @ts-check
/**
 * Questions for worksheets and quizzes: which are asked, of what a quiz's link consists, and the code in which a pupil
 * hands in a result. Nothing of it is secret: a checksum finds slips of the pen, not cheats.
 */
import { judge, readings } from "./answer.js";

/** @typedef {import("../questions/index.js").Question} Question */
/** @typedef {import("../questions/index.js").Given} Given */
/** @typedef {import("../questions/index.js").Made} Made */
/** @typedef {{ id: string, made: Made }} Asked */
/** @typedef {{ chapters: string[], count: number }} Spec */
/** @typedef {{ quiz: string, name: string, right: boolean[] }} Result */

export const MOST = 20;
const SEEDS = 200; // as many as the tests of the questions go through
const ROUNDS = 5;
const LONGEST_NAME = 60;

/** FNV-1a, 32 bits, over the text's UTF-8. @param {string} text */
export function hash(text) {
  let value = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) value = Math.imul(value ^ byte, 0x01000193) >>> 0;
  return value;
}

/** Numbers from 0 up to `below`, the same for the same seed. @param {number} seed */
function numbers(seed) {
  let state = seed >>> 0;
  return (/** @type {number} */ below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/**
 * So many questions of these chapters, in their order; which, and with which numbers, is the seed's. Where there are
 * too few, some are asked again with other numbers.
 * @param {readonly Question[]} all @param {Omit<Given, "seed">} given @param {Spec} spec @param {number} seed
 * @returns {Asked[]}
 */
export function askedOf(all, given, { chapters, count }, seed) {
  const next = numbers(seed);
  const asked = all.filter(({ chapter }) => chapters.includes(chapter));
  /** @type {(Asked & { place: number })[]} */
  let found = [];
  for (let round = 0; round < ROUNDS && found.length < count; round++) {
    const more = asked.flatMap(({ id, make }, place) => {
      const made = make({ ...given, seed: next(SEEDS) });
      return made && found.every((one) => !sameCase(one, { id, made })) ? [{ id, made, place }] : [];
    });
    while (found.length + more.length > count) more.splice(next(more.length), 1);
    found = [...found, ...more];
  }
  return found.sort((a, b) => a.place - b.place).map(({ id, made }) => ({ id, made }));
}

/** Whether two ask the same; another order of the same answers is no other question.
 * @param {Asked} a @param {Asked} b */
function sameCase(a, b) {
  const of = (/** @type {Asked} */ { made }) =>
    JSON.stringify("options" in made ? [made.params, made.map] : made.params);
  return a.id === b.id && of(a) === of(b);
}

/** Whether what was typed or chosen is right. @param {Made} made @param {string} answer */
export function isRight(made, answer) {
  if ("options" in made) return answer === made.right;
  const read = readings(answer);
  const percent = /[%\uFF05]/.test(answer);
  return judge(made, made.unit === "percent" && !percent ? read.flatMap((value) => [value, value / 100]) : read).right;
}

/** What a quiz's link ends with: `convolution.pooling:6`. @param {Spec} spec */
export const writeSpec = ({ chapters, count }) => `${chapters.join(".")}:${count}`;

/** @param {string} text @param {readonly string[]} known chapters @returns {Spec | null} null where it is none */
export function readSpec(text, known) {
  const [, list, number] = /^([a-z.-]+):(\d{1,2})$/.exec(text) ?? [];
  const chapters = list?.split(".") ?? [];
  const count = Number(number);
  const fits = chapters.length > 0 && chapters.every((id) => known.includes(id)) && count >= 1 && count <= MOST;
  return fits ? { chapters, count } : null;
}

/** A name as it is kept: without space around it, not longer than a line. @param {string} name */
export const tidyName = (name) => [...name.trim().replace(/\s+/g, " ")].slice(0, LONGEST_NAME).join("");

/** The pupil's own numbers. @param {string} quiz @param {string} name */
export const seedOf = (quiz, name) => hash(`${quiz}\n${tidyName(name).toLowerCase()}`);

/** @param {string} text */
const toBase64 = (text) =>
  btoa(String.fromCharCode(...new TextEncoder().encode(text)))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replace(/=+$/, "");

/** @param {string} text */
const fromBase64 = (text) =>
  new TextDecoder("utf-8", { fatal: true }).decode(
    Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0)),
  );

/** @param {Result} result */
export function writeCode({ quiz, name, right }) {
  const body = toBase64([quiz, right.map(Number).join(""), tidyName(name)].join("\n"));
  return `CL1.${body}.${hash(body).toString(36)}`;
}

/** @param {string} code @returns {Result | null} null where it is none, or not as it was written */
export function readCode(code) {
  const [, body, sum] = /^CL1\.([\w-]+)\.([0-9a-z]+)$/.exec(code.trim()) ?? [];
  if (!body || hash(body).toString(36) !== sum) return null;
  try {
    const [quiz, right, ...name] = fromBase64(body).split("\n");
    return /^[01]+$/.test(right) ? { quiz, right: [...right].map((one) => one === "1"), name: name.join(" ") } : null;
  } catch {
    return null;
  }
}

/** A cell that spreadsheets take for text, never for a formula. @param {string} text */
const cell = (text) => `"${(/^[=+\-@\t\r]/.test(text) ? `'${text}` : text).replaceAll('"', '""')}"`;

/** A table of results; the questions are numbered.
 * @param {readonly Result[]} results @param {readonly string[]} heads name, quiz, right, of */
export function csv(results, heads) {
  const most = Math.max(0, ...results.map(({ right }) => right.length));
  const rows = results.map(({ quiz, name, right }) => [
    cell(name),
    cell(quiz),
    String(right.filter(Boolean).length),
    String(right.length),
    ...Array.from({ length: most }, (_, index) => (index < right.length ? String(Number(right[index])) : "")),
  ]);
  const head = [...heads.map(cell), ...Array.from({ length: most }, (_, index) => String(index + 1))];
  // A byte order mark: spreadsheets read the file as UTF-8.
  return `\uFEFF${[head, ...rows].map((row) => row.join(",")).join("\r\n")}\r\n`;
}
