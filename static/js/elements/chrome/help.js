// @ts-check
/**
 * The list of keys, and the way to Learn.
 */
import { context } from "../context.js";
import { h } from "../dom.js";
import { startTour } from "../../state/actions.js";
import { togglePresenting } from "../../state/present.js";
import { showDialog } from "./dialog.js";

/** Keys as they stand on keyboards, and the catalogue's word for what they do. @type {[string[], string][]} */
const SHORTCUTS = [
  [["←", "→", "↑", "↓"], "arrows"],
  [["Home", "End"], "ends"],
  [["Enter"], "enter"],
  [["Esc"], "escape"],
  [["1", "2", "3", "4"], "scale"],
  [["L"], "lock"],
  [["D"], "details"],
  [["T"], "tour"],
  [["P"], "present"],
  [["Ctrl V"], "paste"],
  [["?"], "help"],
];

/** Those that there are only while something is presented. @type {[string[], string][]} */
const PRESENTING = [
  [["N", "B"], "present.keys_layer"],
  [["J", "K"], "present.keys_neuron"],
];

export function open() {
  const {
    i18n: { t },
    store,
  } = context();
  const shortcuts = [
    ...SHORTCUTS.map(([keys, words]) => /** @type {const} */ ([keys, `common.help.${words}`])),
    ...(store.state.present ? PRESENTING : []),
  ];
  const rows = shortcuts.map(([keys, words]) =>
    h(
      "tr",
      null,
      h(
        "th",
        { scope: "row" },
        keys.map((key) => h("kbd", null, key)),
      ),
      h("td", null, t(words)),
    ),
  );
  const dialog = showDialog("help", t("common.help.title"), [
    h("p", null, t("common.help.intro")),
    h(
      "ul",
      { class: "help-tips" },
      ["hover", "click", "pixel"].map((tip) => h("li", null, t(`common.help.tip_${tip}`))),
    ),
    h("h3", null, t("common.help.keys")),
    h("table", { class: "keys" }, h("tbody", null, rows)),
    h(
      "p",
      { class: "help-links" },
      h(
        "button",
        {
          type: "button",
          class: "button strong",
          "data-action": "start-tour",
          onclick: () => {
            dialog.close();
            startTour(store);
          },
        },
        t("common.tour.start"),
      ),
      store.state.present
        ? ""
        : h(
            "button",
            {
              type: "button",
              class: "button",
              "data-action": "present",
              title: t("common.present.hint"),
              onclick: () => {
                dialog.close();
                togglePresenting(store);
              },
            },
            t("common.present.title"),
          ),
      h(
        "button",
        {
          type: "button",
          class: "button",
          "data-action": "go-to-learn",
          onclick: () => {
            dialog.close();
            // As a link would: the chapter is waited for, and gone to once it has its height.
            document.querySelector("loupe-learn")?.scrollIntoView();
            history.pushState(
              null,
              "",
              context().store.state.chapter ? `#learn-${context().store.state.chapter}` : "#learn",
            );
            dispatchEvent(new HashChangeEvent("hashchange"));
          },
        },
        t("common.help.learn"),
      ),
    ),
  ]);
}
