// @ts-check
/** The networks that this browser keeps: open one, look at its report, forget it. */
import { chooseModel } from "../../state/actions.js";
import { context } from "../../elements/context.js";
import { h } from "../../elements/dom.js";
import { forget, ownModels, restoreModels } from "./keeping.js";
import { bytesText } from "./sentences.js";
import { clear, reopen, session } from "./session.js";

/** @param {import("../../elements/element.js").LoupeElement} host */
export function createKept(host) {
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
        open
          ? h("span", { class: "note" }, t("own.kept.open_now"))
          : button("own-open", t("own.kept.open"), model.title, () => {
              clear();
              chooseModel(host.store, model.id);
            }),
        session.state.brought?.content === model.content
          ? null
          : button("own-report", t("own.kept.report"), model.title, () => void reopen(model)),
        button("own-forget", t("own.kept.forget"), model.title, () => {
          forget(model.content);
          if (session.state.content === model.content) clear();
          /** @type {HTMLElement | null} */ (host.querySelector("[data-action=own-files]"))?.focus();
        }),
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

/** @param {string} action @param {string} words @param {string} title @param {() => void} act */
const button = (action, words, title, act) =>
  h(
    "button",
    { type: "button", class: "button", "data-action": action, "aria-label": `${words}: ${title}`, onclick: act },
    words,
  );
