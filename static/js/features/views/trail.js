// @ts-check
/**
 * The trail: the values that were followed, from the score towards the pixel, as steps that can be
 * gone back and forth.
 */
import { exact } from "../../core/i18n.js";
import { explain, mainTrail } from "../../model/explain.js";
import { INPUT, scoreLayer } from "../../model/model.js";
import { indexOf, placeOf, samePlace } from "../../state/place.js";
import { openView } from "../../state/view.js";
import { h } from "../../elements/dom.js";
import { context } from "../../elements/context.js";
import { nameOf } from "../../formula/tree.js";
import { scrollTo } from "../../elements/scroll.js";
import { shownValue, spotText } from "./parts/value.js";

/** @param {import("./host.js").Actions} actions */
export function createTrail(actions) {
  const { t } = actions;
  const list = h("ol", { class: "trail", "aria-label": t("views.trail.title") });
  const tools = h("div", { class: "trail-tools row" });

  return {
    list,
    tools,
    /** @param {import("./subject.js").Subject} subject @param {import("../../model/explain.js").Spot} spot */
    show({ scene, view }, spot) {
      const here = placeOf(spot.layer, spot.at);
      const steps = view.trail?.some((step) => samePlace(step, here)) ? view.trail : [here];
      // One step alone says nothing that the value below it does not.
      list.hidden = steps.length < 2;
      list.replaceChildren(...steps.map((step) => card(step)));
      const ended = spot.layer === INPUT;
      const { store } = context();
      tools.replaceChildren(
        ended
          ? ""
          : h(
              "button",
              {
                type: "button",
                class: "button quiet",
                "data-action": "trail-to-pixel",
                onclick: () => {
                  const index = steps.findIndex((step) => samePlace(step, here));
                  const onward = mainTrail(scene, spot).map(({ layer, at }) => placeOf(layer, at));
                  openView(store, here, {
                    name: view.name,
                    input: view.input,
                    trail: [...steps.slice(0, index), ...onward],
                  });
                },
              },
              t("views.trail.to_pixel"),
            ),
        spot.layer === scoreLayer(scene.model)?.name || spot.layer === scene.model.output.name
          ? ""
          : h(
              "button",
              {
                type: "button",
                class: "button quiet",
                "data-action": "trail-from-top",
                onclick: () => {
                  const trail = fromTop(scene);
                  openView(store, trail[0], { trail });
                },
              },
              t("views.trail.from_top"),
            ),
      );

      /** @param {import("../../state/initial.js").Place} step */
      function card(step) {
        const place = { layer: step.layer, at: indexOf(step) };
        const { value, trace } = explain(scene, place);
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
              "data-place": spotText(place),
              "data-value": exact(value),
              "aria-current": current ? "step" : null,
            },
            h("span", { class: "trail-name" }, nameOf(place)),
            h("strong", { class: "mono" }, shownValue(actions.i18n, scene.model, place.layer, value)),
            h(
              "span",
              { class: "trail-how" },
              trace
                ? t(`operations.${trace.operation}.step`, { count: trace.terms.length })
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

/** The way from the class that won to a pixel. @param {import("../../model/explain.js").Scene} scene */
function fromTop(scene) {
  const last = scene.model.output;
  const output = scene.run.activations.get(last.name);
  if (!output) return [];
  let best = 0;
  output.data.forEach((value, index) => {
    if (value > output.data[best]) best = index;
  });
  const at = output.shape.length === 1 ? [best] : [0, 0, 0];
  return mainTrail(scene, { layer: last.name, at }).map((spot) => placeOf(spot.layer, spot.at));
}
