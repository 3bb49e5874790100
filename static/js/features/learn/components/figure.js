// @ts-check
/** A figure of a playground with its caption, and a box that scrolls sideways where its content is wider. */
import { h } from "../../../elements/dom.js";

/** @param {string | Node} caption @param {...(Node | null)} content */
export const figure = (caption, ...content) =>
  h("figure", { class: "learn-widget-figure" }, h("figcaption", null, caption), content);

/** @param {string} label @param {...Node} content */
export const sideways = (label, ...content) =>
  h("div", { class: "learn-sideways", tabindex: 0, role: "region", "aria-label": label }, content);
