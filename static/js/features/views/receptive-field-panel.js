// @ts-check
/** What a value sees: its window on the picture, and the pixels in that window, magnified. */
import { inputImage } from "../../draw/input.js";
import { INPUT, isMaps } from "../../model/model.js";
import { regionsBehind, visiblePart } from "../../model/receptive-field.js";
import { placeOf } from "../../state/place.js";
import { h } from "../../elements/dom.js";
import { createPicture } from "./parts/picture.js";
import { sizeText } from "./parts/value.js";

/** @param {import("./host.js").Actions} actions */
export function createReceptiveFieldPanel({ t }) {
  const words = h("p", { class: "note" });
  const strip = h("div", { class: "receptive-strip" });
  const root = h(
    "details",
    { class: "part", "data-part": "receptive-field", open: true },
    h("summary", null, t("views.receptive_field.title")),
    words,
    strip,
  );
  /** @type {(() => void) | null} */
  let write = null;
  root.addEventListener("toggle", () => root.open && write?.());
  /**
   * The picture stays as long as the run does.
   * @type {{ run: unknown, heat: import("./parts/heat.js").Heat } | null}
   */
  let picture = null;

  return {
    root,
    /**
     * @param {import("./subject.js").Subject} subject
     * @param {import("../../model/explain.js").ValueIndex} valueIndex
     */
    show({ scene }, valueIndex) {
      const region =
        isMaps(scene.model.input.shape) &&
        regionsBehind(scene.model, placeOf(valueIndex.layer, valueIndex.at)).find(({ layer }) => layer === INPUT);
      root.hidden = !region;
      write = () => {
        if (!region) return;
        const part = visiblePart(region);
        const [, rows, columns] = region.shape;
        const [height, width] = [region.bottom - region.top + 1, region.right - region.left + 1];
        const size = part && [part.bottom - part.top + 1, part.right - part.left + 1];
        const everything = size !== null && size[0] === rows && size[1] === columns;
        const padded = size !== null && (size[0] < height || size[1] < width);
        words.textContent = everything
          ? t("views.receptive_field.all")
          : !size
            ? t("views.receptive_field.padding")
            : t(padded ? "views.receptive_field.padded" : "views.receptive_field.picture", {
                size: sizeText(size),
                window: sizeText([height, width]),
                rows: `${part.top}–${part.bottom}`,
                columns: `${part.left}–${part.right}`,
              });
        if (picture?.run !== scene.run) picture = { run: scene.run, heat: createPicture(scene, t("views.picture")) };
        picture.heat.root.querySelectorAll(".mark").forEach((/** @type {Element} */ old) => old.remove());
        picture.heat.mark("field", [height, width]).move(region.top, region.left);
        strip.replaceChildren(
          h(
            "figure",
            { class: "receptive-picture" },
            h("div", { class: "receptive-clip" }, picture.heat.root),
            h("figcaption", null, t("views.picture")),
          ),
          part && !everything
            ? h(
                "figure",
                { class: "receptive-patch" },
                patchOf(scene, part),
                h("figcaption", null, t("views.receptive_field.magnified")),
              )
            : "",
        );
      };
      if (root.open && !root.hidden) write();
    },
  };

  /**
   * @param {import("../../model/explain.js").Scene} scene
   * @param {{ top: number, left: number, bottom: number, right: number }} part
   */
  function patchOf({ model, run }, { top, left, bottom, right }) {
    const [height, width] = [bottom - top + 1, right - left + 1];
    const canvas = h("canvas", { width, height, role: "img", "aria-label": t("views.receptive_field.magnified") });
    canvas.style.aspectRatio = `${width} / ${height}`;
    canvas.style.setProperty("--ratio", String(width / height));
    const whole = inputImage((columns, rows) => new ImageData(columns, rows), run.input, model.input.range);
    canvas.getContext("2d").putImageData(whole, -left, -top);
    return canvas;
  }
}
