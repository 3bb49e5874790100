// @ts-check
/** Numbers on the screen: rounded for the eye, whole for the pointer, and a way to where they come from. */
import { exact, signed } from "../../../core/i18n.js";
import { h } from "../../../elements/dom.js";
import { formatPlace, indexOf, parsePlace, placeOf } from "../../../state/place.js";

/** @typedef {import("../../../model/explain.js").ValueIndex} ValueIndex */
/** @typedef {(value: number) => string} Format */

/** `conv_1_2[3,30,24]`, as in addresses. @param {ValueIndex} valueIndex */
export const valueIndexText = ({ layer, at }) => formatPlace(placeOf(layer, at));

/** @param {string} text @returns {ValueIndex | null} */
export function parseValueIndex(text) {
  const place = parsePlace(text);
  return place && { layer: place.layer, at: indexOf(place) };
}

/**
 * An element for one number; a button where it can be followed.
 * @param {string} [className]
 * @param {boolean} [followed]
 */
export function createValue(className = "", followed = false) {
  return followed
    ? h("button", { type: "button", class: `value ${className}` })
    : h("span", { class: `value ${className}` });
}

/** A layer's value as it is read: probabilities in per cent, all else with its sign.
 * @param {import("../../../core/i18n.js").Translator} i18n
 * @param {import("../../../model/model.js").Model} model
 * @param {string} layer
 * @param {number} value
 */
export const shownValue = (i18n, model, layer, value) =>
  model.layer(layer)?.record.family === "probability" ? i18n.percent(value) : signed(value);

/** Put a number into an element without rebuilding anything.
 * @param {HTMLElement} element @param {number} value
 * @param {ValueIndex | null} [valueIndex] @param {Format} [format] */
export function setValue(element, value, valueIndex = null, format = signed) {
  const text = format(value);
  const node = element.firstChild;
  if (node instanceof Text && element.childNodes.length === 1) {
    if (node.data !== text) node.data = text;
  } else element.textContent = text;
  const whole = exact(value);
  if (element.dataset.value !== whole) element.dataset.value = whole;
  if (valueIndex) element.dataset.place = valueIndexText(valueIndex);
  else delete element.dataset.place;
}

/** Take a number away, and where it comes from. @param {HTMLElement} element @param {string} [text] instead of it */
export function clearValue(element, text = "") {
  delete element.dataset.value;
  delete element.dataset.place;
  element.textContent = text;
}

/**
 * A bias, or that the layer has none.
 * @param {HTMLElement} element
 * @param {number | null} bias
 * @param {(key: string) => string} t
 */
export function setBias(element, bias, t) {
  if (bias === null) clearValue(element, t("views.no_bias"));
  else setValue(element, bias);
}

/** `60×60` @param {readonly number[]} sizes */
export const sizeText = (sizes) => sizes.join("×");
