// @ts-check
/**
 * Learn, loaded when its place at the end of the page comes near or a chapter is asked for:
 * first its words and styles, then its elements, whose tag already stands in the page.
 */
import { context } from "../../elements/context.js";
import { loadStyle } from "../../elements/styles.js";
import { createLearnApi } from "../../api/learn.js";
import { localProgress } from "../../state/progress.js";
import { provideLearn } from "./context.js";
import { LoupeChallenge } from "./challenge.js";
import { LoupeGlossary } from "./glossary.js";
import { LoupeLearn } from "./shell.js";
import { LoupeQuestion } from "./question.js";

const STYLES = ["learn", "learn-widgets"];

const { assets, root, i18n, store } = context();
const api = createLearnApi({ root, assets, fetch: fetch.bind(globalThis) });

const [words] = await Promise.all([api.words(i18n.language), ...STYLES.map(loadStyle)]);
i18n.extend(words);
const progress = localProgress();
provideLearn({ api, progress });
progress.onChange(() => store.update({ learned: progress.kept.read.length }));
customElements.define("loupe-question", LoupeQuestion);
customElements.define("loupe-glossary", LoupeGlossary);
customElements.define("loupe-challenge", LoupeChallenge);
customElements.define("loupe-learn", LoupeLearn);
