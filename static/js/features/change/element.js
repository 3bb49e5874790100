// @ts-check
/**
 * The bar above the network that says what of it is changed, each change with a way to take it back; and below it, when
 * asked for, what of the unit that is looked at can be changed.
 */
import { editText, placeText } from "../../model/edits.js";
import { INPUT, isNormalised } from "../../model/model.js";
import { modelEdits } from "../../model/scene.js";
import { context, does } from "../../elements/context.js";
import { h } from "../../elements/dom.js";
import { LoupeElement } from "../../elements/element.js";
import { icon } from "../../elements/icons.js";
import { INNERMOST } from "../../elements/keys.js";
import { topScore } from "../../state/selectors.js";
import { createBench } from "./bench.js";

/** So many units of a changed layer are marked. */
const MOST_MARKS = 256;
/** So many changes are named one by one. */
const NAMED = 6;

/** @typedef {import("../../model/edits.js").NetworkEdit} NetworkEdit */
/** @typedef {import("../../state/edits.js").Unit} Unit */

export class LoupeChange extends LoupeElement {
  /** @type {ReturnType<typeof createBench> | null} */
  #bench = null;
  /** @type {Unit | null} the unit whose bench is open */
  #of = null;
  #line = h("div", { class: "change-line" });

  start() {
    this.setAttribute("role", "region");
    this.setAttribute("aria-label", this.t("change.label"));
    this.#bench = createBench(this);
    this.append(this.#line, this.#bench.root);
    this.watch(
      ({ edits, scenes }) => [edits, scenes.original?.run],
      () => this.#show(),
    );
    // The bench goes along with what is looked at, but not with what the pointer passes.
    this.watch(
      ({ view, selection }) => [view?.layer, view?.unit, selection?.layer, selection?.unit],
      () => this.#of && this.#follow(),
    );
    this.watch(
      ({ scenes, edits, view }) => [scenes.main, edits, view?.input],
      () => this.#of && this.#bench?.show(this.#of),
    );
    this.watch(
      (_state, scene) => [scene],
      () => this.#mark(),
    );
    this.listen(window, "loupe:drawn", () => this.#mark());
    this.commands([
      {
        name: "close-bench",
        words: "common.command.back",
        keys: ["Escape"],
        precedence: INNERMOST.panel,
        available: (_, event) =>
          this.#of !== null && (!event || (event.target instanceof Node && this.contains(event.target))),
        perform: () => this.close(),
      },
    ]);
  }

  /** Show what of a unit can be changed. @param {Unit} place */
  open(place) {
    this.#of = place;
    this.#bench?.show(place);
    this.#show();
    this.#bench?.focus();
  }

  close() {
    const inside = this.contains(document.activeElement);
    const of = this.#of;
    this.#of = null;
    this.#bench?.hide();
    this.#show();
    if (!inside || !of) return;
    const view = context().parts.find("view")?.querySelector(".view-frame");
    /** @type {HTMLElement | null} */ (
      view ?? context().parts.find("network")?.controlOf(of.layer, of.unit) ?? null
    )?.focus();
  }

  #follow() {
    const { view, selection, model } = this.store.state;
    const place = view ?? selection;
    const layer = place && place.layer !== INPUT && model?.layer(place.layer);
    if (!place || !layer || isNormalised(layer) || (place.layer === this.#of?.layer && place.unit === this.#of.unit))
      return;
    this.#of = { layer: place.layer, unit: place.unit };
    this.#bench?.show(this.#of);
  }

  #show() {
    const { edits } = this.store.state;
    this.toggleAttribute("data-changed", edits.length > 0);
    this.hidden = edits.length === 0 && !this.#of;
    const focused = /** @type {HTMLElement | null} */ (document.activeElement)?.dataset.action;
    const inside = this.#line.contains(document.activeElement);
    this.#line.replaceChildren(
      h(
        "p",
        { class: "change-count", role: "status" },
        h("strong", null, this.#sentence(edits.length)),
        edits.length > 0 && this.#asLearned(),
      ),
      h(
        "ul",
        { class: "change-list" },
        edits.slice(0, NAMED).map((edit) => h("li", null, this.#token(edit))),
        edits.length > NAMED &&
          h("li", { class: "change-more" }, this.t("change.more", { count: edits.length - NAMED })),
      ),
      h(
        "div",
        { class: "change-tools" },
        this.#tool("undo", "undo"),
        this.#tool("redo", "redo"),
        this.#tool("ablations", null),
        this.#tool("share", "link"),
        edits.length > 0 && this.#tool("reset", null, "reset-edits"),
      ),
    );
    if (inside)
      /** @type {HTMLElement | null} */ (
        this.#line.querySelector(`[data-action="${focused}"]`) ?? this.#bench?.root
      )?.focus();
  }

  /** @param {number} count */
  #sentence(count) {
    return this.t(count === 0 ? "change.none" : count === 1 ? "change.count_one" : "change.count", { count });
  }

  /** What the network says of the picture without the changes. */
  #asLearned() {
    const { original } = this.store.state.scenes;
    const best = original?.run && topScore(original.run);
    if (!original || !best) return "";
    const { probability, logit } = best;
    const name = this.i18n.label(original.model.classes[best.class].labels);
    const amount = typeof probability === "number" ? this.i18n.percent(probability) : this.i18n.value(logit ?? NaN);
    return [" ", h("span", { class: "change-learned" }, this.t("change.learned", { name, amount }))];
  }

  /** @param {string} name @param {string | null} picture @param {string} [command] */
  #tool(name, picture, command = name) {
    const words = this.t(`change.tool.${name}`);
    return h(
      "button",
      {
        type: "button",
        class: picture ? "button square" : "button",
        "data-action": name,
        "aria-label": picture ? words : null,
        title: words,
        ...does(command),
      },
      picture ? icon(picture) : words,
    );
  }

  /** One change: it leads to its place, and can be taken back. @param {NetworkEdit} edit */
  #token(edit) {
    const text = this.#words(edit);
    return h(
      "span",
      { class: "change-token", "data-edit": editText(edit) },
      h(
        "button",
        {
          type: "button",
          class: "change-place",
          title: this.t("change.open", { place: placeText(edit) }),
          ...does("open-view", { layer: edit.layer, unit: "unit" in edit ? edit.unit : unitOf(edit) }),
        },
        text,
      ),
      h(
        "button",
        {
          type: "button",
          class: "change-undo",
          "data-action": `remove ${editText(edit)}`,
          "aria-label": this.t("change.remove", { edit: text }),
          title: this.t("change.remove", { edit: text }),
          ...does("edit", () => this.store.state.edits.filter((one) => one !== edit)),
        },
        icon("close"),
      ),
    );
  }

