// @ts-check
/** Entry of the opened views: their words and their style come with them. */
import { fetchWords } from "../../api/words.js";
import { context } from "../../elements/context.js";
import { loadStyle } from "../../elements/styles.js";
import { LoupeView } from "./host.js";

const { assets, i18n } = context();

const AREAS = ["views", "operations"];

const styled = loadStyle("views");
for (const words of await Promise.all(AREAS.map((area) => fetchWords(assets, i18n.language, area)))) i18n.extend(words);
await styled;
customElements.define("loupe-view", LoupeView);
