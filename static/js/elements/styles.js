// @ts-check
import { context } from "./context.js";

/** @type {Map<string, Promise<void>>} */
const loading = new Map();

/**
 * Load the style sheet of a part that is opened later (`css/features/<name>.css`), once.
 * @param {string} name
 */
export function loadStyle(name) {
  const known = loading.get(name);
  if (known) return known;
  const loaded = new Promise((resolve, reject) => {
    const link = document.createElement("link");
    link.rel = "stylesheet";
    link.href = `${context().assets}css/features/${name}.css`;
    link.onload = () => resolve(undefined);
    link.onerror = () => reject(new Error(`css/features/${name}.css could not be loaded`));
    document.head.append(link);
  });
  loading.set(name, /** @type {Promise<void>} */ (loaded));
  return /** @type {Promise<void>} */ (loaded);
}
