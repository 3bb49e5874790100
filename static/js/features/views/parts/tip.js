// @ts-check
/** The small box that says a number in full, or shows a kernel's numbers. One for a whole view. */
import { exact } from "../../../core/i18n.js";
import { h } from "../../../elements/dom.js";

/** @param {HTMLElement} host */
export function createTip(host) {
  const root = h("div", { class: "view-tip", role: "tooltip", hidden: true });
  const place = (/** @type {Element} */ anchor) => {
    root.hidden = false;
    const box = anchor.getBoundingClientRect();
    const own = root.getBoundingClientRect();
    const left = Math.max(8, Math.min(innerWidth - own.width - 8, box.left + box.width / 2 - own.width / 2));
    const above = box.top - own.height - 6;
    root.style.left = `${left}px`;
    root.style.top = `${above > 8 ? above : box.bottom + 6}px`;
  };
  return {
    root,
    /** @param {Element} anchor @param {Node} content */
    show(anchor, content) {
      if (!host.contains(root)) host.append(root);
      root.replaceChildren(content);
      place(anchor);
    },
    /**
     * @param {Element} anchor
     * @param {(key: string, params?: Record<string, string | number>) => string} t
     * @param {(index: string) => string} named
     */
    value(anchor, t, named) {
      const { value = "", place: index } = /** @type {HTMLElement} */ (anchor).dataset;
      root.replaceChildren(
        h("strong", { class: "mono" }, exact(Number(value)).replace("-", "\u2212")),
        index ? h("span", null, named(index)) : "",
        index && anchor.matches("button:enabled, mn") ? h("span", { class: "tip-hint" }, t("views.follow_hint")) : "",
      );
      place(anchor);
    },
    hide() {
      root.hidden = true;
    },
  };
}
