// @ts-check
/** "Predict, then see": a field for one number, judged at once, and a way to be shown it. */
import { context } from "../../../elements/context.js";
import { h } from "../../../elements/dom.js";
import { readings } from "../model/answer.js";

let serial = 0;

/**
 * @param {{ ask: string | Node, expected: number, tolerance?: number, onknown: () => void }} options `onknown`: the
 *   number has been found or asked for
 */
export function predict({ ask, expected, tolerance = 0.006, onknown }) {
  const { t } = context().i18n;
  const name = `learn-predict-${serial++}`;
  const field = h("input", {
    id: name,
    class: "learn-question-field",
    type: "text",
    autocomplete: "off",
    spellcheck: "false",
  });
  const said = h("span", { class: "learn-predict-said", role: "status" });
  const form = h(
    "form",
    { class: "learn-predict", novalidate: true, "data-expected": expected },
    h("label", { for: name }, ask),
    field,
    h("button", { type: "submit", class: "learn-button strong", "data-do": "predict" }, t("learn.predict.check")),
    h(
      "button",
      { type: "button", class: "learn-button", "data-do": "show", onclick: () => onknown() },
      t("learn.predict.show"),
    ),
    said,
  );
  form.addEventListener("submit", (/** @type {Event} */ event) => {
    event.preventDefault();
    const answers = readings(field.value);
    const right = answers.some((answer) => Math.abs(answer - expected) <= tolerance);
    if (right) return onknown();
    said.textContent = answers.length
      ? t(`learn.predict.too_${answers[0] > expected ? "high" : "low"}`)
      : t("learn.predict.not_a_number");
    return undefined;
  });
  return form;
}
