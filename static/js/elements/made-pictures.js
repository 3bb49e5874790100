// @ts-check
/** Samples for a model without a gallery, made in this page. */
import { madePictures } from "../model/made.js";
import { context } from "./context.js";
import { pictureOf } from "./grey-picture.js";

/**
 * @param {{ input: { shape: number[], preparation?: any } }} description
 * @returns {Promise<import("../state/initial.js").Sample[]>}
 */
export const picturesFor = ({ input: { shape, preparation } }) =>
  Promise.all(madePictures(shape).map(([name, grey]) => sample(name, grey, preparation?.invert === true)));

/** @param {string} name @param {import("../model/strokes.js").Grey} grey @param {boolean} invert */
async function sample(name, grey, invert) {
  const { i18n } = context();
  const blob = await pictureOf(grey, { invert });
  const text = (/** @type {string} */ key) => ({ [i18n.language]: i18n.t(key) });
  return {
    id: `made-${name}`,
    class: null,
    role: "made",
    title: text(`pictures.made.${name}`),
    caption: text("pictures.made.caption"),
    url: "",
    thumbnail: URL.createObjectURL(blob),
    digest: "",
    blob,
  };
}
