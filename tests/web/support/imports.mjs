// What a module names of others, from its syntax tree.
import { Linter } from "eslint";

/** @typedef {{ now: { from: string, names: string[] }[], later: string[] }} Imports
 *  `now`: what is there before the module runs, and which names it takes; `later`: what it opens when it is needed */

const linter = new Linter();

/** @param {string} text of a module @returns {Imports} */
export function importsIn(text) {
  /** @type {Imports} */
  const found = { now: [], later: [] };
  const put = ({ source, specifiers = [] }) =>
    found.now.push({ from: source.value, names: specifiers.flatMap(({ imported }) => imported?.name ?? []) });
  const collect = {
    create: () => ({
      ImportDeclaration: put,
      ExportAllDeclaration: put,
      "ExportNamedDeclaration[source]": put,
      "ImportExpression > Literal.source": ({ value }) => found.later.push(value),
    }),
  };
  const [failed] = linter.verify(text, {
    linterOptions: { reportUnusedDisableDirectives: "off" },
    languageOptions: { ecmaVersion: 2025, sourceType: "module" },
    plugins: { here: { rules: { collect } } },
    rules: { "here/collect": "error" },
  });
  if (failed) throw new SyntaxError(`line ${failed.line}: ${failed.message}`);
  return found;
}
