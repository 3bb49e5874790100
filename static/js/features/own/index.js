// @ts-check
/** Entry of a person's own networks: the words and the style come with them. */
import { fetchWords } from "../../api/words.js";
import { context } from "../../elements/context.js";
import { loadStyle } from "../../elements/styles.js";
import { LoupeOwn } from "./panel.js";

const { assets, i18n } = context();

// What a network needs that is drawn at once, while its files are on their way.
void import("../../elements/made-pictures.js");
void import("../../state/pieces.js");

const styled = Promise.all([loadStyle("own"), loadStyle("pictures")]);
i18n.extend(await fetchWords(assets, i18n.language, "own"));
await styled;
customElements.define("loupe-own", LoupeOwn);

export { take } from "./session.js";
