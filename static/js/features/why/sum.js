// @ts-check
/** The sum that a score is: its squares and its bias, beside the network's own number. */
import { exact } from "../../core/i18n.js";
import { h } from "../../elements/dom.js";

/**
 * A rounded number that holds all its digits.
 * @param {import("../../core/i18n.js").Translator} i18n
 * @param {number} value
 * @param {string} [name]
 */
export const amount = (i18n, value, name = "") =>
  h(
    "span",
    { class: "why-value mono", "data-value": exact(value), title: i18n.full(value), "data-of": name || null },
    i18n.value(value),
  );

/**
 * @param {import("../../model/evidence.js").Evidence} evidence
 * @param {{ classes: boolean, against: number | null }} subject
 * @param {import("../../core/i18n.js").Translator} i18n
 */
export function createSum(evidence, { classes, against }, i18n) {
  const { t } = i18n;
  const counts = { for: 0, against_it: 0, neutral: 0 };
  for (const one of evidence.places) counts[one > 0 ? "for" : one < 0 ? "against_it" : "neutral"]++;
  /** @param {string} words @param {number} value @param {string} name @param {string} [kind] */
  const line = (words, value, name, kind = "") =>
    h("div", { class: `why-line ${kind}` }, h("dt", null, words), h("dd", null, amount(i18n, value, name)));
  const engine = against !== null ? "engine_against" : classes ? "engine" : "engine_unit";
  return h(
    "section",
    { class: "why-sum", "data-why-sum": true },
    h("h3", null, t("why.sum")),
    h(
      "dl",
      null,
      line(t("why.for", { count: counts.for }), evidence.positive, "positive"),
      line(t("why.against_it", { count: counts.against_it }), evidence.negative, "negative"),
      counts.neutral ? line(t("why.neutral", { count: counts.neutral }), 0, "neutral") : null,
      line(t("why.bias"), evidence.bias, "bias"),
      line(t("why.together"), evidence.total, "total", "is-total"),
      line(t(`why.${engine}`), evidence.value, "engine"),
    ),
    h(
      "p",
      { class: "note" },
      t("why.agrees", {
        difference: small(Math.abs(evidence.total - evidence.value)),
        bound: small(evidence.bound),
      }),
    ),
  );
}

/** A small positive number: `3.2e-5`. @param {number} value */
const small = (value) => (value === 0 ? "0" : value.toExponential(1));
