// @ts-check
/** The chapters in reading order, and the two pages behind them. The server has the same list (a test compares them). */
export const CHAPTERS = [
  "cnn",
  "image",
  "dense-vs-conv",
  "convolution",
  "hyperparameters",
  "activation",
  "pooling",
  "flatten",
  "softmax",
  "learning",
  "overfitting",
  "beyond",
];
export const PAGES = [...CHAPTERS, "glossary", "about"];

/** `#learn-convolution` → `convolution`; `#learn` → the first chapter; anything else is not ours.
 * @param {string} hash @returns {string | null} */
export function chapterOfHash(hash) {
  if (hash === "#learn") return CHAPTERS[0];
  const id = hash.startsWith("#learn-") ? hash.slice("#learn-".length) : "";
  return PAGES.includes(id) ? id : null;
}
