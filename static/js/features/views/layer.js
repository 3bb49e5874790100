// @ts-check
/**
 * "This layer in numbers": its shape, its learned numbers and its receptive field, each with the arithmetic behind it.
 */
import { layerFacts } from "../../elements/inspector/facts.js";
import { h } from "../../elements/dom.js";

/** @param {import("./host.js").Actions} actions */
export function createLayer({ t, i18n }) {
  const body = h("div");
  const root = h("details", { class: "part", "data-part": "layer" }, h("summary", null, t("views.layer.title")), body);
  /** @type {(() => void) | null} */
  let write = null;
  let written = "";
  root.addEventListener("toggle", () => root.open && write?.());

  return {
    root,
    /** @param {import("./subject.js").Subject} subject */
    show({ scene, layer }) {
      root.hidden = layer === null;
      write = () => {
        if (!layer || written === layer.name) return;
        written = layer.name;
        body.replaceChildren(...layerFacts({ t, i18n }, { model: scene.model, column: { layer } }));
      };
      if (root.open) write();
    },
  };
}
