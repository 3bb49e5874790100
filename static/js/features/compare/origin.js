// @ts-check
/** Where the difference of one value comes from; each part leads on to the difference that it comes from itself. */
import { partnerOf } from "../../model/alignment.js";
import { originOf } from "../../model/difference.js";
import { isWhole } from "../../model/scene.js";
import { valueName } from "../../state/selectors.js";
import { does } from "../../elements/context.js";
import { h } from "../../elements/dom.js";

/** So many parts are written one by one. */
const WRITTEN = 8;

/** @typedef {import("../../model/difference.js").Part} Part */

/**
 * @param {import("./element.js").LoupeCompare} host @param {import("./sides.js").Pair} pair
 * @param {import("../../model/explain.js").ValueIndex} index
 */
export function originPart(host, pair, index) {
  const { t, i18n } = { t: host.t.bind(host), i18n: host.i18n };
  const { a, b } = pair;
  const name = (/** @type {import("../../model/explain.js").ValueIndex} */ value) =>
    valueName(i18n, b.model, value) +
    (i18n.plainly && value.at.length === 3 ? ` (${value.at.slice(1).join(", ")})` : "");
  if (!isWhole(a) || !isWhole(b)) return [h("p", { class: "note" }, t("compare.origin.waiting"))];
  const aligned = index.at.length === 3 ? pair.alignment?.get(index.layer) : null;
  const shape = b.model.shape(index.layer) ?? [];
  const from = aligned
    ? { layer: index.layer, at: partnerOf(aligned, shape[2], /** @type {any} */ (index.at)) }
    : index;
  const outside =
    aligned &&
    !(
      index.at[1] >= aligned.field.top &&
      index.at[1] <= aligned.field.bottom &&
      index.at[2] >= aligned.field.left &&
      index.at[2] <= aligned.field.right
    );
  if (outside) return [h("p", { class: "note" }, t("compare.origin.outside", { name: name(index) }))];
  const origin = originOf(a, b, index, from);
  const plain = (/** @type {number} */ value) => i18n.value(value);
  const term = (/** @type {number} */ value) =>
    `${value < 0 ? "\u2212" : "+"} ${plain(Math.abs(value)).replace(/^\+/, "")}`;
  const difference = origin.b - origin.a;
  const head = h(
    "p",
    { class: "compare-sum", "data-difference": difference },
    h("strong", null, `Δ ${name(index)}`),
    ` = B − A = ${plain(origin.b)} − (${plain(origin.a)}) = `,
    h("strong", null, plain(difference)),
  );
  const moved = from !== index && h("p", { class: "note" }, t("compare.origin.from", { name: name(from) }));
  const list = (/** @type {readonly Part[]} */ parts, /** @type {(part: Part) => string} */ text) =>
    h(
      "ul",
      { class: "compare-parts" },
      parts.map((part) =>
        h(
          "li",
          null,
          part.padding
            ? h("span", { class: "compare-part" }, t("compare.origin.padding"))
            : h(
                "button",
                {
                  type: "button",
                  class: "compare-part",
                  "data-control": `part ${part.valueIndex.layer}[${part.valueIndex.at.join(",")}]`,
                  title: t("compare.origin.follow", { name: name(part.valueIndex) }),
                  ...does("compare-follow", {
                    layer: part.valueIndex.layer,
                    unit: part.valueIndex.at[0],
                    ...(part.valueIndex.at.length === 3 && { at: part.valueIndex.at.slice(1) }),
                  }),
                },
                h("span", null, name(part.valueIndex)),
                h("span", { class: "mono" }, text(part)),
              ),
        ),
      ),
    );
  const cases = (/** @type {Part} */ part) => `A ${plain(part.a)} → B ${plain(part.b)}`;

  if (origin.sort === "sum") {
    const shown = origin.parts.slice(0, WRITTEN);
    const rest = origin.parts.slice(WRITTEN).reduce((sum, part) => sum + part.byValue + part.byWeight, 0);
    const sum = origin.values + origin.weights + origin.bias;
    return [
      head,
      moved,
      h(
        "p",
        { class: "compare-sum", "data-sum": sum },
        `Σ w·Δx ${term(origin.values)}   Σ Δw·x ${term(origin.weights)}   Δb ${term(origin.bias)}   = ${plain(sum)}`,
      ),
      h("p", { class: "note" }, t("compare.origin.sum")),
      list(shown, (part) =>
        part.byWeight === 0
          ? `${plain(part.weightA)} · ${plain(part.b - part.a)} = ${plain(part.byValue)}`
          : `${plain(part.weightA)} · ${plain(part.b - part.a)} ${term(part.weightB - part.weightA)} · ${plain(part.b)} = ${plain(part.byValue + part.byWeight)}`,
      ),
      origin.parts.length > WRITTEN &&
        h("p", { class: "note" }, t("compare.origin.rest", { count: origin.parts.length - WRITTEN, sum: plain(rest) })),
    ].filter((part) => part !== false);
  }
  if (origin.sort === "choice") {
    const [before, after] = /** @type {readonly [number, number]} */ (origin.winners);
    return [
      head,
      moved,
      h("p", { class: "note" }, t(before === after ? "compare.origin.same_winner" : "compare.origin.other_winner")),
      list(origin.parts, cases),
    ].filter((part) => part !== false);
  }
  const words =
    origin.sort === "function" && origin.operation === "relu"
      ? `compare.origin.gate_${Number(origin.parts[0].a > 0)}${Number(origin.parts[0].b > 0)}`
      : `compare.origin.${origin.sort}`;
  return [head, moved, h("p", { class: "note" }, t(words)), list(origin.parts.slice(0, WRITTEN), cases)].filter(
    (part) => part !== false,
  );
}
