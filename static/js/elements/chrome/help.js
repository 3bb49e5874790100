// @ts-check
/**
 * The list of keys, as the commands have them now, and the ways to the tour, to presentation mode and to Learn.
 */
import { context } from "../context.js";
import { capsOf, commandButton, titleOf } from "../controls.js";
import { h } from "../dom.js";
import { showDialog } from "./dialog.js";

/** What keys do → the keys, in the order of the table: commands that are spoken of together have one row. */
function keyList() {
  const { commands, i18n, store } = context();
  /** @type {Map<string, Set<string>>} */
  const rows = new Map();
  for (const command of commands.all()) {
    const caps = capsOf(command);
    if (!caps.length) continue;
    const words = command.help ? i18n.t(command.help) : titleOf(command, store.state);
    const known = rows.get(words) ?? new Set();
    for (const cap of caps) known.add(cap);
    rows.set(words, known);
  }
  return rows;
}

export function open() {
  const {
    i18n: { t },
    store,
  } = context();
  const rows = [...keyList()].map(([words, caps]) =>
    h(
      "tr",
      null,
      h(
        "th",
        { scope: "row" },
        [...caps].map((cap) => h("kbd", null, cap)),
      ),
      h("td", null, words),
    ),
  );
  showDialog("help", t("common.command.help.title"), [
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
      commandButton("start-tour", { class: "button strong", "data-closes": true }),
      store.state.present ? "" : commandButton("present", { "data-closes": true }),
      commandButton("go-to-learn", { "data-closes": true }),
    ),
  ]);
}
