// The vocabulary as a module of the page: `node tests/web/vocabulary.mjs` writes it from static/vocabulary.json.
// (JSON modules would need no copy, but Firefox ESR does not have them, and a fetch would come before the first paint.)
import { readFileSync, writeFileSync } from "node:fs";
import { format } from "prettier";

const SOURCE = new URL("../../static/vocabulary.json", import.meta.url);
export const MODULE = new URL("../../static/js/state/vocabulary.js", import.meta.url);
const OPTIONS = JSON.parse(readFileSync(new URL(".prettierrc.json", import.meta.url), "utf8"));

export const written = () =>
  format(
    `// @ts-check
/**
 * The words that addresses, lessons and embeds use for what the page shows: views, colour scales, controls, chapters.
 * Made from static/vocabulary.json, which the server reads, by tests/web/vocabulary.mjs; change that file.
 */
export const VOCABULARY = /** @type {const} */ (${readFileSync(SOURCE, "utf8")});`,
    { ...OPTIONS, parser: "babel" },
  );

if (process.argv[1] === new URL(import.meta.url).pathname) writeFileSync(MODULE, await written());
