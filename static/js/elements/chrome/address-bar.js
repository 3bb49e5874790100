// @ts-check
/**
 * Keeps the address and the state the same: every state has a link, and Back undoes a step.
 */
import { readAddress, writeAddress } from "../../core/url-state.js";
import { ADDRESSED, FIELDS, step } from "../../state/address.js";
import { initialState } from "../../state/initial.js";

/** @typedef {import("../../state/initial.js").State} State */

/** The state that the address asks for, its other fields at their defaults. @param {string} search */
export function stateOfAddress(search) {
  const defaults = initialState();
  const reset = Object.fromEntries(ADDRESSED.map((field) => [field, defaults[field]]));
  return /** @type {Partial<State>} */ ({ ...reset, ...readAddress(FIELDS, search).patch });
}

/**
 * @param {import("../../state/actions.js").AppStore} store
 * @param {string} defaultModel
 */
export function bindAddress(store, defaultModel) {
  const language = new URLSearchParams(location.search).get("lang");
  let last = step(store.state);

  const write = () => {
    const { state } = store;
    if (!state.model || !state.picture) return;
    const settled = last;
    last = step(state);
    const search = withLanguage(writeAddress(FIELDS, state), language);
    if (search === location.search) return;
    const url = location.pathname + search + location.hash;
    // What the page itself fills in while it loads is no step of the person's.
    if (settled === last || !state.run) history.replaceState(null, "", url);
    else history.pushState(null, "", url);
  };
  store.select((state) => [writeAddress(FIELDS, state), state.model, state.picture], write);

  addEventListener("popstate", () => {
    // What the pointer or the focus had marked belongs to where one comes from. A tour goes on: what it asked
    // for may be taken back, its step is not.
    const patch = { ...stateOfAddress(location.search), hover: null, tour: store.state.tour };
    store.update({ ...patch, modelId: patch.modelId || defaultModel });
    last = step({ ...store.state, picture: store.state.picture });
  });
}

/** @param {string} search @param {string | null} language */
export function withLanguage(search, language) {
  if (!language) return search;
  return `${search}${search ? "&" : "?"}lang=${encodeURIComponent(language)}`;
}

/** The address of the current state, for a link. @param {State} state @param {string} [language] */
export const linkTo = (state, language) =>
  location.origin +
  location.pathname +
  withLanguage(writeAddress(FIELDS, state), language ?? state.language) +
  location.hash;
