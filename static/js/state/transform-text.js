// @ts-check
/**
 * A transform as an address carries it: `shift_x:3,rotate:-12`, only what differs from "unchanged".
 *
 * @typedef {import("../model/transform.js").Transform} Transform
 */

import { VOCABULARY } from "./vocabulary.js";

/** Every control of the transform panel: its unchanged value and its range. Also the order in which they are applied.
 * @type {Record<keyof Transform, { at: number, from: number, to: number, step: number, unit: "pixels" | "degrees" |
 *   "factor" | "switch" | "plain" | "order" }>}
 */
export const CONTROLS = VOCABULARY.transforms;

/** @returns {Transform} */
export const unchanged = () =>
  /** @type {Transform} */ (Object.fromEntries(Object.entries(CONTROLS).map(([name, { at }]) => [name, at])));

/** @param {Transform} transform */
export const isUnchanged = (transform) =>
  Object.entries(CONTROLS).every(([name, { at }]) => transform[/** @type {keyof Transform} */ (name)] === at);

/** @param {Transform} transform @returns {string | null} null where nothing is changed */
export function formatTransform(transform) {
  const parts = Object.entries(CONTROLS)
    .filter(([name, { at }]) => transform[/** @type {keyof Transform} */ (name)] !== at)
    .map(([name]) => `${name}:${transform[/** @type {keyof Transform} */ (name)]}`);
  return parts.length ? parts.join(",") : null;
}

/** @param {string} text @returns {Transform | null} null where a name or a value makes no sense */
export function parseTransform(text) {
  const transform = unchanged();
  for (const part of text.split(",")) {
    const [name, value, ...rest] = part.split(":");
    const control = Object.hasOwn(CONTROLS, name) ? CONTROLS[/** @type {keyof Transform} */ (name)] : null;
    const number = Number(value);
    if (!control || rest.length || !value || !Number.isFinite(number) || number < control.from || number > control.to)
      return null;
    transform[/** @type {keyof Transform} */ (name)] = number;
  }
  return transform;
}
