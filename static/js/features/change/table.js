// @ts-check
/** The rows of a table of ablations: their order, and as a file. */

/**
 * @typedef {{ layer: string, unit: number, edit: string, logit: number, logit_change: number,
 *   probability: number | null, probability_change: number | null, answer: number, predicted: number,
 *   silent: boolean }} Row
 */
/** @typedef {"unit" | "logit_change" | "predicted" | "probability_change" | "answer"} Column */

/**
 * Rows by a column; those that are alike in it stay in the network's order.
 * @param {readonly Row[]} rows
 * @param {{ column: Column, down: boolean }} order
 */
export function sorted(rows, { column, down }) {
  const sign = down ? -1 : 1;
  if (column === "unit") return down ? [...rows].reverse() : [...rows];
  return [...rows].sort((a, b) => sign * ((a[column] ?? 0) - (b[column] ?? 0)));
}

const COLUMNS = /** @type {const} */ ([
  "layer",
  "unit",
  "edit",
  "logit",
  "logit_change",
  "predicted",
  "probability",
  "probability_change",
  "answer",
  "silent",
]);

/**
 * The rows as comma-separated values (RFC 4180), with the numbers as they are and the classes by name.
 * @param {readonly Row[]} rows
 * @param {readonly string[]} classes
 */
export function csvOf(rows, classes) {
  const lines = rows.map((row) =>
    COLUMNS.map((column) => quoted(column === "answer" ? classes[row.answer] : row[column])),
  );
  return [[...COLUMNS], ...lines].map((line) => `${line.join(",")}\r\n`).join("");
}

/** @param {string | number | boolean | null | undefined} value */
function quoted(value) {
  const text = value === null || value === undefined ? "" : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text;
}
