// @ts-check
/** What is it: format, producer, input, classes, layers, learned numbers, what a picture costs. */
import { context } from "../../elements/context.js";
import { h } from "../../elements/dom.js";
import { bytesText, countText } from "./sentences.js";

/** @typedef {import("./session.js").Session} Session */

const FLOAT = 4;

export function createFacts() {
  const { t } = context().i18n;
  const root = h("dl", { class: "own-facts", "data-part": "facts" });
  return {
    root,
    /** @param {Session} session */
    show({ brought, stage, files }) {
      root.hidden = !brought || stage === "refused";
      if (!brought) return;
      const { report } = brought;
      const facts = {
        file: files.map(({ name }) => name).join(", "),
        format: madeWith(report),
        input: inputText(report),
        classes: t(`own.classes_${report.classes_source}`, { count: report.classes.length }),
        layers: t("own.layer_count", { count: report.layers.length }),
        learned: countText(report.parameter_count),
        cost: t("own.cost_text", {
          values: countText(report.activations),
          size: bytesText(FLOAT * report.activations),
          products: countText(report.multiplications),
        }),
        ending: t(`own.endings.${report.ending}`),
        ...((report.author || report.licence) && {
          from: [report.author, report.licence].filter(Boolean).join(" · "),
        }),
      };
      root.replaceChildren(
        ...Object.entries(facts).map(([name, text]) =>
          h("div", { "data-fact": name }, h("dt", null, t(`own.facts.${name}`)), h("dd", null, text)),
        ),
      );
    },
  };
}

/** Format and producer, once where the one says the other. @param {import("../../api/own.js").Report} report */
export function madeWith({ format, producer }) {
  const { i18n } = context();
  const name = i18n.has(`own.formats.${format}`) ? i18n.t(`own.formats.${format}`) : format;
  if (!producer) return name;
  return producer.toLowerCase().startsWith(name.toLowerCase()) ? producer : `${name} · ${producer}`;
}

/** @param {import("../../api/own.js").Report} report */
function inputText({ input_shape: [channels, height, width], preparation }) {
  const { i18n } = context();
  const colour = channels === 1 ? "grey" : channels === 3 ? (preparation?.colour ?? "rgb") : "other";
  return i18n.t(`own.inputs.${colour}`, { size: `${width}×${height}`, channels });
}
