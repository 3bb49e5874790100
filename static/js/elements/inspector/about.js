// @ts-check
/** Where a model came from, and what was changed when it was brought in. */
import { does } from "../context.js";
import { h } from "../dom.js";

/**
 * @param {import("./inspector.js").LoupeInspector} host
 * @param {import("../../model/model.js").Model} model
 * @returns {Node[]}
 */
export function about(host, { id, origin, added, training }) {
  if (origin) {
    const own = host.store.state.models.some((listed) => listed.own && listed.id === id);
    const files = origin.files.map((/** @type {{ name: string }} */ { name }) => name).join(", ");
    const said = ["author", "licence"]
      .filter((what) => origin[what])
      .map((what) => host.t(`network.about.${what}`, { text: origin[what] }));
    const lists = { added, folded: origin.folded, dropped: origin.dropped };
    const changes = Object.entries(lists)
      .filter(([, list]) => list?.length)
      .map(([kind, list]) => host.t(`network.about.${kind}`, { count: list.length, names: list.join(", ") }));
    return [
      h(
        "p",
        { class: "inspector-about", "data-part": "about" },
        host.t("network.about.from", { producer: origin.producer || origin.format, files }),
        " ",
        [...said, ...changes].join(" "),
        own
          ? h(
              "button",
              { type: "button", class: "button", "data-action": "own-about", ...does("own-model") },
              host.t("network.about.report"),
            )
          : null,
      ),
    ];
  }
  const pictures = training?.data?.pictures;
  return pictures
    ? [h("p", { class: "inspector-about", "data-part": "about" }, host.t("network.about.trained", { pictures }))]
    : [];
}
