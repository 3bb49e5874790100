// @ts-check
/** Entry of presentation mode, loaded when it is begun: its words and its style come with it. */
import { fetchWords } from "../../api/words.js";
import { context } from "../../elements/context.js";
import { loadStyle } from "../../elements/styles.js";
import { LoupePresent } from "./element.js";

const { assets, i18n, store } = context();

const [words] = await Promise.all([fetchWords(assets, i18n.language, "present"), loadStyle("present")]);
i18n.extend(words);
customElements.define("loupe-present", LoupePresent);

const shown = document.createElement("loupe-present");
store.select(
  ({ present }) => present !== null,
  (on) => {
    if (on) document.body.append(shown);
    else shown.remove();
  },
);