  /** A change in a few words. @param {NetworkEdit} edit */
  #words(edit) {
    const place = placeText(edit);
    if (edit.target === "operator") {
      const key = `kinds.${edit.kind}.name`;
      return this.t("change.say.kind", { place, kind: this.i18n.has(key) ? this.t(key) : edit.kind });
    }
    if (edit.target === "unit" && edit.change === "set" && edit.value === 0) return this.t("change.say.off", { place });
    if (edit.target === "unit" && edit.change === "mean") return this.t("change.say.mean", { place });
    return editText(edit).replace(/=/, " = ").replace(/\*/, " × ").replace(/-/g, "\u2212");
  }

  /** Say on the map where numbers and kinds are changed: its controls come and go with what is shown. (Units whose
   * values are changed it marks by itself.) */
  #mark() {
    const { scenes, model } = this.store.state;
    const network = context().parts.find("network");
    for (const control of document.querySelectorAll("[data-changed-unit]"))
      control.removeAttribute("data-changed-unit");
    for (const edit of scenes.main ? modelEdits(scenes.main) : []) {
      if (edit.target === "unit") continue;
      const count = model?.layer(edit.layer)?.output_shape[0] ?? 0;
      const units =
        edit.target === "parameter" && edit.at.length
          ? [edit.at[0]]
          : Array.from({ length: Math.min(count, MOST_MARKS) }, (_, unit) => unit);
      for (const unit of units) network?.controlOf(edit.layer, unit)?.toggleAttribute("data-changed-unit", true);
    }
  }
}

/** The unit that a learned number belongs to. @param {NetworkEdit} edit */
const unitOf = (edit) => (edit.target === "parameter" ? (edit.at[0] ?? 0) : 0);
