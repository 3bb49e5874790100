// @ts-check
import { VOCABULARY } from "../../state/vocabulary.js";

/** The chapters in reading order. @type {readonly string[]} */
export const CHAPTERS = VOCABULARY.chapters;
/** The chapters, and the two pages behind them. */
export const PAGES = [...CHAPTERS, ...VOCABULARY.learn_pages];
/** Where a chapter that was divided or renamed goes on. @type {Record<string, string>} */
const FORMER = VOCABULARY.former_chapters;

/** `#learn-convolution` → `convolution`; `#learn` → the first chapter; anything else is not ours.
 * @param {string} hash @returns {string | null} */
export function chapterOfHash(hash) {
  if (hash === "#learn") return CHAPTERS[0];
  // What follows `=` is the page's own: `#learn-quiz=convolution:6`.
  const id = hash.startsWith("#learn-") ? hash.slice("#learn-".length).split("=")[0] : "";
  if (PAGES.includes(id)) return id;
  return Object.hasOwn(FORMER, id) ? FORMER[id] : null;
}
