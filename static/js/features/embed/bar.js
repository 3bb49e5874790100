// @ts-check
/**
 * The controls that an embed's address asks for, above what is embedded.
 */
import { setScale, toggleDetails } from "../../state/actions.js";
import { VOCABULARY } from "../../state/vocabulary.js";
import { does } from "../../elements/context.js";
import { h } from "../../elements/dom.js";
import { LoupeElement } from "../../elements/element.js";

export class LoupeEmbedBar extends LoupeElement {
  start() {
    // The embedding page has the keys to itself: these have none.
    this.commands([
      { name: "scale", words: "common.command.scale", perform: ({ store, value }) => setScale(store, value) },
      { name: "details", words: "common.command.details", perform: ({ store }) => toggleDetails(store) },
    ]);
    const wanted = (this.dataset.controls ?? "").split(" ");
    const parts = [
      wanted.includes("pictures") && this.#pictures(),
      wanted.includes("scale") && this.#scale(),
      wanted.includes("details") && this.#details(),
    ].filter(Boolean);
    this.hidden = parts.length === 0;
    this.replaceChildren(.../** @type {HTMLElement[]} */ (parts));
  }

  #pictures() {
    const list = h("ul", { class: "thumbs", "aria-label": this.t("pictures.gallery") });
    this.watch(
      (state) => state.samples,
      (samples) =>
        list.replaceChildren(
          ...samples.map((sample) => {
            const name = this.i18n.label(sample.title);
            const ref = { source: /** @type {const} */ ("sample"), id: sample.id };
            const choose = h(
              "button",
              {
                type: "button",
                class: "thumb",
                "aria-label": name,
                title: name,
                "data-sample": sample.id,
                ...does("choose-picture", ref),
              },
              h("img", {
                src: sample.thumbnail,
                alt: "",
                width: 48,
                height: 48,
                decoding: "async",
                loading: "lazy",
                draggable: "false",
              }),
            );
            return h("li", null, choose);
          }),
        ),
    );
    this.watch(
      (state) => [state.picture, state.samples],
      () => {
        const { picture } = this.store.state;
        for (const thumb of list.querySelectorAll("[data-sample]"))
          thumb.setAttribute("aria-pressed", String(picture?.id === thumb.getAttribute("data-sample")));
      },
    );
    return h("div", { class: "embed-pictures" }, list);
  }

  #scale() {
    const select = h(
      "select",
      { class: "button", "data-action": "scale", ...does("scale", () => select.value, "change") },
      VOCABULARY.scales.map((scale) =>
        h(
          "option",
          { value: scale, title: this.t(`common.command.scale-${scale}.hint`) },
          this.t(`common.command.scale-${scale}.title`),
        ),
      ),
    );
    this.watch(
      (state) => state.scale,
      (scale) => void (select.value = scale),
    );
    return h("label", { class: "embed-field" }, h("span", null, this.t("common.command.scale.title")), select);
  }

  #details() {
    const input = h("input", { type: "checkbox", "data-action": "details", ...does("details", undefined, "change") });
    this.watch(
      (state) => state.details,
      (details) => void (input.checked = details),
    );
    return h(
      "label",
      { class: "button check", title: this.t("common.command.details.hint") },
      input,
      h("span", null, this.t("common.command.details.title")),
    );
  }
}
