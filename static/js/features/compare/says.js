// @ts-check
/** What A and B are, and what the network answers of each. */
import { modelEdits } from "../../model/scene.js";
import { sampleOf, ownOf, strength, topScore } from "../../state/selectors.js";
import { formatTransform } from "../../state/transform-text.js";
import { h } from "../../elements/dom.js";

/** So many classes are named. */
const NAMED = 3;

/** @typedef {import("./element.js").LoupeCompare} LoupeCompare */
/** @typedef {import("../../model/scene.js").Scene} Scene */

/** @param {LoupeCompare} host @param {"a" | "b"} side @param {Scene | null} scene */
export function sayEach(host, side, scene) {
  const { state } = host.store;
  return h(
    "span",
    { class: "compare-side", "data-side": side },
    h("strong", null, host.t(`compare.${side}`)),
    h("span", { class: "compare-side-text" }, scene ? describe(host, scene, state) : "…"),
  );
}

/** @param {LoupeCompare} host @param {Scene} scene @param {import("../../state/initial.js").State} state */
function describe(host, scene, state) {
  const { picture, model } = scene;
  const sample = sampleOf(state, picture);
  const own = ownOf(state, picture);
  const input = scene.edits.find(({ target }) => target === "input");
  const transform = input?.target === "input" && input.transform ? formatTransform(input.transform) : null;
  const mix = input?.target === "input" ? (input.mix ?? null) : null;
  const edits = modelEdits(scene).length;
  return [
    model.id === state.model?.id ? null : host.i18n.label(model.title),
    sample ? host.i18n.label(sample.title) : (own?.name ?? picture?.id ?? ""),
    transform,
    mix && host.t("compare.morph.value", { share: host.i18n.percent(mix.share) }),
    edits > 0 && host.t(edits === 1 ? "compare.edit" : "compare.edits", { count: edits }),
  ]
    .filter(Boolean)
    .join(" · ");
}

/** @param {LoupeCompare} host @param {import("./sides.js").Pair} pair @returns {(Node | string)[]} */
export function answers(host, pair) {
  const { i18n } = host;
  const scored = [pair.a, pair.b].map(({ model, run }) => {
    const found = new Map();
    for (const score of run?.scores ?? []) found.set(model.classes[score.class].name, score);
    return { found, model, best: topScore(run) };
  });
  const [one, other] = scored;
  // Classes are matched by name: two models may have them in another order.
  const shared = [...other.found.keys()].filter((name) => one.found.has(name));
  const change = (/** @type {string} */ name) => strength(other.found.get(name)) - strength(one.found.get(name));
  const tops = scored.flatMap(({ best, model }) => (best ? [model.classes[best.class].name] : []));
  const named = [
    ...new Set([
      ...tops.filter((name) => shared.includes(name)),
      ...[...shared].sort((x, y) => Math.abs(change(y)) - Math.abs(change(x))),
    ]),
  ].slice(0, NAMED);
  const amount = (/** @type {{ probability: number | null, logit: number | null }} */ { probability, logit }) =>
    typeof probability === "number" ? i18n.percent(probability) : i18n.value(logit ?? NaN);
  const lines = named.map((name) => {
    const [a, b] = [one.found.get(name), other.found.get(name)];
    const label = i18n.label(other.model.classes[b.class].labels);
    return h(
      "span",
      { class: "compare-score", "data-compared-class": name, "data-value": change(name) },
      `${label} ${amount(a)} → ${amount(b)}`,
    );
  });
  const notes = [
    pair.why && host.t(`compare.why.${pair.why}`),
    !pair.why && !pair.alike && host.t("compare.engines"),
    pair.alignment && host.t("compare.aligned.about"),
  ].filter(Boolean);
  return [...lines, ...notes.map((text) => h("span", { class: "compare-note" }, /** @type {string} */ (text)))];
}
