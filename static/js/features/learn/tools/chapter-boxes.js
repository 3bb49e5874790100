// @ts-check
/** Which chapters: a box for each. */
import { h } from "../../../elements/dom.js";
import { CHAPTERS } from "../chapters.js";

/**
 * @param {import("../../../elements/element.js").LoupeElement} host
 * @param {readonly string[]} chosen
 * @param {(chapters: string[]) => void} onchange
 */
export function chapterBoxes(host, chosen, onchange) {
  const boxes = CHAPTERS.map((id) => h("input", { type: "checkbox", value: id, checked: chosen.includes(id) }));
  const list = h(
    "fieldset",
    { class: "learn-chips learn-tool-chapters" },
    h("legend", null, host.t("learn.contents")),
    h(
      "div",
      { class: "learn-chip-row" },
      CHAPTERS.map((id, index) =>
        h("label", { class: "learn-chip" }, boxes[index], h("span", null, host.t(`learn.chapters.${id}`))),
      ),
    ),
  );
  list.addEventListener("change", () => onchange(boxes.filter(({ checked }) => checked).map(({ value }) => value)));
  return list;
}
