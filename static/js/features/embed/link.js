// @ts-check
/** The way to the same state in the whole page. */
import { h } from "../../elements/dom.js";
import { LoupeElement } from "../../elements/element.js";

export class LoupeEmbedLink extends LoupeElement {
  /** @type {(hash: string) => string} */
  static address = () => "";

  start() {
    const { chapter } = this.dataset;
    const link = h(
      "a",
      { target: "_blank", rel: "noopener", "data-action": "open-whole" },
      this.t("embed.page.open"),
      h("span", { "aria-hidden": "true" }, "\u00a0↗"),
    );
    this.replaceChildren(link);
    this.watch(
      (state) => state,
      () => void (link.href = LoupeEmbedLink.address(chapter ? `#learn-${chapter}` : "")),
    );
  }
}
