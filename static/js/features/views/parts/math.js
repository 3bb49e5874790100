// @ts-check
/** A formula in the page: typeset with MathML, said in words to screen readers, from one tree. */
import { parts, rounded } from "../../../formula/mathml.js";
import { speak } from "../../../formula/speech.js";
import { h } from "../../../elements/dom.js";

/** @param {import("../../../formula/mathml.js").Markup | string} markup @returns {Node} */
function build(markup) {
  if (typeof markup === "string") return document.createTextNode(markup);
  const [tag, attributes, ...children] = markup;
  return h(`math:${tag}`, attributes, ...children.map(build));
}

/** @param {import("../../../formula/mathml.js").Markup} markup */
const math = (markup) => h("math:math", { displaystyle: "true" }, build(markup));

/**
 * @param {import("../../../model/expression.js").Node} tree
 * @param {(key: string, params?: Record<string, string | number>) => string} t
 */
export function createFormula(tree, t) {
  const pieces = parts(tree, { format: rounded, words: t });
  return h(
    "div",
    { class: "formula" },
    h("p", { class: "sr" }, speak(tree, t)),
    h(
      "div",
      { class: "formula-parts", "aria-hidden": "true" },
      pieces.map((piece) =>
        Array.isArray(piece)
          ? math(piece)
          : h(
              "div",
              { class: "formula-fraction" },
              h("div", null, piece.top.map(math)),
              h("div", null, piece.bottom.map(math)),
            ),
      ),
    ),
  );
}
