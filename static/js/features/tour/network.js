// @ts-check
/**
 * The tour that comes with the page: its steps with their words.
 *
 * @typedef {object} Tour a tour as the element shows it
 * @property {string} id
 * @property {() => Text} title
 * @property {readonly import("./steps.js").Step[]} steps
 * @property {(step: import("./steps.js").Step) => Text} name
 * @property {(step: import("./steps.js").Step, scene: import("./steps.js").Scene) => Words} words
 * @property {(step: import("./steps.js").Step, scene: import("./steps.js").Scene) => Question | null} question
 * @property {(step: import("./steps.js").Step,
 *   scene: import("./steps.js").Scene) => Partial<import("../../state/initial.js").State> |
 * null} answered what the answer to a step's question shows
 */
/** @typedef {{ text: string, language?: string }} Text `language` where it is not the page's */
/** @typedef {{ text: Text, todo: string | null }} Words */
/**
 * @typedef {object} Question
 * @property {string} key as long as it stays, the question is the same
 * @property {Text} ask
 * @property {string} [about] what it is asked of, where that is not what is shown
 * @property {{ id: string, text: string, right: boolean, said: string }[] | null} choices null where an answer is typed
 * @property {((text: string) => { right: boolean, said: string } | null)} [judge] null where what was typed is no
 *   answer
 * @property {string} reveal
 */
import { nameOf } from "../../formula/tree.js";
import { factsOf } from "../../model/hyperparameters.js";
import { topScore } from "../../state/selectors.js";
import { viewFor } from "../../state/view.js";
import { activationOf, endOf, scoresOf } from "./landmarks.js";
import { predictionOf, STEPS } from "./steps.js";

export const NETWORK = "network";

/** @param {import("../../core/i18n.js").Translator} i18n @returns {Tour} */
export function networkTour(i18n) {
  const { t } = i18n;
  const word = (/** @type {import("./steps.js").Step} */ step, /** @type {string} */ part) =>
    `tour.network.steps.${step.id}.${part}`;

  /**
   * What more than one step may mention: the class is the opened one, or the one that leads.
   * @param {import("./steps.js").Scene} scene
   */
  const shared = ({ model, run, state: { view } }) => {
    const opened = view && [scoresOf(model), endOf(model)].some((layer) => layer?.name === view.layer);
    const best = opened ? run.scores[view.unit] : topScore(run);
    const label = best && model.classes[best.class];
    return {
      class: label ? i18n.label(label.labels) : "",
      amount: best
        ? typeof best.probability === "number"
          ? i18n.percent(best.probability)
          : i18n.value(best.logit ?? NaN)
        : "",
      follow: t("views.trail.to_pixel"),
      softmax: t("views.output.open_softmax"),
    };
  };

  /**
   * How an activation treats a value, in the inspector's own sentence.
   * @param {import("../../model/model.js").Model} model
   */
  const how = (model) => {
    const layer = activationOf(model);
    return layer ? t(`${layer.record.words}.about`, factsOf(layer)) : "";
  };

  return {
    id: NETWORK,
    title: () => ({ text: t("tour.network.title") }),
    steps: STEPS,
    name: (step) => ({ text: t(word(step, "title")) }),
    words(step, scene) {
      const params = { ...shared(scene), how: how(scene.model), ...step.params?.(scene) };
      return {
        text: { text: t(word(step, "text"), params) },
        todo: i18n.has(word(step, "todo")) ? t(word(step, "todo"), params) : null,
      };
    },
    question(step, scene) {
      const asked = step.asks ? predictionOf(scene) : null;
      if (!asked) return null;
      const name = (/** @type {import("../../state/initial.js").Place} */ { layer, unit, at }) =>
        nameOf({ layer, at: [unit, ...(at ?? [])] });
      const params = {
        from: name(asked.from),
        to: name(asked.to),
        layer: asked.to.layer,
        x: i18n.value(asked.x),
        y: i18n.value(asked.y),
        how: how(scene.model),
      };
      const said = (/** @type {string} */ id) => t(`tour.network.steps.${step.id}.said.${id}`, params);
      return {
        key: `${params.from} ${asked.x}`,
        ask: { text: t(word(step, "ask"), params) },
        choices: asked.choices.map(({ id, value }) => ({
          id,
          text: i18n.value(value + 0),
          right: id === "right",
          said: said(id),
        })),
        reveal: said("right"),
      };
    },
    answered(step, scene) {
      const asked = step.asks ? predictionOf(scene) : null;
      return asked && { panel: null, view: { name: viewFor(scene.model, asked.to.layer), ...asked.to } };
    },
  };
}
