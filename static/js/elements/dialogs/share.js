// @ts-check
/**
 * A link to exactly what is on the screen. Exports of the view join here (`data-share-actions`).
 */
import { linkTo } from "../address-bar.js";
import { context } from "../context.js";
import { h } from "../dom.js";
import { icon } from "../icons.js";
import { showDialog } from "./dialog.js";

export function open() {
  const { i18n, store } = context();
  const { t } = i18n;
  const link = linkTo(store.state);
  const field = h("input", { class: "field", type: "text", readonly: true, value: link, "aria-label": t("common.share.link"), onfocus: () => field.select() });
  const said = h("p", { class: "note", role: "status" });
  const copy = h("button", { type: "button", class: "button strong", "data-action": "copy-link", onclick: async () => {
    said.textContent = t((await copied(field)) ? "common.share.copied" : "common.share.copy_yourself");
  } }, icon("link"), h("span", null, t("common.share.copy")));
  showDialog("share", t("common.share.title"), [
    h("p", null, t("common.share.intro")),
    h("div", { class: "row" }, field, copy),
    said,
    store.state.picture?.source === "own" ? h("p", { class: "note" }, t("common.share.own_picture")) : "",
    h("div", { class: "share-actions", "data-share-actions": true }),
  ]);
  field.focus();
  void addExports();
}

/** The exports come with the opened views' words; they are added once those are here. */
async function addExports() {
  const [{ exportControls }] = await Promise.all([import("../export/actions.js"), import("../views/index.js")]);
  document.querySelector("[data-share-actions]")?.replaceChildren(...exportControls());
}

/** Copy the field's text; the asynchronous clipboard exists on secure origins only. @param {HTMLInputElement} field */
async function copied(field) {
  field.select();
  try {
    if (navigator.clipboard) await navigator.clipboard.writeText(field.value);
    else return document.execCommand("copy");
    return true;
  } catch {
    return false;
  }
}
