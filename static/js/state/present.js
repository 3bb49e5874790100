// @ts-check
/**
 * Presentation mode: which controls a class sees, and their place in the address.
 *
 * @typedef {import("./initial.js").State} State
 * @typedef {import("./actions.js").AppStore} AppStore
 */

import { VOCABULARY } from "./vocabulary.js";

/** Everything that can be shown or hidden, in the order in which an address names it, by where it stands.
 * @type {Record<keyof typeof VOCABULARY.presented, readonly string[]>} */
export const GROUPS = VOCABULARY.presented;
/** @type {readonly string[]} */
export const CONTROLS = Object.values(GROUPS).flat();

/**
 * What is shown where nothing else is asked for: what is pointed at, in large, and the way on.
 * @type {readonly string[]}
 */
export const USUAL = VOCABULARY.presented_usual;

/** Controls in their own order, each once. @param {readonly string[]} chosen */
export const inOrder = (chosen) => CONTROLS.filter((control) => chosen.includes(control));

/** `1` the usual ones, `none`, or names by comma. @param {string} text @returns {readonly string[] | null} */
export function parsePresent(text) {
  if (text === "1") return USUAL;
  if (text === "none") return [];
  const names = text.split(",");
  return names.every((name) => CONTROLS.includes(name)) ? inOrder(names) : null;
}

/** @param {readonly string[]} shown */
export function formatPresent(shown) {
  const text = inOrder(shown).join(",");
  return text === inOrder(USUAL).join(",") ? "1" : text || "none";
}

/** Its row in the table of `address.js`. @type {import("../core/url-state.js").Field<State>} */
export const PRESENT_FIELD = {
  parameter: "present",
  parse: (text) => {
    const present = parsePresent(text);
    return present && { present };
  },
  format: ({ present }) => present && formatPresent(present),
};

/** @param {AppStore} store */
export const togglePresenting = (store) => store.update({ present: store.state.present ? null : USUAL });

/** Show or hide a control. @param {AppStore} store @param {string} control */
export function toggleControl(store, control) {
  const present = store.state.present ?? USUAL;
  store.update({
    present: inOrder(present.includes(control) ? present.filter((one) => one !== control) : [...present, control]),
  });
}
