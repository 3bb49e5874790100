// @ts-check
/**
 * A picture by its address, where the self-hoster switched that on.
 */
import { fetchPicture, pictureAddress } from "../../api/picture-address.js";
import { Problem } from "../../api/client.js";
import { closePanel, reportProblem } from "../../state/actions.js";
import { context, does } from "../../elements/context.js";
import { h } from "../../elements/dom.js";
import { LoupeElement } from "../../elements/element.js";
import { addPictures } from "./intake.js";

class LoupeByAddress extends LoupeElement {
  start() {
    const field = h("input", {
      class: "field",
      type: "url",
      required: true,
      placeholder: "https://…",
      "aria-label": this.t("pictures.address.field"),
      "data-action": "address-field",
    });
    const form = h(
      "form",
      {
        class: "row",
        ...does("address-fetch", () => field.value, "submit"),
      },
      field,
      h(
        "button",
        { type: "submit", class: "button strong", "data-action": "address-fetch" },
        this.t("pictures.address.fetch"),
      ),
    );
    form.noValidate = true;
    this.commands([
      { name: "address-fetch", words: "pictures.address.fetch", perform: ({ value }) => this.#fetch(value) },
    ]);
    this.replaceChildren(form, h("p", { class: "note" }, this.t("pictures.address.note")));
    field.focus();
  }

  /** @param {string} text */
  async #fetch(text) {
    this.store.update({ working: true });
    try {
      const file = await fetchPicture(pictureAddress(text), context().settings.max_upload_bytes);
      closePanel(this.store);
      await addPictures([file]);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      reportProblem(this.store, { name: text, problem: error });
    } finally {
      this.store.update({ working: false });
    }
  }
}

customElements.define("loupe-by-address", LoupeByAddress);
