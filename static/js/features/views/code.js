// @ts-check
/** The few NumPy lines behind a number, and the script that can be copied. */
import { exact } from "../../core/i18n.js";
import { encodeTensor } from "../../api/wire.js";
import { lines, originLines, script } from "../../formula/code.js";
import { tolerance } from "../../model/operations.js";
import { context, does } from "../../elements/context.js";
import { h } from "../../elements/dom.js";

/** @param {import("./host.js").Actions} actions */
export function createCode(actions) {
  const { t } = actions;
  const shown = h("pre", { class: "code", tabindex: "0" });
  const result = h("p", { class: "note" });
  const said = h("span", { class: "note", role: "status" });
  /** @type {() => string} */
  let text = () => "";
  const copy = h(
    "button",
    {
      type: "button",
      class: "button",
      "data-action": "copy-code",
      ...does("copy", () => ({
        text: text(),
        copied: (/** @type {boolean} */ done) =>
          void (said.textContent = t(done ? "views.code.copied" : "views.code.not_copied")),
      })),
    },
    t("views.code.copy"),
  );
  const root = h(
    "details",
    { class: "part part-code", "data-part": "code" },
    h("summary", null, t("views.code.title")),
    shown,
    result,
    h("div", { class: "row" }, copy, said),
  );

  return {
    root,
    /** @param {import("./subject.js").Subject} subject @param {import("../../model/explain.js").Explanation} found */
    show({ scene, layer }, found) {
      said.textContent = "";
      const where = originLines(scene.model, found.valueIndex);
      shown.textContent = [...where, ...lines(layer ?? undefined, found), "print(y)"].join("\n");
      const allowed = found.trace ? tolerance(found.trace) : 0;
      result.textContent = t(allowed ? "views.code.result" : "views.code.exact", {
        value: exact(found.value).replace("-", "\u2212"),
        allowed: allowed.toExponential(1),
      });
      text = () => [...where, script(layer ?? undefined, found, origin(scene, actions.state()))].join("\n");
    },
  };
}

/**
 * Where the script finds the tensors: the server has the gallery's pictures; the input of any other picture, and of a
 * changed one, is written into the script.
 * @param {import("../../model/scene.js").WholeScene} scene @param {import("../../state/initial.js").State} state
 */
function origin({ model, run, picture, edits }, { samples }) {
  const listed = picture?.source === "sample" && samples.some(({ id, blob }) => id === picture.id && !blob);
  const sample = listed && !edits.length ? picture.id : null;
  const api = new URL(`${context().root}/api/v1`, location.href).href;
  return { api, model: model.id, sample, input: sample ? null : encodeTensor(run.input) };
}
