// @ts-check
/**
 * "Where this number comes from": for the value at the view's position, the trail, the formula,
 * its operands, what float32 rounding allows, where the value goes, what it sees, and the code.
 */
import { sameItems } from "../../core/store.js";
import { exact, signed } from "../../core/i18n.js";
import { formulaOf, nameOf } from "../../formula/tree.js";
import { explain, ownTensorOf, rankedTerms, tensorOf, termIndex } from "../../model/explain.js";
import { INPUT } from "../../model/model.js";
import { evaluate, tolerance, winner } from "../../model/operations.js";
import { unitEdits } from "../../model/scene.js";
import { product, valueAt } from "../../model/trace.js";
import { does } from "../../elements/context.js";
import { h } from "../../elements/dom.js";
import { icon } from "../../elements/icons.js";
import { createCode } from "./code.js";
import { createForward } from "./forward.js";
import { createFormula } from "./parts/math.js";
import { operandRow, writeOperands } from "./parts/operands.js";
import { createLayer } from "./layer.js";
import { createOrigin } from "./parts/origin.js";
import { createReceptiveFieldPanel } from "./receptive-field-panel.js";
import { createTrail } from "./trail.js";
import { createPlainly } from "./plainly.js";
import { valueName } from "../../state/selectors.js";
import { classLabel } from "./subject.js";
import { shownValue, valueIndexText } from "./parts/value.js";

/** Operands written out at first. */
const FIRST = 8;

/** @typedef {import("../../model/explain.js").ValueIndex} ValueIndex */

