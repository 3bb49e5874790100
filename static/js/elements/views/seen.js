// @ts-check
/** What a value sees: its window on the picture and on every earlier layer. */
import { ACTIVATIONS } from "../../draw/colour.js";
import { INPUT, isMaps } from "../../model/model.js";
import { mainTrail, tensorOf } from "../../model/explain.js";
import { limitOf } from "../../model/ranges.js";
import { regionsBehind, visiblePart } from "../../model/receptive-field.js";
import { unitValues } from "../../model/statistics.js";
import { placeOf } from "../../state/view.js";
import { h } from "../dom.js";
import { createHeat } from "./parts/heat.js";
import { createPicture } from "./parts/picture.js";
import { sizeText } from "./parts/value.js";

/** @param {import("./host.js").Actions} actions */
export function createSeen({ t }) {
  const words = h("p", { class: "note" });
  const strip = h("div", { class: "seen-strip" });
  const root = h("details", { class: "part", "data-part": "seen", open: true }, h("summary", null, t("views.seen.title")), words, strip);
  /** @type {(() => void) | null} */
  let write = null;
  root.addEventListener("toggle", () => root.open && write?.());

  return {
    root,
    /** @param {import("./subject.js").Subject} subject @param {import("../../model/explain.js").Spot} spot */
    show({ scene }, spot) {
      root.hidden = spot.layer === INPUT;
      write = () => {
        const regions = regionsBehind(scene.model, placeOf(spot.layer, spot.at)).filter(({ shape }) => isMaps(shape));
        const picture = regions.find(({ layer }) => layer === INPUT);
        const part = picture && visiblePart(picture);
        words.textContent = picture ? t(part ? "views.seen.picture" : "views.seen.padding", { size: sizeText([picture.bottom - picture.top + 1, picture.right - picture.left + 1]), rows: part ? `${part.top}–${part.bottom}` : "", columns: part ? `${part.left}–${part.right}` : "" }) : "";
        // Each earlier layer is shown by the unit through which most of the value came.
        const main = new Map(mainTrail(scene, spot).map(({ layer, at }) => [layer, at[0]]));
        strip.replaceChildren(...[...regions].reverse().map((region) => {
          const [, rows, columns] = region.shape;
          const unit = region.unit ?? main.get(region.layer) ?? 0;
          const visible = visiblePart(region);
          const size = visible ? sizeText([visible.bottom - visible.top + 1, visible.right - visible.left + 1]) : "0";
          const name = region.layer === INPUT ? t("views.picture") : `${region.layer}[${unit}]`;
          const map = region.layer === INPUT ? createPicture(scene, name) : heatOf(region.layer, unit, rows, columns, name);
          const mark = map.mark("field", [region.bottom - region.top + 1, region.right - region.left + 1]);
          mark.move(region.top, region.left);
          return h("figure", { class: region.layer === INPUT ? "seen-picture" : "", "data-seen": region.layer, "data-rows": `${region.top},${region.bottom}`, "data-columns": `${region.left},${region.right}` }, h("div", { class: "seen-clip" }, map.root), h("figcaption", null, name, h("span", null, size)));
        }));
      };
      if (root.open && !root.hidden) write();

      /** @param {string} layer @param {number} unit @param {number} rows @param {number} columns @param {string} label */
      function heatOf(layer, unit, rows, columns, label) {
        const heat = createHeat({ rows, columns, label });
        const tensor = /** @type {import("../../model/trace.js").Tensor} */ (tensorOf(scene, layer));
        const values = unitValues(tensor, unit);
        heat.paint(values, limitOf([values]), ACTIVATIONS);
        return heat;
      }
    },
  };
}
