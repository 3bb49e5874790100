// @ts-check
/** What the class sees: a tick for each control, and the link that opens exactly this. */
import { linkTo } from "../../elements/chrome/address-bar.js";
import { capsOf, commandButton, titleOf } from "../../elements/controls.js";
import { context, does } from "../../elements/context.js";
import { h } from "../../elements/dom.js";
import { icon } from "../../elements/icons.js";
import { GROUPS } from "../../state/present.js";

/** @param {import("./element.js").LoupePresent} host */
export function createChooser(host) {
  const { store } = host;
  const t = host.t.bind(host);
  const ticks = new Map(
    Object.values(GROUPS)
      .flat()
      .map((control) => [
        control,
        h("input", { type: "checkbox", "data-control": control, ...does("present-control", control, "change") }),
      ]),
  );
  /** What each of them holds, with the keys that do the same. */
  const notes = new Map([...ticks.keys()].map((control) => [control, h("span", { class: "note" })]));
  const { commands } = context();
  const list = () => {
    for (const [control, note] of notes) {
      const held = commands.all().filter((command) => command.control === control);
      const named = held.filter(({ choice }) => !choice).length > 1 || held.some(({ choice }) => choice);
      note.classList.toggle("only-keys", !named);
      note.replaceChildren(
        ...held.flatMap((command, index) => [
          index && !command.choice ? " · " : " ",
          named && !command.choice ? `${titleOf(command, store.state)} ` : "",
          ...capsOf(command).map((cap) => h("kbd", null, cap)),
        ]),
      );
    }
  };
  list();
  host.cleanup(commands.watch(list));
  const groups = Object.entries(GROUPS).map(([group, controls]) =>
    h(
      "fieldset",
      { class: "present-group" },
      h("legend", null, t(`present.group.${group}`)),
      controls.map((control) =>
        h("label", null, ticks.get(control), h("span", null, t(`present.control.${control}`)), notes.get(control)),
      ),
    ),
  );
  const field = h("input", {
    class: "field",
    type: "text",
    readonly: true,
    "aria-label": t("present.link"),
    onfocus: () => field.select(),
  });
  const said = h("p", { class: "note", role: "status" });
  const copy = h(
    "button",
    {
      type: "button",
      class: "button strong",
      "data-action": "copy-present",
      ...does("copy", () => ({
        text: field.value,
        copied: (/** @type {boolean} */ done) => {
          if (!done) field.select();
          said.textContent = t(done ? "common.share.copied" : "common.share.copy_yourself");
        },
      })),
    },
    icon("link"),
    h("span", null, t("common.share.copy")),
  );
  const root = h(
    "div",
    {
      class: "present-chooser",
      popover: "auto",
      id: "present-chooser",
      role: "dialog",
      "aria-labelledby": "present-chooser-title",
    },
    h(
      "div",
      { class: "present-chooser-head" },
      h("h2", { id: "present-chooser-title" }, t("present.choose")),
      commandButton("close-chooser", { square: true }),
    ),
    h("p", { class: "note" }, t("present.choose_hint")),
    h("div", { class: "present-groups" }, groups),
    h("div", { class: "row" }, field, copy),
    said,
  );

  host.watch(
    ({ present }) => present,
    (present) => {
      for (const [control, tick] of ticks) tick.checked = present?.includes(control) ?? false;
    },
  );
  root.addEventListener("toggle", () => {
    said.textContent = "";
  });
  host.watch(
    (state) => linkTo(state),
    (link) => void (field.value = link),
  );
  return root;
}
