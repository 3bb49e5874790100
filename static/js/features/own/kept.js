// @ts-check
/** The networks that this browser keeps: open one, look at its report, forget it. */
import { context, does } from "../../elements/context.js";
import { h } from "../../elements/dom.js";
import { ownModels, restoreModels } from "./keeping.js";
import { bytesText } from "./sentences.js";
import { session } from "./session.js";

export function createKept() {
  const { t } = context().i18n;
  const list = h("ul", { class: "own-list" });
  const root = h("section", { class: "own-kept", "data-part": "kept" }, h("h3", null, t("own.kept.title")), list);
  void restoreModels();

  /** @param {import("../../api/own-store.js").KeptModel} model @param {boolean} open */
  const row = (model, open) =>
    h(
      "li",
      { "data-content": model.content },
      h("strong", null, model.title),
      h("span", { class: "note" }, `${model.file} · ${bytesText(model.size)}`),
      h(
        "span",
        { class: "row" },
        open ? h("span", { class: "note" }, t("own.kept.open_now")) : button("own-open", t("own.kept.open"), model),
        session.state.brought?.content === model.content ? null : button("own-report", t("own.kept.report"), model),
        button("own-forget", t("own.kept.forget"), model),
      ),
    );

  return {
    root,
    /** @param {import("../../state/initial.js").State} state */
    show({ modelId }) {
      const models = ownModels();
      root.hidden = models.length === 0;
      list.replaceChildren(...models.map((model) => row(model, model.id === modelId)));
    },
  };
}

/** @param {string} name @param {string} words @param {import("../../api/own-store.js").KeptModel} model */
const button = (name, words, model) =>
  h(
    "button",
    {
      type: "button",
      class: "button",
      "data-action": name,
      "aria-label": `${words}: ${model.title}`,
      ...does(name, model),
    },
    words,
  );
