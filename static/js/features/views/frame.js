// @ts-check
/** The frame of an opened view: the network beside it, its head with the tools, its stage and its explanation. */
import { isNormalised } from "../../model/model.js";
import { does } from "../../elements/context.js";
import { commandButton } from "../../elements/controls.js";
import { h } from "../../elements/dom.js";
import { icon } from "../../elements/icons.js";
import { valueName } from "../../state/selectors.js";
import { createPicker } from "./parts/picker.js";
import { classLabel } from "./subject.js";

/** @typedef {import("./host.js").ViewPart} ViewPart */

/**
 * @param {import("./subject.js").Subject} subject
 * @param {object} parts
 * @param {ViewPart} parts.stage
 * @param {ViewPart | null} parts.card
 * @param {import("./parts/playback-bar.js").PlaybackBar | null} parts.playback
 * @param {HTMLElement} parts.sidebar the network beside the view
 * @param {HTMLElement} parts.explanation
 * @param {import("./host.js").Actions} actions
 */
export function frameOf({ view, scene, layer }, { stage, card, playback, sidebar, explanation }, actions) {
  const { t, i18n } = actions;
  const label = classLabel(scene.model, view.layer, view.unit);
  const name = valueName(i18n, scene.model, { layer: view.layer, at: [view.unit] });
  const title = label && !i18n.plainly ? `${name} · ${i18n.label(label)}` : name;
  const kind = t(layer ? `${layer.record.words}.name` : "views.kind.pixels");
  return h(
    "section",
    {
      class: `view-frame${card ? " with-card" : ""}`,
      "aria-label": t("views.title", { name: title }),
      tabindex: "-1",
    },
    sidebar,
    h(
      "header",
      { class: "view-head" },
      h("div", { class: "view-title" }, h("h2", null, title), h("span", null, kind)),
      createPicker(scene.model, view, actions),
      playback?.root,
      h(
        "button",
        { type: "button", class: "button view-return", "data-action": "return-to-text", ...does("return-to-text") },
        t("views.return"),
      ),
      h(
        "div",
        { class: "view-tools" },
        layer && !isNormalised(layer) && toChange(t),
        toChapter(layer?.record.chapter ?? "image", t),
        commandButton("export-view"),
      ),
    ),
    h("div", { class: "view-stage" }, stage.root),
    h("div", { class: "view-side" }, card?.root, explanation),
  );
}

/** What leads to changing the unit. @param {import("./host.js").Actions["t"]} t */
const toChange = (t) =>
  h(
    "button",
    {
      type: "button",
      class: "button square",
      "data-action": "change",
      title: t("common.command.change.hint"),
      "aria-label": t("common.command.change.title"),
      ...does("change"),
    },
    icon("sliders"),
  );

/** What leads to the chapter on what is seen. @param {string} chapter @param {import("./host.js").Actions["t"]} t */
const toChapter = (chapter, t) =>
  h(
    "a",
    {
      class: "button square",
      href: `#learn-${chapter}`,
      "data-chapter": chapter,
      title: t("views.chapter"),
      "aria-label": t("views.chapter"),
      // Where the text stands beside the view, both are looked at.
      ...does("leave-for-chapter"),
    },
    icon("help"),
  );
