// @ts-check
/** Where a run was computed, where that is not the server; and by how much the server's values differ. */
import { h } from "../../../elements/dom.js";

/** @param {import("../host.js").Actions} actions */
export function createOrigin({ t, state }) {
  const root = h("p", { class: "note", "data-part": "origin", hidden: true });
  return {
    root,
    /** @param {import("../subject.js").Subject} subject */
    show({ scene: { run } }) {
      const { compared } = state();
      root.hidden = run.source !== "page";
      if (root.hidden) return;
      const known = compared?.run === run ? compared : null;
      root.dataset.difference = known ? String(known.difference) : "";
      root.textContent = !known
        ? t("views.explain.here")
        : known.difference === 0
          ? t("views.explain.here_same")
          : t("views.explain.here_compared", {
              difference: known.difference.toExponential(1),
              share: known.share.toExponential(1),
              layer: known.layer,
            });
    },
  };
}
