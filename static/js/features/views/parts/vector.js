// @ts-check
/** A vector as a strip of coloured cells, with the chosen one marked. */
import { ACTIVATIONS, paintDiverging } from "../../../draw/colour.js";
import { h } from "../../../elements/dom.js";
import { exact, signed } from "../../../core/i18n.js";

/** Vectors up to this length are written as numbers; longer ones are a strip. */
const WRITTEN = 40;

/** @param {number} count @param {string} name @param {(unit: number) => void} choose */
export function createVector(count, name, choose) {
  const written = count <= WRITTEN;
  const cells = written
    ? Array.from({ length: count }, (_, unit) =>
        h(
          "li",
          null,
          h(
            "button",
            { type: "button", class: "vector-cell", onclick: () => choose(unit) },
            h("span", { class: "vector-index" }, `[${unit}]`),
            h("i"),
            h("span", { class: "vector-value" }),
          ),
        ),
      )
    : [];
  const canvas = written
    ? null
    : h("canvas", { class: "vector-strip", width: 1, height: count, role: "img", "aria-label": name });
  canvas?.addEventListener("click", (/** @type {MouseEvent} */ event) => {
    const box = canvas.getBoundingClientRect();
    choose(Math.max(0, Math.min(count - 1, Math.floor(((event.clientY - box.top) / box.height) * count))));
  });
  const mark = h("div", { class: "mark mark-cell", "aria-hidden": "true" });
  mark.style.height = `${100 / count}%`;
  const root = written
    ? h("ol", { class: "vector", start: "0" }, cells)
    : h("div", { class: "vector-holder" }, canvas, mark);
  return {
    root,
    /** @param {Float32Array} values @param {number} limit @param {number} chosen @param {string} layer */
    paint(values, limit, chosen, layer) {
      if (canvas) {
        const context = canvas.getContext("2d");
        const image = context.createImageData(1, count);
        paintDiverging(new Uint32Array(image.data.buffer), 0, values, limit, ACTIVATIONS);
        context.putImageData(image, 0, 0);
        mark.style.top = `${(100 * chosen) / count}%`;
      }
      cells.forEach((cell, unit) => {
        const [button] = cell.children;
        const [, colour, text] = button.children;
        colour.style.backgroundColor = ACTIVATIONS.css(limit > 0 ? values[unit] / limit : 0);
        text.textContent = signed(values[unit]);
        button.dataset.value = exact(values[unit]);
        button.setAttribute("aria-label", `${layer}[${unit}] ${signed(values[unit])}`);
        button.setAttribute("aria-current", unit === chosen ? "true" : "false");
      });
    },
  };
}
