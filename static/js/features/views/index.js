// @ts-check
/** Entry of the opened views: their words and their style come with them. */
import { fetchWords } from "../../api/words.js";
import { context } from "../../elements/context.js";
import { loadStyle } from "../../elements/styles.js";
import { LoupeView } from "./host.js";

const { assets, i18n } = context();

const styled = loadStyle("views");
i18n.extend(await fetchWords(assets, i18n.language, "views"));
await styled;
customElements.define("loupe-view", LoupeView);
