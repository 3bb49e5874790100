// @ts-check
/** A question as it stands on a worksheet or in a quiz: asked, with its figures, and neither judged nor revealed. */
import { context } from "../../../elements/context.js";
import { h } from "../../../elements/dom.js";
import { signedColour, weightColour } from "./colour.js";
import { NumberGrid } from "./grid.js";
import { kernelIcon } from "./kernel-icon.js";
import { MapView } from "./map.js";
import { largest, size } from "../model/matrix.js";
import { fixed } from "../model/numbers.js";
import { kernelOf } from "../model/presets.js";

/** @typedef {import("../model/exam.js").Asked} Asked */

/** a, b, c … @param {number} index */
export const letter = (index) => String.fromCharCode(97 + index);

/** The words of an option. @param {Asked} asked @param {string} option */
export function optionText({ id, made }, option) {
  const { t } = context().i18n;
  return "options" in made && made.kernels
    ? t(`learn.convolution.kernels.${option}.name`)
    : t(`learn.questions.${id}.options.${option}`, made.params);
}

/** @param {Asked} asked @returns {HTMLElement[]} */
export function askedParts({ id, made }) {
  const { t } = context().i18n;
  const drawn = [];
  if ("options" in made) {
    if (made.map) {
      const view = new MapView({ label: t("learn.question.map") });
      view.update({ shape: size(made.map), data: made.map.flat(), range: largest(made.map) || 1 });
      drawn.push(h("figure", { class: "learn-question-operand learn-question-map" }, view.element));
    }
  } else
    for (const { title, values, weights } of made.operands ?? []) {
      const grid = new NumberGrid({
        label: t(`learn.question.${title}`),
        colour: weights ? weightColour : signedColour,
        format: (value) => fixed(value),
      });
      grid.update({ values, range: largest(values) });
      drawn.push(
        h(
          "figure",
          { class: "learn-question-operand" },
          h("figcaption", null, t(`learn.question.${title}`)),
          grid.element,
        ),
      );
    }
  return [
    h("p", null, t(`learn.questions.${id}.ask`, made.params)),
    ...(drawn.length ? [h("div", { class: "learn-question-operands" }, drawn)] : []),
  ];
}

/** An option's sign, where it has one. @param {Asked} asked @param {string} option */
export const optionIcon = ({ made }, option) =>
  "options" in made && made.kernels ? kernelIcon(kernelOf(option).values) : null;
