// @ts-check
/** A number in plain words: what was done, and the three terms that count most, as bars. */
import { signed, exact } from "../../core/i18n.js";
import { rankedTerms, termIndex } from "../../model/explain.js";
import { winner } from "../../model/operations.js";
import { product } from "../../model/trace.js";
import { does } from "../../elements/context.js";
import { h } from "../../elements/dom.js";
import { valueName } from "../../state/selectors.js";
import { valueIndexText } from "./parts/value.js";
import { share } from "./parts/share.js";

/** How many terms are named. */
const NAMED = 3;

/** @param {import("./host.js").Actions} actions */
export function createPlainly({ i18n, t }) {
  const words = h("p", { class: "plainly-words" });
  const list = h("ol", { class: "plainly-terms" });
  const more = h(
    "button",
    { type: "button", class: "button", "data-action": "exact", ...does("words") },
    t("views.plainly.exact"),
  );
  const root = h("div", { class: "plainly" }, words, list, more);

  return {
    root,
    /**
     * @param {import("./subject.js").Subject} subject
     * @param {import("../../model/explain.js").Explanation} found
     */
    show({ scene }, found) {
      const { trace, sources, value } = found;
      root.hidden = !i18n.plainly || !trace;
      if (!trace || root.hidden) return;
      const won = winner(trace);
      const terms = trace.terms.filter(({ padding }) => !padding);
      const ranked = rankedTerms(trace).filter(({ term }) => !term.padding);
      const chosen = won === null ? ranked.slice(0, NAMED) : ranked.filter(({ index: at }) => at === won);
      const weighed = terms.some(({ weight }) => weight !== null) && trace.operation === "weighted_sum";
      const few = ranked.length <= NAMED;
      const key =
        won !== null
          ? "winner"
          : weighed
            ? few
              ? "sum_few"
              : "sum"
            : terms.length === 1
              ? "one"
              : trace.operation === "mean"
                ? "mean"
                : "other";
      words.textContent = t(`views.plainly.${key}`, {
        value: signed(value),
        count: terms.length,
        bias: trace.bias ? t("views.plainly.bias", { amount: signed(trace.bias) }) : "",
      });
      const largest = Math.max(...chosen.map(({ term }) => Math.abs(product(term)))) || 1;
      list.replaceChildren(
        ...chosen.map(({ term }) => {
          const index = termIndex({ sources }, term);
          const part = product(term);
          return h(
            "li",
            null,
            h(
              "button",
              {
                type: "button",
                class: "operand",
                "data-place": valueIndexText(index),
                "data-value": exact(term.value),
              },
              h("span", { class: "operand-name" }, valueName(i18n, scene.model, index)),
            ),
            h("span", { class: "value mono", "data-value": String(part) }, signed(part)),
            share(part / largest),
          );
        }),
      );
    },
  };
}
