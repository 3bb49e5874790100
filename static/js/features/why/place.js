// @ts-check
/** One square: what it adds, the patch of the picture that it answers for, and what each map adds there. */
import { exact } from "../../core/i18n.js";
import { formatPlace } from "../../state/place.js";
import { does } from "../../elements/context.js";
import { h } from "../../elements/dom.js";
import { inputPicture } from "../../elements/picture.js";
import { amount } from "./sum.js";

/** So many terms are listed. */
const LISTED = 10;

/** @param {import("../../core/i18n.js").Translator} i18n */
export function createPlace(i18n) {
  const { t } = i18n;
  const title = h("h3", { "data-why-here": true });
  const patch = h("canvas", {
    class: "why-patch-picture",
    role: "img",
    "aria-label": t("why.patch"),
    title: t("why.patch"),
  });
  let shown = -1;
  const calculation = h(
    "button",
    {
      type: "button",
      class: "button",
      "data-action": "why-open",
      ...does("why-open", () => ({ place: shown, unit: null })),
    },
    t("why.open"),
  );
  const heading = h("h4");
  const list = h("ul", { class: "why-terms" });
  const root = h(
    "section",
    { class: "why-place" },
    title,
    h("div", { class: "why-patch-row" }, patch, calculation),
    heading,
    list,
  );

  return {
    root,
    /**
     * @param {import("./subject.js").Subject} subject @param {import("../../model/evidence.js").Tiles} tiles
     * @param {number} place
     * @param {number} value what it adds
     * @param {import("../../model/evidence.js").PlaceTerm[]} terms
     */
    show({ scene, ground }, tiles, place, value, terms) {
      shown = place;
      const { run, model } = scene;
      const [, height, width] = model.input.shape;
      const field = tiles.patch(place);
      const [rows, columns] = field ? [field.bottom - field.top + 1, field.right - field.left + 1] : [0, 0];
      const key = !field ? "here_share" : rows >= height && columns >= width ? "here_whole" : "here";
      title.textContent = t(`why.${key}`, { amount: i18n.value(value), size: `${columns}×${rows}` });
      title.dataset.value = exact(value);
      title.classList.toggle("is-negative", value < 0);
      patch.hidden = !field;
      if (field) {
        [patch.width, patch.height] = [columns, rows];
        patch.getContext("2d").drawImage(inputPicture(run, model), -field.left, -field.top);
      }
      heading.textContent = t("why.terms", { count: terms.length, maps: ground.maps });
      const at = [Math.floor(place / ground.values.shape[2]), place % ground.values.shape[2]];
      const rest = terms.slice(LISTED);
      list.replaceChildren(
        ...terms.slice(0, LISTED).map(({ unit, value: read, weight, product }) =>
          h(
            "li",
            null,
            h(
              "button",
              {
                type: "button",
                "aria-label": `${ground.maps}[${unit}]: ${i18n.value(read)} × ${i18n.value(weight)} = ${i18n.value(product)}`,
                "data-place": formatPlace({ layer: ground.maps, unit, at }),
                ...does("why-open", { place, unit }),
              },
              h("span", { class: "why-term-name", title: formatPlace({ layer: ground.maps, unit, at }) }, `[${unit}]`),
              h("span", { class: "why-term-factors" }, amount(i18n, read), " × ", amount(i18n, weight)),
              h("span", { class: "why-term-product" }, amount(i18n, product, "product")),
            ),
          ),
        ),
        ...(rest.length
          ? [
              h(
                "li",
                { class: "why-others" },
                h("span", null, t("why.others", { count: rest.length })),
                amount(
                  i18n,
                  rest.reduce((sum, { product }) => sum + product, 0),
                  "others",
                ),
              ),
            ]
          : []),
      );
    },
  };
}
