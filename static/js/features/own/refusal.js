// @ts-check
/** Everything that stands in the way of a network, at once, and a report that can be copied. */
import { context, does } from "../../elements/context.js";
import { h } from "../../elements/dom.js";
import { icon } from "../../elements/icons.js";
import { sentenceOf } from "./sentences.js";

/**
 * @param {import("../../api/client.js").Problem} problem
 * @param {string | null} names the files, with their sizes; null for a refused answer
 */
export function refusal(problem, names) {
  const { t } = context().i18n;
  const causes = problem.problems.length ? problem.problems : [problem];
  const sentences = causes.map((cause) => sentenceOf(cause));
  /** Weights alone fit networks that are known: one of them can be taken. @type {string[]} */
  const architectures = causes.flatMap(({ params }) => params.architectures ?? []);
  const said = h("span", { class: "note", role: "status" });
  const copy = h(
    "button",
    {
      type: "button",
      class: "button",
      "data-action": "own-copy-problems",
      ...does("copy", {
        text: [names, ...sentences].filter(Boolean).join("\n"),
        copied: (/** @type {boolean} */ done) => void (said.textContent = t(done ? "own.copied" : "own.not_copied")),
      }),
    },
    icon("copy"),
    h("span", null, t("own.copy_report")),
  );
  return h(
    "div",
    { class: "own-refusal", "data-code": problem.code },
    names ? h("p", null, h("strong", null, names), " ", t("own.refused", { count: causes.length })) : null,
    h(
      "ol",
      { class: "own-problems" },
      causes.map((cause, index) => h("li", { "data-code": cause.code }, sentences[index])),
    ),
    h(
      "div",
      { class: "row" },
      architectures.map((name) =>
        h(
          "button",
          {
            type: "button",
            class: "button",
            "data-choice": name,
            ...does("own-answer", { choices: { architecture: name }, about: "architecture" }),
          },
          t("own.take_architecture", { name }),
        ),
      ),
      names ? [copy, said] : null,
    ),
  );
}
