// @ts-check
/** A question in a tour: choices to press, or an answer to type; what an answer tells; and the way to be told. */
import { h } from "../../elements/dom.js";
import { inline } from "./text.js";

/** @typedef {import("./network.js").Question} Question */

let serial = 0;

/**
 * @param {Question} question
 * @param {(key: string, params?: Record<string, string | number>) => string} t
 * @param {(how: "right" | "revealed") => void} onDone
 */
export function createQuestion(question, t, onDone) {
  const id = `tour-ask-${serial++}`;
  const feedback = h("p", { class: "tour-feedback", role: "status" });
  const announce = (/** @type {"right" | "wrong" | "note"} */ tone, /** @type {string} */ text) => {
    feedback.dataset.tone = tone;
    feedback.replaceChildren(...inline(text));
    root.dataset.verdict = tone;
  };
  const reveal = h(
    "button",
    {
      type: "button",
      class: "button quiet",
      "data-action": "tour-reveal",
      onclick: () => {
        announce("note", question.reveal);
        onDone("revealed");
      },
    },
    t("tour.question.reveal"),
  );
  const root = h(
    "section",
    { class: "tour-question", "aria-labelledby": id, lang: question.ask.language ?? null },
    h("p", { class: "tour-ask", id }, inline(question.ask.text)),
    question.about ? h("p", { class: "note" }, question.about) : "",
    question.choices ? choices() : typed(),
    feedback,
  );

  function choices() {
    const buttons = (question.choices ?? []).map((choice) =>
      h(
        "button",
        {
          type: "button",
          class: "button tour-choice",
          "data-choice": choice.id,
          onclick: (/** @type {MouseEvent} */ event) => {
            for (const button of buttons) button.setAttribute("aria-pressed", String(button === event.currentTarget));
            announce(choice.right ? "right" : "wrong", choice.said);
            if (choice.right) onDone("right");
          },
        },
        choice.text,
      ),
    );
    return h("div", { class: "tour-choices", role: "group", "aria-labelledby": id }, buttons, reveal);
  }

  function typed() {
    const field = h("input", {
      class: "field",
      type: "text",
      autocomplete: "off",
      spellcheck: "false",
      "aria-labelledby": id,
    });
    const form = h(
      "form",
      { class: "tour-form", novalidate: true },
      field,
      h("button", { type: "submit", class: "button strong", "data-action": "tour-check" }, t("tour.question.check")),
      reveal,
    );
    form.addEventListener("submit", (/** @type {Event} */ event) => {
      event.preventDefault();
      const verdict = question.judge?.(field.value) ?? null;
      if (!verdict) return announce("note", t("tour.question.unclear"));
      announce(verdict.right ? "right" : "wrong", verdict.said);
      if (verdict.right) onDone("right");
      return undefined;
    });
    return form;
  }

  return root;
}
