// @ts-check
/**
 * A transform as an address carries it: `shift_x:3,rotate:-12,cover:1s.6.1m`, only what differs from "unchanged".
 *
 * @typedef {import("../model/transform.js").Transform} Transform
 * @typedef {Exclude<keyof Transform, "cover">} Control
 */

import { VOCABULARY } from "./vocabulary.js";

/** Every control of the transform panel: its unchanged value and its range. Also the order in which they are applied.
 * @type {Record<Control, { at: number, from: number, to: number, step: number, unit: "pixels" | "degrees" |
 *   "factor" | "switch" | "plain" | "order" }>}
 */
export const CONTROLS = VOCABULARY.transforms;

/** @returns {Transform} */
export const unchanged = () =>
  /** @type {any} */ (Object.fromEntries(Object.entries(CONTROLS).map(([name, { at }]) => [name, at])));

/** @param {Transform} transform */
export const isUnchanged = (transform) =>
  !transform.cover &&
  Object.entries(CONTROLS).every(([name, { at }]) => transform[/** @type {Control} */ (name)] === at);

const RUNS = /^[0-9a-z]{1,3}(?:\.[0-9a-z]{1,3})*$/;

/** Whether a text says what is covered, as `model/cover.js` writes it: no longer than an address has room for, and of
 * no more cells than a grid can have. @param {string} text */
export function isCover(text) {
  const { side, longest } = VOCABULARY.cover;
  if (text.length > longest || !RUNS.test(text)) return false;
  return text.split(".").reduce((sum, run) => sum + parseInt(run, 36), 0) <= side * side;
}

/** @param {Transform} transform @returns {string | null} null where nothing is changed */
export function formatTransform(transform) {
  const parts = Object.entries(CONTROLS)
    .filter(([name, { at }]) => transform[/** @type {Control} */ (name)] !== at)
    .map(([name]) => `${name}:${transform[/** @type {Control} */ (name)]}`);
  if (transform.cover) parts.push(`cover:${transform.cover}`);
  return parts.length ? parts.join(",") : null;
}

/** @param {string} text @returns {Transform | null} null where a name or a value makes no sense */
export function parseTransform(text) {
  const transform = unchanged();
  for (const part of text.split(",")) {
    const [name, value, ...rest] = part.split(":");
    if (name === "cover" && !rest.length && isCover(value ?? "")) {
      transform.cover = value;
      continue;
    }
    const control = Object.hasOwn(CONTROLS, name) ? CONTROLS[/** @type {Control} */ (name)] : null;
    const number = Number(value);
    if (!control || rest.length || !value || !Number.isFinite(number) || number < control.from || number > control.to)
      return null;
    transform[/** @type {Control} */ (name)] = number;
  }
  return transform;
}
