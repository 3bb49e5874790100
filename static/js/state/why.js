// @ts-check
/**
 * Why: whose evidence is laid over the picture, and its address.
 *
 * `why=top` is the class that leads on each picture, `why=output[6]` one class, `why=output[6]-8` that class set
 * against
 * another one, and `@3,4` behind each of them the place that is looked at, a row and a column of the last maps.
 *
 * @typedef {import("./initial.js").State} State
 * @typedef {import("./initial.js").Why} Why
 * @typedef {import("../core/store.js").Store<State>} Store
 */
import { parsePlace } from "./place.js";

const TOP = "top";
const WHY = /^(top|.+?\])(?:-(\d{1,7}))?(?:@(\d{1,7}),(\d{1,7}))?$/;

/** Show what spoke for the leading class, or put it away. @param {Store} store */
export const toggleWhy = (store) =>
  store.update({ why: store.state.why ? null : { of: null, against: null, at: null } });

/** @param {Store} store */
export const closeWhy = (store) => store.update({ why: null });

/** Show the evidence of another unit; the place that is looked at stays. @param {Store} store @param {Why["of"]} of */
export const chooseWhy = (store, of) => store.update({ why: { of, against: null, at: store.state.why?.at ?? null } });

/**
 * Set a unit against another one of its layer.
 * @param {Store} store
 * @param {{ layer: string, unit: number }} of
 * @param {number | null} against
 */
export const setAgainst = (store, of, against) =>
  store.update({ why: { of, against, at: store.state.why?.at ?? null } });

/** Look at a place. @param {Store} store @param {Why["at"]} at */
export const lookAt = (store, at) => store.state.why && store.update({ why: { ...store.state.why, at } });

/** @param {string} text @returns {Why | null} */
export function parseWhy(text) {
  const [, name, against, row, column] = WHY.exec(text) ?? [];
  const place = name === TOP || !name ? null : parsePlace(name);
  if (!name || (name !== TOP && (!place || place.at)) || (against !== undefined && !place)) return null;
  return {
    of: place && { layer: place.layer, unit: place.unit },
    against: against === undefined ? null : Number(against),
    at: row === undefined ? null : [Number(row), Number(column)],
  };
}

/** @param {Why} why */
export const formatWhy = ({ of, against, at }) =>
  (of ? `${of.layer}[${of.unit}]` : TOP) + (against === null ? "" : `-${against}`) + (at ? `@${at.join(",")}` : "");

/** Its row in the table of `address.js`. @type {import("../core/url-state.js").Field<State>} */
export const WHY_FIELD = {
  parameter: "why",
  parse: (text) => {
    const why = parseWhy(text);
    return why && { why };
  },
  format: ({ why }) => why && formatWhy(why),
};
