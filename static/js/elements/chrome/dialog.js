// @ts-check
import { commandButton } from "../controls.js";
import { h } from "../dom.js";

/**
 * Show a modal dialog; it is gone when it is closed (Esc, ×, a click beside it, a control with `data-closes`, which
 * leads away from it and does what it does once the dialog is closed).
 * @param {string} name `data-dialog`, and the class `dialog-<name>`
 * @param {string} title
 * @param {(Node | string)[]} content
 * @returns {HTMLDialogElement}
 */
export function showDialog(name, title, content) {
  /** @type {HTMLDialogElement} */
  const dialog = h(
    "dialog",
    { class: `dialog dialog-${name}`, "data-dialog": name, "aria-labelledby": `dialog-${name}-title` },
    h(
      "div",
      { class: "dialog-head" },
      h("h2", { id: `dialog-${name}-title` }, title),
      commandButton("close-dialog", { value: () => dialog, square: true }),
    ),
    h("div", { class: "dialog-body" }, content),
  );
  const leave = (/** @type {MouseEvent} */ { target }) => {
    if (target === dialog || (target instanceof Element && target.closest("[data-closes]"))) dialog.close();
  };
  dialog.addEventListener("click", leave, { capture: true });
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}
