// @ts-check
/** A field over the glossary that leaves the words that match, in either language, and says how many. */
import { h } from "../../elements/dom.js";
import { LoupeElement } from "../../elements/element.js";

export class LoupeGlossary extends LoupeElement {
  start() {
    const words = [...(this.parentElement?.querySelectorAll(".learn-glossary > div") ?? [])];
    const said = h("span", { class: "learn-glossary-count", role: "status" });
    const field = h("input", {
      id: "learn-glossary-filter",
      class: "learn-question-field",
      type: "search",
      autocomplete: "off",
      spellcheck: "false",
      oninput: () => {
        const text = field.value.trim().toLowerCase();
        const left = words.filter((word) => {
          const fits = word.textContent?.toLowerCase().includes(text) ?? false;
          /** @type {HTMLElement} */ (word).hidden = !fits;
          return fits;
        });
        said.textContent = left.length
          ? this.t("learn.glossary.count", { count: left.length, all: words.length })
          : this.t("learn.glossary.none", { text: field.value.trim() });
      },
    });
    this.replaceChildren(
      h(
        "p",
        { class: "learn-glossary-find" },
        h("label", { for: field.id }, this.t("learn.glossary.filter")),
        field,
        said,
      ),
    );
  }
}
