// @ts-check
/**
 * Tells the page around the frame how high the embed would like to be (docs/embedding.md):
 *
 *     { type: "cnn-loupe:size", version: 1, height: 412 }
 *
 * The message holds a height and nothing else: neither what is shown nor what the reader does. It goes to
 * whoever shows the frame, and only sites that the server allows can. A page that does not listen loses nothing.
 */
export const MESSAGE = "cnn-loupe:size";

/** In a wide frame a view stands in columns that scroll by themselves; this height suits them, in text sizes. */
const COLUMNS = 42;

/** Where the content ends. */
export const contentHeight = () =>
  /** @type {HTMLElement} */ (document.querySelector("main")).getBoundingClientRect().bottom + scrollY;

/** What an opened view needs. @param {number} text text size in per cent */
export const viewHeight = (text) =>
  matchMedia("(min-width: 80rem)").matches ? COLUMNS * 16 * (text / 100) : contentHeight();

/** @param {() => number} measure */
export function reportHeight(measure) {
  if (parent === window) return;
  let said = 0;
  let asked = false;
  const say = () => {
    asked = false;
    if (document.documentElement.dataset.network === "loading") return;
    const height = Math.ceil(measure());
    // A page that follows makes the frame a little different, and what is in it with it: no need to chase that.
    if (!(height > 0) || Math.abs(height - said) < 2) return;
    said = height;
    parent.postMessage({ type: MESSAGE, version: 1, height }, "*");
  };
  const observer = new ResizeObserver(() => {
    if (asked) return;
    asked = true;
    requestAnimationFrame(say);
  });
  for (const part of document.querySelectorAll("main, main > *, .stage-map > *")) observer.observe(part);
  addEventListener("loupe:drawn", say);
}
