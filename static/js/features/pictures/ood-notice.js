// @ts-check
/**
 * The note that a picture resembles none of the classes: why softmax chose all the same, how the
 * engine decided (the numbers furthest outside their ranges), and how often the rule is wrong.
 */
import { exact } from "../../core/i18n.js";
import { does } from "../../elements/context.js";
import { h } from "../../elements/dom.js";
import { icon } from "../../elements/icons.js";
import { loadStyle } from "../../elements/styles.js";

/**
 * @typedef {object} Outside a number of a map outside the range of familiar pictures
 * @property {string} layer @property {number} unit @property {"mean" | "spread" | "share"} statistic
 * @property {number} value @property {number} low @property {number} high
 */
/** @typedef {{ value: number, threshold: number, numbers: number, false_alarms: number, outside: Outside[] }} Note */
/** @typedef {import("../../core/i18n.js").Translator} Translator */

/** @param {Translator} i18n @param {string} statistic @param {number} value */
const amount = (i18n, statistic, value) =>
  h(
    "span",
    { class: "mono", "data-value": exact(value), title: i18n.full(value) },
    statistic === "share"
      ? i18n.percent(value)
      : statistic === "spread"
        ? i18n.value(value).replace(/^\+/, "")
        : i18n.value(value),
  );

/**
 * @param {{ i18n: Translator, model: import("../../model/model.js").Model, note: Note, label: string,
 *   probability: number | null }} about
 *   the class with the highest score, and its share of 100 %
 */
export function oodNotice({ i18n, model, note, label, probability }) {
  void loadStyle("pictures");
  const t = (/** @type {string} */ key, /** @type {Record<string, string | number>} */ params = {}) =>
    i18n.t(`pictures.ood.${key}`, params);
  const known = model.training?.out_of_distribution ?? {};
  const count = model.classes.length;
  const row = (/** @type {Outside} */ { layer, unit, statistic, value, low, high }) =>
    h(
      "tr",
      null,
      h(
        "th",
        { scope: "row" },
        h(
          "button",
          { type: "button", class: "mono", title: t("show"), ...does("select-unit", { layer, unit }) },
          `${layer}[${unit}]`,
        ),
      ),
      h("td", null, t(statistic)),
      h("td", null, amount(i18n, statistic, value)),
      h("td", null, amount(i18n, statistic, low), " … ", amount(i18n, statistic, high)),
    );
  const rates = Object.entries(/** @type {Record<string, number>} */ (known.rates ?? {})).filter(([sort]) =>
    i18n.has(`pictures.ood.sorts.${sort}`),
  );
  return h(
    "details",
    { class: "notice", "data-notice": "out-of-distribution" },
    h("summary", null, icon("help"), t("summary", { count })),
    h(
      "div",
      { class: "ood" },
      h(
        "p",
        null,
        probability === null
          ? t("why_scores", { count, class: label })
          : t("why", { count, class: label, percent: i18n.percent(probability) }),
      ),
      h(
        "p",
        null,
        t("how", {
          value: note.value,
          numbers: note.numbers,
          threshold: note.threshold,
          within: percent(i18n, known.ranges_hold),
          quiet: percent(i18n, known.familiar_part),
        }),
      ),
      h(
        "table",
        null,
        h("caption", null, t("furthest")),
        h(
          "thead",
          null,
          h("tr", null, ...["unit", "what", "here", "usual"].map((key) => h("th", { scope: "col" }, t(key)))),
        ),
        h("tbody", null, ...note.outside.map(row)),
      ),
      rates.length > 0 &&
        h(
          "table",
          { class: "ood-rates" },
          h("caption", null, t("found")),
          h(
            "tbody",
            null,
            ...rates.map(([sort, rate]) =>
              h(
                "tr",
                null,
                h("th", { scope: "row" }, t(`sorts.${sort}`)),
                h("td", { class: "mono", "data-value": rate }, percent(i18n, rate)),
                h("td", null, h("meter", { min: 0, max: 1, value: rate, "aria-hidden": "true" })),
              ),
            ),
          ),
        ),
      h("p", null, t("wrong", { percent: i18n.percent(note.false_alarms) }), " ", t("silent")),
    ),
  );
}

/** A share without needless decimals. @param {Translator} i18n @param {number | undefined} value */
const percent = (i18n, value) => (value === undefined ? "–" : i18n.percent(value).replace(/[.,]0(?=\D*$)/, ""));
