// @ts-check
/** Words as nodes: paragraphs, and `code` between backticks. Nothing else in them is read as markup. */
import { h } from "../../elements/dom.js";

/** @param {string} text @returns {(Node | string)[]} */
export const inline = (text) => text.split("`").map((part, index) => (index % 2 ? h("code", null, part) : part));

/** @param {string} text @returns {HTMLElement[]} */
export const paragraphs = (text) =>
  text
    .split(/\n\s*\n/)
    .filter((part) => part.trim())
    .map((part) => h("p", null, inline(part.trim())));
