// @ts-check
/**
 * Which parts show a subject, what they stand for and what they are painted from; and the same for what may be opened
 * next, which `prebuild.js` builds ahead.
 *
 * @typedef {import("./subject.js").Subject} Subject
 * @typedef {import("./host.js").ViewPart} ViewPart
 * @typedef {import("../../state/initial.js").State} State
 * @typedef {import("../../state/initial.js").Place} Place
 */
import { viewFor } from "../../state/view.js";
import { VIEWS, viewNamed } from "./registry.js";
import { subjectOf } from "./subject.js";

/** Which parts show a subject, and what they stand for. @param {Subject} subject @param {State["words"]} words */
export function planOf({ scene, view }, words) {
  const definition = viewNamed(view.name) ?? viewNamed(viewFor(scene.model, view.layer)) ?? VIEWS.values;
  const key = [definition.stage.name, scene.model.id, view.layer, view.unit, words].join("|");
  return { definition, key, cardKey: definition.card ? `${key}|${definition.card.name}|${view.input}` : "" };
}

/** What maps are painted from. @param {Subject} subject @param {State} state */
export const sourceOf = ({ scene }, { scale, lock, tint, dark }) => [
  scene.run,
  scene.parameters,
  scale,
  lock,
  tint,
  dark,
];

/**
 * What would show what may be opened next.
 * @param {import("../../elements/element.js").LoupeElement} host
 * @param {import("./host.js").Actions} actions
 * @param {object} view of the host
 * @param {WeakMap<ViewPart, readonly unknown[]>} view.painted what each part's maps are painted from
 * @param {(subject: Subject) => void} view.beside writes what lies beside the stage
 * @param {(subject: Subject, stage: ViewPart, card: ViewPart | null) => import("./prebuild.js").Framed} view.frame
 */
export function createPlans(host, actions, { painted, beside, frame }) {
  /**
   * One part of what shows a subject.
   * @param {Subject} subject
   * @param {"stage" | "card"} which
   * @returns {import("./prebuild.js").Plan}
   */
  const partFor = (subject, which) => {
    const { state } = host.store;
    const { definition, key, cardKey } = planOf(subject, state.words);
    const source = sourceOf(subject, state);
    const build = () => {
      const part = /** @type {import("./registry.js").Create} */ (definition[which])(subject, actions);
      part.paint(subject);
      part.point(subject.at, null);
      painted.set(part, source);
      return part;
    };
    return { key: which === "card" ? cardKey : key, source, build };
  };

  return {
    /**
     * What would show a unit, if it were opened next.
     * @param {Place} place
     * @returns {import("./prebuild.js").ViewPlan | null}
     */
    viewFor({ layer, unit }) {
      const { state } = host.store;
      const subject =
        state.view || !state.model ? null : subjectOf(host.scene, { name: viewFor(state.model, layer), layer, unit });
      return (
        subject && {
          stage: partFor(subject, "stage"),
          beside: () => beside(subject),
          frame: (stage, card) => frame(subject, stage, card),
        }
      );
    },

    /**
     * What would lie before the view of a unit, if one of its inputs were looked at.
     * @param {Place} place
     * @param {number} input
     * @returns {import("./prebuild.js").Plan | null}
     */
    cardFor({ layer, unit }, input) {
      const { state } = host.store;
      const subject =
        state.model && viewFor(state.model, layer) === "neuron"
          ? subjectOf(host.scene, { name: "microscope", layer, unit, input })
          : null;
      return subject && partFor(subject, "card");
    },
  };
}
