// @ts-check
/**
 * The trail: the values that were followed, from the score towards the pixel, as steps that can be
 * gone back and forth.
 */
import { exact } from "../../core/i18n.js";
import { explain, mainTrail } from "../../model/explain.js";
import { INPUT, scoreLayer } from "../../model/model.js";
import { indexOf, placeOf, samePlace } from "../../state/place.js";
import { h } from "../../elements/dom.js";
import { context, does } from "../../elements/context.js";
import { scrollTo } from "../../elements/scroll.js";
import { shownValue, valueIndexText } from "./parts/value.js";
import { valueName } from "../../state/selectors.js";

/** @param {import("./host.js").Actions} actions */
export function createTrail(actions) {
  const { t } = actions;
  const list = h("ol", { class: "trail", "aria-label": t("views.trail.title") });
  const tools = h("div", { class: "trail-tools row" });

  return {
    list,
    tools,
    /**
     * @param {import("./subject.js").Subject} subject
     * @param {import("../../model/explain.js").ValueIndex} valueIndex
     */
    show({ scene, view }, valueIndex) {
      const here = placeOf(valueIndex.layer, valueIndex.at);
      const steps = view.trail?.some((step) => samePlace(step, here)) ? view.trail : [here];
      // One step alone says nothing that the value below it does not.
      list.hidden = steps.length < 2;
      list.replaceChildren(...steps.map((step) => card(step)));
      const ended = valueIndex.layer === INPUT;
      tools.replaceChildren(
        ended
          ? ""
          : h(
              "button",
              {
                type: "button",
                class: "button quiet",
                "data-action": "trail-to-pixel",
                ...does("trail-to-pixel", { scene, view, valueIndex, steps }),
              },
              t("views.trail.to_pixel"),
            ),
        valueIndex.layer === scoreLayer(scene.model)?.name || valueIndex.layer === scene.model.output.name
          ? ""
          : h(
              "button",
              {
                type: "button",
                class: "button quiet",
                "data-action": "trail-from-top",
                ...does("trail-from-top", scene),
              },
              t("views.trail.from_top"),
            ),
      );

      /** @param {import("../../state/initial.js").Place} step */
      function card(step) {
        const place = { layer: step.layer, at: indexOf(step) };
        const { value, operation, count } = factsOf(scene, place);
        const current = samePlace(step, here);
        return h(
          "li",
          null,
          h(
            "button",
            {
              type: "button",
              class: "trail-step",
              "data-direction": "trail",
              "data-place": valueIndexText(place),
              "data-value": Number.isNaN(value) ? null : exact(value),
              "aria-current": current ? "step" : null,
            },
            h("span", { class: "trail-name" }, valueName(actions.i18n, scene.model, place)),
            h(
              "strong",
              { class: "mono" },
              Number.isNaN(value) ? "…" : shownValue(actions.i18n, scene.model, place.layer, value),
            ),
            h(
              "span",
              { class: "trail-how" },
              operation
                ? t(`operations.${operation}.step`, { count })
                : t(place.layer === INPUT ? "views.operation.pixel" : "views.operation.unknown"),
            ),
          ),
        );
      }
    },
    /** Bring the step that is shown into sight. */
    reveal() {
      if (!list.hidden) scrollTo(list, list.querySelector('[aria-current="step"]'));
    },
  };
}

/**
 * The way from a value to a pixel. Of a large run, the values on it are asked for some layers at a time, and only what
 * is said of each step is kept.
 * @param {import("../../model/explain.js").Scene} scene @param {import("../../model/explain.js").ValueIndex} valueIndex
 */
export async function wholeTrail(scene, valueIndex) {
  const { model, run, parameters } = scene;
  const trail = mainTrail(scene, valueIndex);
  trail.forEach((step) => factsOf(scene, step));
  for (let end = trail[trail.length - 1]; run.ask && end.layer !== INPUT; end = trail[trail.length - 1]) {
    const names = layersBehind(model, end.layer);
    const learned = names.filter((name) => (model.layer(name)?.parameter_count ?? 0) > 0);
    const [values, numbers] = await Promise.all([run.ask.values(names), context().api.parameters(model, learned)]);
    const part = {
      ...scene,
      run: { ...run, activations: new Map([...run.activations, ...values]) },
      parameters: new Map([...parameters, ...numbers]),
    };
    const onward = mainTrail(part, end).slice(1);
    if (!onward.length) break; // a kind that the page cannot trace
    for (const step of [end, ...onward]) remember(run, step, explain(part, step));
    trail.push(...onward);
  }
  return trail;
}

/**
 * A layer, what it reads and those behind it, the nearest first, as many as are asked for at once.
 * @param {import("../../model/model.js").Model} model
 * @param {string} name
 */
function layersBehind(model, name) {
  const found = new Set([name]);
  for (let index = model.layer(name)?.index ?? -1; index >= 0; index--) {
    const layer = model.layers[index];
    if (found.has(layer.name)) layer.inputs.forEach((input) => input !== INPUT && found.add(input));
  }
  const own = [name, ...(model.layer(name)?.inputs ?? []).filter((input) => input !== INPUT)];
  const order = (/** @type {string} */ one) =>
    own.includes(one) ? model.layers.length : (model.layer(one)?.index ?? 0);
  const nearest = [...found].sort((a, b) => order(b) - order(a));
  let values = 0;
  const most = nearest.findIndex((one, index) => {
    values +=
      (model.shape(one) ?? []).reduce((count, size) => count * size, 1) + (model.layer(one)?.parameter_count ?? 0);
    return index > own.length && values > AT_ONCE;
  });
  return most < 0 ? nearest : nearest.slice(0, most);
}

/** So many values and learned numbers of a large run are asked for at once, unless one step needs more. */
const AT_ONCE = 4_000_000;

/** @typedef {{ value: number, operation: string | null, count: number }} Facts what a step of the trail says */
/** What is known of values of large runs, which are not kept. @type {WeakMap<object, Map<string, Facts>>} */
const knownFacts = new WeakMap();

/**
 * @param {object} run
 * @param {import("../../model/explain.js").ValueIndex} valueIndex
 * @param {import("../../model/explain.js").Explanation} found
 * @returns {Facts}
 */
function remember(run, valueIndex, { value, trace }) {
  const facts = { value, operation: trace?.operation ?? null, count: trace?.terms.length ?? 0 };
  if (!knownFacts.has(run)) knownFacts.set(run, new Map());
  if (!Number.isNaN(value)) knownFacts.get(run)?.set(valueIndexText(valueIndex), facts);
  return facts;
}

/**
 * @param {import("../../model/explain.js").Scene} scene
 * @param {import("../../model/explain.js").ValueIndex} valueIndex
 * @returns {Facts}
 */
const factsOf = (scene, valueIndex) => {
  const found = explain(scene, valueIndex);
  const known =
    scene.run.ask &&
    (Number.isNaN(found.value) || !found.trace) &&
    knownFacts.get(scene.run)?.get(valueIndexText(valueIndex));
  return known || remember(scene.run, valueIndex, found);
};

/** The way from the class that won to a pixel. @param {import("../../model/explain.js").Scene} scene */
export async function fromTop(scene) {
  const last = scene.model.output;
  const { ask, activations } = scene.run;
  const output = activations.get(last.name) ?? (await ask?.values([last.name]))?.get(last.name);
  if (!output) return [];
  let best = 0;
  output.data.forEach((value, index) => {
    if (value > output.data[best]) best = index;
  });
  const at = output.shape.length === 1 ? [best] : [0, 0, 0];
  return wholeTrail(scene, { layer: last.name, at });
}
