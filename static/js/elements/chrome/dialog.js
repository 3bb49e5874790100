// @ts-check
import { context } from "../context.js";
import { h } from "../dom.js";
import { icon } from "../icons.js";

/**
 * Show a modal dialog; it is gone when it is closed (Esc, ×, a click beside it).
 * @param {string} name `data-dialog`, and the class `dialog-<name>`
 * @param {string} title
 * @param {(Node | string)[]} content
 * @returns {HTMLDialogElement}
 */
export function showDialog(name, title, content) {
  const close = () => dialog.close();
  const dialog = h(
    "dialog",
    { class: `dialog dialog-${name}`, "data-dialog": name, "aria-labelledby": `dialog-${name}-title` },
    h(
      "div",
      { class: "dialog-head" },
      h("h2", { id: `dialog-${name}-title` }, title),
      h(
        "button",
        { type: "button", class: "button square", "aria-label": context().i18n.t("common.close"), onclick: close },
        icon("close"),
      ),
    ),
    h("div", { class: "dialog-body" }, content),
  );
  dialog.addEventListener("click", (/** @type {MouseEvent} */ event) => event.target === dialog && close());
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}
