// @ts-check
/**
 * What is spoken of, in few words and large numbers.
 *
 * @typedef {{ label: string, text: string, value: number }} Amount
 * @typedef {{ name: string, amounts: Amount[] }} Caption
 * @typedef {import("../../core/i18n.js").Translator} Translator
 */
import { columnsOf } from "../../model/columns.js";
import { INPUT, isMaps } from "../../model/model.js";
import { summarise, unitValues } from "../../model/statistics.js";
import { valueName, topScore } from "../../state/selectors.js";
import { spokenOf } from "./steps.js";

/** @param {import("../../state/initial.js").State} state @param {Translator} i18n @returns {Caption | null} */
export function captionOf(state, i18n) {
  const { model, run } = state;
  if (!model || !run || run.model !== model.id) return null;
  const place = spokenOf(state);
  const layer = place && place.layer !== INPUT ? model.layer(place.layer) : null;
  const tensor = !place ? null : layer ? run.activations.get(layer.name) : place.layer === INPUT ? run.input : null;
  if (!place || !tensor) return answer(model, run, i18n);
  const { t } = i18n;
  const amount = (
    /** @type {string} */ label,
    /** @type {number} */ value,
    /** @type {string} */ text = i18n.value(value),
  ) => ({ label, text, value });
  const at = [place.unit, ...(place.at ?? [])];
  const own =
    layer || i18n.plainly
      ? valueName(i18n, model, { layer: place.layer, at })
      : `${t("network.input")}[${at.join(", ")}]`;

  const classes = columnsOf(model).find(({ form }) => form === "classes");
  if (layer && classes && (layer === classes.layer || layer === classes.probabilities)) {
    const { probability, logit } = run.scores[place.unit];
    return {
      name: i18n.label(model.classes[place.unit].labels),
      amounts: [
        ...(typeof probability === "number"
          ? [amount(t("network.inspector.probability"), probability, i18n.percent(probability))]
          : []),
        ...(typeof logit === "number"
          ? [amount(t(typeof probability === "number" ? "network.inspector.logit" : "network.inspector.score"), logit)]
          : []),
      ],
    };
  }
  const values = unitValues(tensor, place.unit);
  if (!isMaps(tensor.shape)) return { name: own, amounts: [amount("", values[0])] };
  if (place.at) return { name: own, amounts: [amount("", values[place.at[0] * tensor.shape[2] + place.at[1]])] };
  const { minimum, maximum, mean } = summarise(values);
  return { name: own, amounts: [amount("", minimum), amount("…", maximum), amount(t("network.inspector.mean"), mean)] };
}

/**
 * A number of an opened view, by its place.
 * @param {{ place: string, value: number }} number
 * @param {Translator} i18n
 * @returns {Caption}
 */
export const captionOfNumber = ({ place, value }, i18n) => ({
  name: place.replaceAll(",", ", "),
  amounts: [{ label: "", text: i18n.value(value), value }],
});

/** Where nothing is pointed at: what the network says of the picture.
 * @param {import("../../model/model.js").Model} model
 * @param {import("../../api/client.js").Run} run
 * @param {Translator} i18n
 * @returns {Caption}
 */
function answer(model, run, i18n) {
  const best = topScore(run);
  const label = best && model.classes[best.class];
  if (!best || !label) return { name: i18n.label(model.title), amounts: [] };
  const { probability, logit } = best;
  const known = typeof probability === "number";
  const value = known ? probability : (logit ?? NaN);
  return {
    name: i18n.label(label.labels),
    amounts: [
      {
        label: i18n.t(known ? "network.inspector.probability" : "network.inspector.score"),
        text: known ? i18n.percent(value) : i18n.value(value),
        value,
      },
    ],
  };
}