/** @param {import("./host.js").Actions} actions */
export function createExplanation(actions) {
  const { t } = actions;
  const name = h("span", { class: "explained-name" });
  const number = h("strong", { class: "value" });
  const copy = h(
    "button",
    {
      type: "button",
      class: "button quiet copy-value",
      "data-action": "copy-value",
      title: t("views.explain.copy"),
      "aria-label": t("views.explain.copy"),
      ...does("copy", () => ({
        text: number.dataset.value ?? "",
        copied: (/** @type {boolean} */ done) => copy.replaceChildren(icon(done ? "check" : "warning")),
      })),
    },
    icon("copy"),
  );
  const value = h("output", { class: "explained" }, name, copy, number);
  const formula = h("div", {
    class: "formula-box",
    tabindex: "0",
    role: "group",
    "aria-label": t("views.explain.formula"),
  });
  const exactness = h("div", { class: "exactness" });
  const operands = h("div", { class: "operands" });
  const origin = createOrigin(actions);
  const plainly = createPlainly(actions);
  const trail = createTrail(actions);
  const receptiveField = createReceptiveFieldPanel(actions);
  const forward = createForward(actions);
  const code = createCode(actions);
  const layer = createLayer(actions);
  const root = h(
    "section",
    { class: "explanation", "aria-labelledby": "explanation-title" },
    h("h3", { id: "explanation-title" }, t("views.explain.title")),
    trail.list,
    h(
      "div",
      { class: "explanation-main" },
      value,
      h("p", { class: "note explanation-waits" }, t("views.explain.playing")),
      plainly.root,
      formula,
      exactness,
      origin.root,
      trail.tools,
      operands,
    ),
    h("div", { class: "explanation-more" }, forward.root, receptiveField.root, code.root, layer.root),
  );

  /** What is explained now. @type {readonly unknown[]} */
  let shown = [];

  /**
   * The value's name and number.
   * @param {import("./subject.js").Subject} subject
   * @param {ValueIndex} valueIndex
   * @param {number} found
   */
  const showValue = ({ scene: { model } }, valueIndex, found) => {
    const label = valueIndex.at.length === 1 ? classLabel(model, valueIndex.layer, valueIndex.at[0]) : null;
    name.textContent =
      valueName(actions.i18n, model, valueIndex) +
      (label && !actions.i18n.plainly ? ` · ${actions.i18n.label(label)}` : "");
    number.textContent = shownValue(actions.i18n, model, valueIndex.layer, found);
    number.dataset.value = exact(found);
  };

  return {
    root,
    reveal: trail.reveal,
    /**
     * Another value is looked at, and explained in a moment: its name and number come at once.
     * @param {import("./subject.js").Subject} subject
     * @param {ValueIndex} valueIndex
     */
    point(subject, valueIndex) {
      if (number.dataset.explained === valueIndexText(valueIndex)) return;
      shown = [];
      const tensor = ownTensorOf(subject.scene, valueIndex.layer);
      value.setAttribute("aria-live", "off"); // a screen reader hears where it comes to rest
      if (tensor) showValue(subject, valueIndex, valueAt(tensor, valueIndex.at));
      delete number.dataset.explained; // until the formula has come, too
    },
    /** @param {import("./subject.js").Subject} subject @param {ValueIndex} valueIndex */
    show(subject, valueIndex) {
      const { scene, view } = subject;
      origin.show(subject);
      const asked = [
        scene.run,
        scene.parameters,
        view.name,
        view.input,
        view.trail,
        valueIndexText(valueIndex),
        actions.i18n.plainly,
      ];
      if (sameItems(asked, shown)) return;
      shown = asked;
      const found = explain(subject.scene, valueIndex);
      const { model } = subject.scene;
      value.setAttribute("aria-live", "polite");
      showValue(subject, valueIndex, found.value);
      number.dataset.explained = valueIndexText(valueIndex);
      copy.replaceChildren(icon("copy"));
      plainly.show(subject, found);
      formula.replaceChildren(
        found.trace
          ? createFormula(formulaOf(found), t)
          : h(
              "p",
              { class: "note" },
              valueIndex.layer === INPUT
                ? pixelText(found.value)
                : t("views.explain.unknown", { kind: subject.layer?.kind ?? "" }),
            ),
      );
      exactness.replaceChildren(...exactnessOf(found, subject));
      operands.replaceChildren(...operandList(found));
      trail.show(subject, valueIndex);
      forward.show(subject, valueIndex);
      receptiveField.show(subject, valueIndex);
      code.show(subject, found);
      layer.show(subject);

      /** A pixel's value as a photograph stores it, where the model's input is 0 to 1. @param {number} pixel */
      function pixelText(pixel) {
        const [low, high] = model.input.range;
        if (low !== 0 || high !== 1) return t("views.explain.pixel");
        return t("views.explain.pixel_byte", { byte: actions.i18n.plain(255 * pixel) });
      }
    },
  };

  /** What the terms make, what float32 says, and how far the two may differ.
   * @param {import("../../model/explain.js").Explanation} found @param {import("./subject.js").Subject} subject
   * @returns {(Node | string)[]} */
  function exactnessOf({ valueIndex, trace, value: engine }, { scene }) {
    if (!trace) return [];
    const made = evaluate(trace);
    const allowed = tolerance(trace);
    const number = (/** @type {number} */ shown) =>
      h("span", { class: "value mono", "data-value": exact(shown) }, exact(shown).replace("-", "\u2212"));
    const line = (/** @type {string} */ key, /** @type {Node | string} */ shown) => [
      h("dt", null, t(`views.explain.${key}`)),
      h("dd", null, shown),
    ];
    const rounded = h("p", { class: "note" }, t("views.explain.rounded"));
    const full = h(
      "span",
      { class: "value mono", "data-value": String(made), "data-made": true },
      String(Number(made.toPrecision(10))).replace("-", "\u2212"),
    );
    const whose = scene.run.source ?? "engine";
    // An edit puts something else in the place of what the layer gives.
    const used = tensorOf(scene, valueIndex.layer);
    const edited =
      used && unitEdits(scene, valueIndex.layer, valueIndex.at[0]).length > 0
        ? h("dl", { "data-edited": true }, line("edited", number(valueAt(used, valueIndex.at))))
        : "";
    if (allowed === 0) return [rounded, h("dl", null, line("exact", number(engine))), edited];
    return [
      rounded,
      h(
        "dl",
        null,
        line("made", full),
        line(whose, number(engine)),
        h("dt", null, t("views.explain.allowed", { allowed: allowed.toExponential(1) })),
        h(
          "dd",
          { class: "mono", "data-difference": Math.abs(made - engine), "data-allowed": allowed },
          Math.abs(made - engine).toExponential(1),
        ),
      ),
      edited,
    ];
  }

  /** @param {import("../../model/explain.js").Explanation} found @returns {Node[]} */
  function operandList({ trace, sources }) {
    if (!trace || trace.terms.length === 0) return [];
    const won = winner(trace);
    const ranked = rankedTerms(trace);
    // Where all operands are of one layer, it is named once, above them.
    const layers = new Set(
      trace.terms.filter(({ padding }) => !padding).map((term) => termIndex({ sources }, term).layer),
    );
    const shared = layers.size === 1 ? [...layers][0] : null;
    const largest = Math.max(...ranked.slice(0, 1).map(({ term }) => Math.abs(product(term)))) || 1;
    const row = (/** @type {{ term: import("../../model/trace.js").Term, index: number }} */ { term, index }) => {
      const place = termIndex({ sources }, term);
      const whole = term.padding ? t("views.padding") : nameOf(place);
      const contribution = product(term);
      const item = operandRow(
        {
          disabled: term.padding,
          "aria-label": shared && !term.padding ? `${whole} ${signed(term.value)}` : null,
          ...(term.padding ? {} : { "data-place": valueIndexText(place), "data-value": exact(term.value) }),
        },
        [
          shared && !term.padding ? `[${place.at.join(", ")}]` : whole,
          index === won ? h("em", null, ` ${t("views.winner")}`) : "",
        ],
        signed(term.value),
        term.weight === null
          ? {}
          : {
              factor: [`× ${signed(term.weight)}`, exact(term.weight)],
              product: [`= ${signed(contribution)}`, String(contribution)],
              part: contribution / largest,
            },
      );
      item.classList.toggle("won", index === won);
      return item;
    };
    const list = h("ol", { class: "operand-list" });
    const more = writeOperands(list, ranked.length, (index) => row(ranked[index]), t, { first: FIRST });
    return [
      h(
        "h4",
        null,
        t(`views.explain.${ranked.length > 1 ? "operands" : "operand"}${shared ? "_of" : ""}`, {
          count: ranked.length,
          layer: shared ?? "",
        }),
      ),
      list,
      more,
    ];
  }
}
