// @ts-check
/** The softmax formula with every score in it: a term lights its score, a score its term. */
import { exact, signed } from "../../core/i18n.js";
import { LOGITS } from "../../draw/colour.js";
import { does } from "../../elements/context.js";
import { h } from "../../elements/dom.js";
import { pointerRests } from "../../elements/resting.js";
import { createWindowed } from "../../elements/windowed.js";
import { createLegend } from "./parts/legend.js";
import { setValue, valueIndexText } from "./parts/value.js";

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
  const body = h("tbody");
  const table = h(
    "table",
    { class: "softmax-table", "aria-rowcount": count + 1 },
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
    body,
  );
  const formula = h("div", { class: "softmax-formula" });
  const legends = h("div", { class: "view-legends" });
  const scroller = h(
    "div",
    { class: "softmax-scroll", tabindex: "0", role: "group", "aria-label": t("views.softmax.table") },
    table,
  );
  /**
   * What the rows are painted from.
   * @type {{ source: string, unit: number, scores: Float32Array, results: Float32Array, shares: Float32Array,
   *   low: number, high: number }}
   */
  let look = {
    source: subject.source,
    unit: subject.unit,
    scores: subject.input.data,
    results: subject.output.data,
    shares: subject.output.data,
    low: 0,
    high: 1,
  };
  let version = 0;
  const written = (/** @type {number} */ value) => (log ? signed(value) : i18n.percent(value));
  const colour = (/** @type {number} */ score) =>
    LOGITS.css(0.15 + (0.85 * (score - look.low)) / (look.high - look.low || 1));

  /** A class's row. @param {number} index */
  const build = (index) => {
    const [dot, bar] = [h("i", { class: "score-dot" }), h("i", { class: "share-bar" })];
    const name = h(
      "button",
      {
        type: "button",
        class: "class-name",
        title: title(index),
        ...does("open-view", { layer: layer.name, unit: index, options: { name: "softmax" } }),
      },
      title(index),
    );
    const score = h("button", { type: "button", class: "value mono" });
    const factor = h("td", { class: "number mono" });
    const share = h("span", { class: "value mono" });
    const row = h(
      "tr",
      { "data-term": index },
      h("th", { scope: "row" }, name),
      h("td", { class: "number" }, dot, score),
      factor,
      h("td", { class: "number share" }, bar, share),
    );
    return { row, dot, bar, name, score, factor, share, painted: 0 };
  };
  const rows = createWindowed({
    count,
    root: scroller,
    list: body,
    heads: table.tHead,
    spacer: "tr",
    build,
    place: (index) => ({ "aria-rowindex": index + 2 }),
  });
  scroller.classList.toggle("is-windowed", rows.windowed);

  const paintRows = () => {
    for (const [index, part] of rows.parts) {
      if (part.painted === version) continue;
      part.painted = version;
      const { source, unit, scores, results, shares, high } = look;
      const factor = Math.exp(scores[index] - high);
      part.row.classList.toggle("chosen", index === unit);
      if (index === unit) part.name.setAttribute("aria-current", "true");
      else part.name.removeAttribute("aria-current");
      part.dot.style.backgroundColor = colour(scores[index]);
      part.bar.style.width = `${100 * shares[index]}%`;
      setValue(part.score, scores[index], { layer: source, at: [index] });
      part.factor.textContent = signed(factor).replace("+", "");
      part.factor.dataset.value = String(factor);
      setValue(part.share, results[index], null, written);
    }
  };
  /** Rows come and go while one scrolls. */
  const lookAround = () => {
    rows.look();
    paintRows();
  };
  scroller.addEventListener("scroll", () => actions.frame(lookAround), { passive: true });
  const sized = new ResizeObserver(() => actions.frame(lookAround));
  sized.observe(scroller);

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
  root.addEventListener(
    "pointerover",
    (/** @type {PointerEvent} */ event) => void (pointerRests(event) || mark(event)),
  );
  root.addEventListener("focusin", mark);
  root.addEventListener("pointerleave", mark);

  return {
    root,
    name: "softmax",
    positions: null,
    paint(next) {
      const scores = next.input.data;
      const results = next.output.data;
      const low = scores.reduce((least, score) => Math.min(least, score), Infinity);
      const high = scores.reduce((largest, score) => Math.max(largest, score), -Infinity);
      const shares = log ? results.map(Math.exp) : results;
      look = { source: next.source, unit: next.unit, scores, results, shares, low, high };
      version++;
      paintRows();
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
      const order = Array.from(scores, (_, index) => index);
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
          h("strong", { class: "value", "data-value": exact(results[next.unit]) }, written(results[next.unit])),
          h("span", { class: "note mono" }, exact(results[next.unit])),
        ),
      );
      legends.replaceChildren(
        createLegend(t("views.legend.logits"), LOGITS, { low: signed(low), high: signed(high), sequential: true }),
      );
    },
    point() {},
    settle() {
      rows.reveal(look.unit);
      lookAround();
    },
    dispose() {
      sized.disconnect();
    },
  };
}

/** @param {string} exponent */
const power = (exponent) =>
  h("math:math", null, h("math:msup", null, h("math:mi", null, "e"), h("math:mtext", null, exponent)));
