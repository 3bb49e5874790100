// @ts-check
/** "Where this number goes": the values of the layers after that read it. Written when it is opened. */
import { exact, signed } from "../../core/i18n.js";
import { destinations, tensorOf } from "../../model/explain.js";
import { valueAt } from "../../model/trace.js";
import { nameOf } from "../../formula/tree.js";
import { h } from "../../elements/dom.js";
import { addOperands, operandRow } from "./parts/operands.js";
import { valueIndexText } from "./parts/value.js";

const SHOWN = 60;

/** @param {import("./host.js").Actions} actions */
export function createForward({ t }) {
  const parts = h("div");
  const root = h(
    "details",
    { class: "part", "data-part": "forward" },
    h("summary", null, t("views.forward.title")),
    parts,
  );
  /** @type {(() => void) | null} */
  let write = null;
  root.addEventListener("toggle", () => root.open && write?.());

  /**
   * @param {import("../../model/explain.js").Scene} scene
   * @param {import("../../model/explain.js").Destination} destination
   * @returns {Node[]}
   */
  const consumersOf = (scene, { layer, consumers }) => {
    const note = (/** @type {string} */ text) => h("p", { class: "note" }, text);
    if (!consumers) return [note(t("views.forward.unknown", { layer: layer.name, kind: layer.kind }))];
    const words = t(consumers.length ? "views.forward.consumers" : "views.forward.nobody", {
      count: consumers.length,
      layer: layer.name,
    });
    const cut = consumers.length > SHOWN ? ` ${t("views.forward.shown", { count: SHOWN })}` : "";
    const byWeight = [...consumers].sort((a, b) => Math.abs(b.weight ?? 0) - Math.abs(a.weight ?? 0));
    const output = tensorOf(scene, layer.name);
    const list = h("ul", { class: "operand-list" });
    addOperands(
      list,
      byWeight.slice(0, SHOWN).map((one) => row(one, output)),
    );
    return [note(words + cut), list];
  };

  /**
   * @param {NonNullable<import("../../model/explain.js").Destination["consumers"]>[number]} consumer
   * @param {import("../../model/trace.js").Tensor | undefined} output
   */
  const row = ({ valueIndex, weight, taken }, output) =>
    operandRow(
      {
        "data-direction": "forward",
        "data-place": valueIndexText(valueIndex),
        "data-value": output ? exact(valueAt(output, valueIndex.at)) : null,
      },
      [
        nameOf(valueIndex),
        taken === null ? "" : h("em", null, ` ${t(taken ? "views.forward.taken" : "views.forward.not_taken")}`),
      ],
      output ? signed(valueAt(output, valueIndex.at)) : "",
      weight === null ? {} : { factor: [`× ${signed(weight)}`, exact(weight)] },
    );

  return {
    root,
    /**
     * @param {import("./subject.js").Subject} subject
     * @param {import("../../model/explain.js").ValueIndex} valueIndex
     */
    show({ scene }, valueIndex) {
      write = () => {
        const found = destinations(scene, valueIndex);
        parts.replaceChildren(
          ...(found.length
            ? found.flatMap((destination) => consumersOf(scene, destination))
            : [h("p", { class: "note" }, t("views.forward.end"))]),
        );
      };
      if (root.open) write();
    },
  };
}
