// @ts-check
/**
 * A link to exactly what is on the screen. Exports of the view join here (`data-share-actions`).
 */
import { formatView } from "../../state/place.js";
import { linkTo } from "./address-bar.js";
import { context, does } from "../context.js";
import { commandButton } from "../controls.js";
import { h } from "../dom.js";
import { icon } from "../icons.js";
import { showDialog } from "./dialog.js";

export function open() {
  const { i18n, store } = context();
  const { t } = i18n;
  const link = linkTo(store.state);
  const own = store.state.models.find(({ id }) => id === store.state.modelId)?.own;
  const field = h("input", {
    class: "field",
    type: "text",
    readonly: true,
    value: link,
    "aria-label": t("common.share.link"),
    onfocus: () => field.select(),
  });
  const exports = h("div", { class: "share-actions", "data-share-actions": true });
  const said = h("p", { class: "note", role: "status" });
  const copy = h(
    "button",
    {
      type: "button",
      class: "button strong",
      "data-action": "copy-link",
      ...does("copy", {
        text: link,
        copied: (/** @type {boolean} */ done) => {
          if (!done) field.select();
          said.textContent = t(done ? "common.share.copied" : "common.share.copy_yourself");
        },
      }),
    },
    icon("link"),
    h("span", null, t("common.share.copy")),
  );
  showDialog("share", t("common.command.share.title"), [
    h("p", null, t("common.share.intro")),
    h("div", { class: "row" }, field, copy),
    said,
    own ? h("p", { class: "note" }, t("common.share.own_model", own)) : "",
    store.state.picture?.source === "own" ? h("p", { class: "note" }, t("common.share.own_picture")) : "",
    h(
      "p",
      { class: "row" },
      h(
        "a",
        { class: "button", href: builderAddress(store.state), "data-action": "embed" },
        icon("frame"),
        h("span", null, t("common.share.embed")),
      ),
      h("span", { class: "note" }, t("common.share.embed_hint")),
    ),
    store.state.present
      ? ""
      : h(
          "p",
          { class: "row" },
          commandButton("present", { "data-closes": true }),
          h("span", { class: "note" }, t("common.command.present.hint")),
        ),
    exports,
  ]);
  field.focus();
  void addExports(exports);
}

/**
 * The page that makes a snippet of what is seen, for another page.
 * @param {import("../../state/initial.js").State} state
 */
function builderAddress({ view, model, picture, scale, details, theme, language }) {
  const asked = {
    what: view ? "view" : "network",
    view: view ? formatView(view) : "",
    model: model?.id ?? "",
    sample: picture?.source === "sample" ? picture.id : "",
    scale,
    details: details ? "" : "0",
    theme,
    lang: language,
    language,
  };
  return `${context().root}/embed?${new URLSearchParams(Object.entries(asked).filter(([, value]) => value !== ""))}`;
}

/** The exports come with the opened views' words; they are added once those are here. */
async function addExports(/** @type {HTMLElement} */ holder) {
  const [{ exportControls }] = await Promise.all([
    import("../../features/export/actions.js"),
    import("../../features/views/index.js"),
  ]);
  holder.replaceChildren(...exportControls());
}
