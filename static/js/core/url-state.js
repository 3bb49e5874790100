// @ts-check
/**
 * State ⇄ address by one table: a row for each field that an address carries.
 *
 * @template {object} State
 * @typedef {object} Field
 * @property {string} parameter its name in the query
 * @property {(text: string) => Partial<State> | null} parse null where the text makes no sense
 * @property {(state: State) => string | null} format null where the field is at its default
 */

/**
 * @template {object} State
 * @param {Field<State>[]} fields
 * @param {string} search the query, with or without `?`
 * @returns {{ patch: Partial<State>, ignored: string[] }}
 */
export function readAddress(fields, search) {
  const query = new URLSearchParams(search);
  /** @type {Partial<State>} */
  const patch = {};
  /** @type {string[]} */
  const ignored = [];
  for (const { parameter, parse } of fields) {
    const text = query.get(parameter);
    if (text === null) continue;
    const part = parse(text);
    if (part === null) ignored.push(parameter);
    else Object.assign(patch, part);
  }
  return { patch, ignored };
}

/**
 * @template {object} State
 * @param {Field<State>[]} fields
 * @param {State} state
 * @returns {string} `?…`, or an empty string when everything is at its default
 */
export function writeAddress(fields, state) {
  const parts = [];
  for (const { parameter, format } of fields) {
    const text = format(state);
    if (text !== null)
      parts.push(`${parameter}=${encodeURIComponent(text).replace(/%(?:2C|3A|3B|3D)/g, decodeURIComponent)}`);
  }
  return parts.length ? `?${parts.join("&")}` : "";
}
