// @ts-check
/** The softmax formula with every score in it: a term lights its score, a score its term. */
import { exact, signed } from "../../core/i18n.js";
import { LOGITS } from "../../draw/colour.js";
import { h } from "../../elements/dom.js";
import { createLegend } from "./parts/legend.js";
import { scrollTo } from "../../elements/scroll.js";
import { valueIndexText } from "./parts/value.js";

/** Terms written into the denominator; the rest is counted. */
const WRITTEN = 24;

/**
 * @param {import("./subject.js").Subject} subject
 * @param {import("./host.js").Actions} actions
 * @returns {import("./host.js").ViewPart}
 */
export function createSoftmax(subject, actions) {
  const { t, i18n } = actions;
  const { model } = subject.scene;
  const layer = /** @type {import("../../model/model.js").Layer} */ (subject.layer);
  const count = subject.input.shape[0];
  /** Whether the layer gives the logarithms of the probabilities. */
  const log = layer.record.family === "log_probability";
  const title = (/** @type {number} */ index) =>
    model.classes[index] ? i18n.label(model.classes[index].labels) : `[${index}]`;
  const rows = h("tbody");
  const table = h(
    "table",
    { class: "softmax-table" },
    h(
      "thead",
      null,
      h(
        "tr",
        null,
        [
          t("views.softmax.class"),
          t("views.softmax.before"),
          "e^z",
          t(`views.softmax.${log ? "after_log" : "after"}`),
        ].map((text, index) =>
          h(
            "th",
            { scope: "col", class: index ? "number" : null },
            index === 2 ? [power("z − max"), h("span", { class: "sr" }, t("views.softmax.power"))] : text,
          ),
        ),
      ),
    ),
    rows,
  );
  const formula = h("div", { class: "softmax-formula" });
  const legends = h("div", { class: "view-legends" });
  const scroller = h(
    "div",
    { class: "softmax-scroll", tabindex: "0", role: "group", "aria-label": t("views.softmax.table") },
    table,
  );
  const root = h(
    "div",
    { class: "stage-softmax" },
    scroller,
    h(
      "div",
      { class: "softmax-right" },
      h("h3", null, t(`views.softmax.${log ? "formula_log" : "formula"}`, { name: title(subject.unit) })),
      formula,
      h("p", { class: "note" }, t("views.softmax.stable")),
      legends,
    ),
  );

  const mark = (/** @type {Event} */ event) => {
    const term = /** @type {Element} */ (event.target).closest?.("[data-term]")?.getAttribute("data-term");
    for (const element of root.querySelectorAll(".is-pointed")) element.classList.remove("is-pointed");
    if (!term) return;
    for (const element of root.querySelectorAll(`[data-term="${term}"]`)) element.classList.add("is-pointed");
  };
  root.addEventListener("pointerover", mark);
  root.addEventListener("focusin", mark);
  root.addEventListener("pointerleave", mark);

  return {
    root,
    name: "softmax",
    positions: null,
    paint(next) {
      const scores = [...next.input.data];
      const results = next.output.data;
      const written = (/** @type {number} */ index) => (log ? signed(results[index]) : i18n.percent(results[index]));
      const shares = log ? results.map(Math.exp) : results;
      const [low, high] = [Math.min(...scores), Math.max(...scores)];
      const span = high - low || 1;
      const colour = (/** @type {number} */ score) => LOGITS.css(0.15 + (0.85 * (score - low)) / span);
      rows.replaceChildren(
        ...scores.map((score, index) => {
          const bar = h("i", { class: "share-bar" });
          bar.style.width = `${100 * shares[index]}%`;
          const dot = h("i", { class: "score-dot" });
          dot.style.backgroundColor = colour(score);
          return h(
            "tr",
            { "data-term": index, class: index === next.unit ? "chosen" : null },
            h(
              "th",
              { scope: "row" },
              h(
                "button",
                {
                  type: "button",
                  class: "class-name",
                  "aria-current": index === next.unit ? "true" : null,
                  onclick: () => actions.open("softmax", { layer: layer.name, unit: index }),
                },
                title(index),
              ),
            ),
            h(
              "td",
              { class: "number" },
              dot,
              h(
                "button",
                {
                  type: "button",
                  class: "value mono",
                  "data-place": valueIndexText({ layer: next.source, at: [index] }),
                  "data-value": exact(score),
                },
                signed(score),
              ),
            ),
            h(
              "td",
              { class: "number mono", "data-value": String(Math.exp(score - high)) },
              signed(Math.exp(score - high)).replace("+", ""),
            ),
            h(
              "td",
              { class: "number share" },
              bar,
              h("span", { class: "value mono", "data-value": exact(results[index]) }, written(index)),
            ),
          );
        }),
      );
      const term = (/** @type {number} */ index) => {
        const number = h(
          "math:mn",
          { "data-place": valueIndexText({ layer: next.source, at: [index] }), "data-value": exact(scores[index]) },
          signed(scores[index]).replace("+", ""),
        );
        const element = h(
          "span",
          { class: "term", "data-term": index, title: title(index) },
          h("math:math", null, h("math:msup", null, h("math:mi", null, "e"), number)),
        );
        element.style.setProperty("--term", colour(scores[index]));
        return element;
      };
      const order = scores.map((_, index) => index);
      const terms = count <= WRITTEN ? order : [...order].sort((a, b) => scores[b] - scores[a]).slice(0, WRITTEN);
      formula.replaceChildren(
        h(
          "div",
          { class: `fraction${log ? " of-log" : ""}` },
          h("div", { class: "numerator" }, term(next.unit)),
          h(
            "div",
            { class: "denominator" },
            terms.flatMap((index, position) =>
              position ? [h("span", { class: "sign" }, "+"), term(index)] : [term(index)],
            ),
            terms.length < count
              ? h("span", { class: "note" }, ` + ${t("views.note.more", { count: count - terms.length })}`)
              : "",
          ),
        ),
        h(
          "div",
          { class: "softmax-result" },
          h("span", { class: "sign" }, "="),
          h("strong", { class: "value", "data-value": exact(results[next.unit]) }, written(next.unit)),
          h("span", { class: "note mono" }, exact(results[next.unit])),
        ),
      );
      legends.replaceChildren(
        createLegend(t("views.legend.logits"), LOGITS, { low: signed(low), high: signed(high), sequential: true }),
      );
    },
    point() {},
    settle() {
      scrollTo(scroller, rows.querySelector(".chosen"));
    },
  };
}

/** @param {string} exponent */
const power = (exponent) =>
  h("math:math", null, h("math:msup", null, h("math:mi", null, "e"), h("math:mtext", null, exponent)));
