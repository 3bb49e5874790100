// @ts-check
/** Entry of the opened views: their words and their style come with them. */
import { context } from "../context.js";
import { loadStyle } from "../styles.js";
import { LoupeView } from "./host.js";

const { assets, i18n } = context();

const styled = loadStyle("views");
const words = await fetch(`${assets}i18n/${i18n.language}/views.json`);
i18n.extend(await words.json());
await styled;
customElements.define("loupe-view", LoupeView);
