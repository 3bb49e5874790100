// @ts-check
/**
 * What a person changes in the network: as state, in the address, and as steps that can be undone.
 *
 * `state.edits` is what is asked for, in canonical order; a scene has the edits that it was made with.
 *
 * @typedef {import("./initial.js").State} State
 * @typedef {import("../model/edits.js").NetworkEdit} NetworkEdit
 * @typedef {{ layer: string, unit: number }} Unit
 */
import { Problem } from "../api/client.js";
import { canonicalEdits, EditTextError, formatEdits, parseEdits, placeText } from "../model/edits.js";
import { unitCount } from "../model/model.js";
import { unedited } from "../model/scene.js";
import { withProblem } from "./initial.js";

/** Of how many units a layer may be for one of them to be heard alone: each of the others is an edit. */
export const MOST_SOLO = 64;
/** Longer lists are left out of the address. */
const LONGEST = 6000;

/** @param {Unit} place @returns {NetworkEdit} */
const silence = ({ layer, unit }) => ({ target: "unit", layer, unit, change: "set", value: 0 });

/** @param {NetworkEdit} edit @param {Unit} place */
const isOf = (edit, { layer, unit }) => edit.target === "unit" && edit.layer === layer && edit.unit === unit;

/** Whether a unit is switched off. @param {readonly NetworkEdit[]} edits @param {Unit} place */
export const isMuted = (edits, place) =>
  edits.some((edit) => isOf(edit, place) && edit.target === "unit" && edit.change === "set" && edit.value === 0);

/** @param {State} state @param {(edit: NetworkEdit) => boolean} goes @param {...NetworkEdit} comes */
const changed = ({ edits }, goes, ...comes) => canonicalEdits([...edits.filter((edit) => !goes(edit)), ...comes]);

/** The other units of a unit's layer; null where they are too many to be switched off one by one.
 * @param {State} state @param {Unit} place @returns {Unit[] | null} */
function others({ scenes }, { layer, unit }) {
  const count = unitCount(scenes.main?.model.layer(layer)?.output_shape ?? [0]);
  return count > 1 && count <= MOST_SOLO
    ? Array.from({ length: count }, (_, index) => ({ layer, unit: index })).filter((one) => one.unit !== unit)
    : null;
}

/** Whether a unit is the only one of its layer that is not switched off; null where that cannot be.
 * @param {State} state @param {Unit} place */
export function isSolo(state, place) {
  const rest = others(state, place);
  return rest && !isMuted(state.edits, place) && rest.every((one) => isMuted(state.edits, one));
}

/** Edits with all other units of a unit's layer switched off, or on again. @param {State} state @param {Unit} place */
export const withSoloToggled = (state, place) =>
  changed(
    state,
    (edit) => edit.target === "unit" && edit.layer === place.layer,
    ...(isSolo(state, place) ? [] : (others(state, place) ?? []).map(silence)),
  );

/** By how much a unit's values are multiplied. @param {readonly NetworkEdit[]} edits @param {Unit} place */
export const gainOf = (edits, place) =>
  isMuted(edits, place)
    ? 0
    : edits.reduce(
        (gain, edit) => (isOf(edit, place) && "change" in edit && edit.change === "scale" ? gain * edit.factor : gain),
        1,
      );

/** Edits with a unit's values multiplied. @param {State} state @param {Unit} place @param {number} factor */
export const withGain = (state, place, factor) =>
  changed(
    state,
    (edit) => isOf(edit, place),
    ...(factor === 1
      ? []
      : [
          factor === 0
            ? silence(place)
            : /** @type {NetworkEdit} */ ({ target: "unit", ...place, change: "scale", factor }),
        ]),
  );

/** Edits with a layer turned into one of another kind, or back. @param {State} state @param {string} layer
 * @param {string} kind */
export function withKind(state, layer, kind) {
  const own = unedited(state.scenes)?.model.layer(layer)?.kind;
  /** @type {NetworkEdit} */
  const edit = { target: "operator", layer, kind, values: {} };
  return changed(state, (one) => one.target === "operator" && one.layer === layer, ...(kind === own ? [] : [edit]));
}

/** @typedef {{ layer: string, parameter: string, at: readonly number[] }} Learned where a learned number stands */

/**
 * Edits with a learned number of another value, or of its own again.
 * @param {State} state @param {Learned} place @param {number | null} value null: the learned one
 */
export function withNumber(state, place, value) {
  /** @type {import("../model/edits.js").ParameterEdit} */
  const edit = { target: "parameter", ...place, change: "set", value: Math.fround(value ?? 0) };
  const kept = value !== null && edit.value !== learnedNumber(state, place);
  return changed(
    state,
    (one) => one.target === "parameter" && placeText(one) === placeText(edit),
    ...(kept ? [edit] : []),
  );
}

/**
 * A number as it was learned; null while it is not there.
 * @param {State} state @param {Learned} place
 */
export function learnedNumber({ scenes }, { layer, parameter, at }) {
  const tensor = /** @type {any} */ (unedited(scenes)?.parameters?.get(layer))?.[parameter];
  return tensor ? tensor.data[at.reduce((place, index, axis) => place * tensor.shape[axis] + index, 0)] : null;
}

/** Which places are edited, whatever their values: a value that is dragged is one step of the browser's history.
 * @param {readonly NetworkEdit[]} edits */
export const editedPlaces = (edits) =>
  edits.map((edit) => `${placeText(edit)}${"change" in edit ? edit.change : edit.kind}`);

/** The row of the edits in the table of `address.js`. @type {import("../core/url-state.js").Field<State>} */
export const EDITS_FIELD = {
  parameter: "edits",
  parse: (text) => {
    try {
      return { edits: parseEdits(text) };
    } catch (error) {
      if (!(error instanceof EditTextError)) throw error;
      return { problems: withProblem([], { name: "", problem: new Problem(error) }) };
    }
  },
  format: ({ edits }) => {
    const text = formatEdits(edits);
    return text && text.length <= LONGEST ? text : null;
  },
};
