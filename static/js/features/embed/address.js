// @ts-check
/** The state ⇄ an embed's address, where it is more than a picture. */
import { readAddress, writeAddress } from "../../core/url-state.js";
import { FIELDS } from "../../state/address.js";

/** @typedef {import("../../state/initial.js").State} State */

export const asked = readAddress(FIELDS, location.search).patch;

/** @param {State} state */
export const search = (state) => writeAddress(FIELDS, state);
