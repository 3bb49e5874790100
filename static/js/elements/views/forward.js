// @ts-check
/** "Where this number goes": the values of the next layer that read it. Written when it is opened. */
import { exact, signed } from "../../core/i18n.js";
import { destinations, layerAfter, tensorOf } from "../../model/explain.js";
import { valueAt } from "../../model/trace.js";
import { nameOf } from "../../formula/tree.js";
import { h } from "../dom.js";
import { spotText } from "./parts/value.js";

const SHOWN = 60;

/** @param {import("./host.js").Actions} actions */
export function createForward({ t }) {
  const list = h("ul", { class: "operand-list" });
  const words = h("p", { class: "note" });
  const root = h(
    "details",
    { class: "part", "data-part": "forward" },
    h("summary", null, t("views.forward.title")),
    words,
    list,
  );
  /** @type {(() => void) | null} */
  let write = null;
  root.addEventListener("toggle", () => root.open && write?.());

  return {
    root,
    /** @param {import("./subject.js").Subject} subject @param {import("../../model/explain.js").Spot} spot */
    show({ scene }, spot) {
      write = () => {
        const found = destinations(scene, spot);
        list.replaceChildren();
        if (!found) {
          const next = layerAfter(scene.model, spot.layer);
          return void (words.textContent = next
            ? t("views.forward.unknown", { layer: next.name, kind: next.kind })
            : t("views.forward.end"));
        }
        const { layer, readers } = found;
        words.textContent =
          t(readers.length ? "views.forward.readers" : "views.forward.nobody", {
            count: readers.length,
            layer: layer.name,
          }) + (readers.length > SHOWN ? ` ${t("views.forward.shown", { count: SHOWN })}` : "");
        const byWeight = [...readers].sort((a, b) => Math.abs(b.weight ?? 0) - Math.abs(a.weight ?? 0));
        const output = tensorOf(scene, layer.name);
        list.append(
          ...byWeight.slice(0, SHOWN).map(({ spot: reader, weight, taken }) =>
            h(
              "li",
              null,
              h(
                "button",
                {
                  type: "button",
                  class: "operand",
                  "data-direction": "forward",
                  "data-place": spotText(reader),
                  "data-value": output ? exact(valueAt(output, reader.at)) : null,
                },
                h(
                  "span",
                  { class: "operand-name" },
                  nameOf(reader),
                  taken === null
                    ? ""
                    : h("em", null, ` ${t(taken ? "views.forward.taken" : "views.forward.not_taken")}`),
                ),
                h("span", { class: "operand-value mono" }, output ? signed(valueAt(output, reader.at)) : ""),
              ),
              weight === null
                ? ""
                : h("span", { class: "operand-weight mono", "data-value": exact(weight) }, `× ${signed(weight)}`),
            ),
          ),
        );
        return undefined;
      };
      if (root.open) write();
    },
  };
}
