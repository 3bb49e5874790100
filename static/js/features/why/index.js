// @ts-check
/** Entry of Why, loaded when it is first asked for: its words and its style come with it. */
import { fetchWords } from "../../api/words.js";
import { context } from "../../elements/context.js";
import { loadStyle } from "../../elements/styles.js";
import { LoupeWhy } from "./element.js";

const { assets, i18n, store } = context();

const [words] = await Promise.all([fetchWords(assets, i18n.language, "why"), loadStyle("why")]);
i18n.extend(words);
customElements.define("loupe-why", LoupeWhy);

const shown = document.createElement("loupe-why");
shown.className = "why";
store.select(
  ({ why }) => why !== null,
  (on) => {
    document.documentElement.toggleAttribute("data-why", on);
    if (on) document.querySelector(".stage")?.append(shown);
    else shown.remove();
  },
);
