// @ts-check
/**
 * Whose evidence is shown: what the address asks for, or what is pointed at in the network, and what it lies over.
 *
 * @typedef {import("../../state/initial.js").State} State
 * @typedef {import("../../model/evidence.js").Ground} Ground
 */
/**
 * @typedef {object} Subject
 * @property {import("../../model/explain.js").Scene} scene
 * @property {Ground} ground
 * @property {number} unit
 * @property {number | null} against
 * @property {boolean} classes whether the units are classes
 * @property {{ of: number, layer: string } | null} behind the class that has no evidence, and the layer that stands
 *   behind the maps
 */
import { groundedBefore, groundOf } from "../../model/evidence.js";
import { weighs } from "../../model/learned.js";
import { scoreLayer } from "../../model/model.js";
import { needsOfEvidence } from "../../model/needs.js";
import { isWhole } from "../../model/scene.js";
import { MOST_BYTES } from "../../state/pieces.js";
import { topScore } from "../../state/selectors.js";

/**
 * @param {import("../../model/scene.js").Scene | null} scene @param {Pick<State, "why" | "hover">} state
 * @returns {Subject | { behind: { of: number, layer: string } } | { heavy: string } | null} null as long as the learned
 *   numbers are on their way; only `behind` where no unit of the model has evidence; `heavy` is a layer whose learned
 *   numbers are too many to be asked for
 */
export function subjectOf(scene, { why, hover }) {
  if (!isWhole(scene) || !why) return null;
  const { model, run, parameters } = scene;
  const scores = scoreLayer(model);
  const asked = why.of && model.layer(why.of.layer) ? why.of : null;
  const leading = topScore(run)?.class ?? 0;
  const name = asked?.layer ?? scores?.name ?? model.output.name;
  const heavy =
    model.in_pieces && needsOfEvidence(model, name).parameters.find((one) => weighs(model, one) > MOST_BYTES);
  if (heavy && !parameters.has(heavy)) return { heavy };
  const found = groundOf(scene, name);
  /** @type {Subject["behind"]} */
  let behind = null;
  let ground = found;
  if (found && "behind" in found) {
    behind = { of: asked && asked.layer === name ? asked.unit : leading, layer: found.behind };
    const earlier = groundedBefore(scene, name);
    if (!earlier) return { behind };
    ground = groundOf(scene, earlier);
  }
  if (!ground || "behind" in ground) return null;
  const own = asked && asked.layer === ground.layer && asked.unit < ground.units;
  // A hidden unit that nobody chose: the one with the largest value.
  const first = behind ? ground.results.indexOf(Math.max(...ground.results)) : leading;
  const pointed = hover && hover.layer === ground.layer && hover.unit < ground.units ? hover.unit : null;
  const unit = pointed ?? (own ? asked.unit : first);
  const against = pointed === null && why.against !== null && why.against < ground.units ? why.against : null;
  return {
    scene,
    ground,
    unit,
    against: against === unit ? null : against,
    classes: ground.layer === scores?.name,
    behind,
  };
}

/**
 * What a unit is called.
 * @param {Subject} subject
 * @param {number} unit
 * @param {import("../../core/i18n.js").Translator} i18n
 */
export const nameOf = ({ scene, ground, classes }, unit, i18n) =>
  classes ? i18n.label(scene.model.classes[unit].labels) : `${ground.layer}[${unit}]`;
