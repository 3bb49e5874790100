// @ts-check
/** Entry of Compare, loaded when something is pinned: its words and its style come with it. */
import { fetchWords } from "../../api/words.js";
import { context } from "../../elements/context.js";
import { loadStyle } from "../../elements/styles.js";
import { LoupeCompare } from "./element.js";

const { assets, i18n, store } = context();

const [words] = await Promise.all([fetchWords(assets, i18n.language, "compare"), loadStyle("compare")]);
i18n.extend(words);
customElements.define("loupe-compare", LoupeCompare);

const bar = document.createElement("loupe-compare");
bar.className = "compare";
store.select(
  ({ pinned }) => pinned !== null,
  (on) => {
    if (on) document.querySelector(".stage")?.before(bar);
    else bar.remove();
  },
);
