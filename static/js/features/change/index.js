// @ts-check
/**
 * Entry of what changes the network, loaded with the first change: its words and its style come with it, and the bar
 * that says what is changed stands above the network as long as something is.
 */
import { fetchWords } from "../../api/words.js";
import { context } from "../../elements/context.js";
import { loadStyle } from "../../elements/styles.js";
import { withSoloToggled } from "../../state/edits.js";
import { EDIT } from "./commands.js";
import { LoupeChange } from "./element.js";

/** @typedef {import("../../state/edits.js").Unit} Unit */

const { assets, commands, i18n, store } = context();

const [words] = await Promise.all([fetchWords(assets, i18n.language, "change"), loadStyle("change")]);
i18n.extend(words);
commands.add([EDIT]);
customElements.define("loupe-change", LoupeChange);

const bar = /** @type {LoupeChange} */ (document.createElement("loupe-change"));
bar.className = "change";
document.querySelector(".stage")?.before(bar);

/** Switch all other units of its layer off, or on again. @param {Unit} place */
export const solo = (place) => commands.perform("edit", { value: withSoloToggled(store.state, place) });

/** Show what of a unit can be changed. @param {Unit} place */
export const openBench = (place) => bar.open(place);

/** Show what becomes of the answer without each unit. */
export const openAblations = async () => (await import("./ablations.js")).openAblations();
