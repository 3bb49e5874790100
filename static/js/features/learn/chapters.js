// @ts-check
import { VOCABULARY } from "../../state/vocabulary.js";

/** The chapters in reading order. @type {readonly string[]} */
export const CHAPTERS = VOCABULARY.chapters;
/** The chapters, and the two pages behind them. */
export const PAGES = [...CHAPTERS, ...VOCABULARY.learn_pages];

/** `#learn-convolution` → `convolution`; `#learn` → the first chapter; anything else is not ours.
 * @param {string} hash @returns {string | null} */
export function chapterOfHash(hash) {
  if (hash === "#learn") return CHAPTERS[0];
  const id = hash.startsWith("#learn-") ? hash.slice("#learn-".length) : "";
  return PAGES.includes(id) ? id : null;
}
