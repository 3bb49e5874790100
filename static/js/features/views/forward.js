// @ts-check
/** "Where this number goes": the values of the layers after that read it. Written when it is opened. */
import { exact, signed } from "../../core/i18n.js";
import { destinations, tensorOf } from "../../model/explain.js";
import { weighs } from "../../model/learned.js";
import { valueAt } from "../../model/trace.js";
import { MOST_BYTES } from "../../state/pieces.js";
import { context } from "../../elements/context.js";
import { h } from "../../elements/dom.js";
import { operandRow, writeOperands } from "./parts/operands.js";
import { valueIndexText } from "./parts/value.js";

/** @typedef {import("../../model/explain.js").Destination} Destination */
/** @typedef {import("../../model/explain.js").Scene} Scene */
/** @typedef {import("../../model/explain.js").ValueIndex} ValueIndex */

/** @param {import("./host.js").Actions} actions */
export function createForward({ t, named }) {
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

  /** Of the readers of a large model, what was asked for last: only what a value of theirs is multiplied by is kept.
   * @type {{ of: unknown, key: string, found: Promise<import("../../api/client.js").Parameters> } | null} */
  let asked = null;

  const note = (/** @type {string} */ text) => h("p", { class: "note" }, text);

  /** @param {Scene} scene @param {Destination} destination @returns {Node[]} */
  const consumersOf = (scene, { layer, consumers, missing }) => {
    if (missing) {
      const heavy = weighs(scene.model, layer.name) > MOST_BYTES;
      return [note(t(`views.forward.${heavy ? "heavy" : "coming"}`, { layer: layer.name }))];
    }
    if (!consumers) return [note(t("views.forward.unknown", { layer: layer.name, kind: layer.kind }))];
    const words = t(consumers.length ? "views.forward.consumers" : "views.forward.nobody", {
      count: consumers.length,
      layer: named(layer.name),
    });
    const byWeight = [...consumers].sort((a, b) => Math.abs(b.weight ?? 0) - Math.abs(a.weight ?? 0));
    const output = tensorOf(scene, layer.name);
    const list = h("ul", { class: "operand-list" });
    const more = writeOperands(list, byWeight.length, (index) => row(byWeight[index], output), t);
    return [note(words), list, more];
  };

  /**
   * @param {NonNullable<Destination["consumers"]>[number]} consumer
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
        named(valueIndex.layer, valueIndex.at),
        taken === null ? "" : h("em", null, ` ${t(taken ? "views.forward.taken" : "views.forward.not_taken")}`),
      ],
      output ? signed(valueAt(output, valueIndex.at)) : "",
      weight === null ? {} : { factor: [`× ${signed(weight)}`, exact(weight)] },
    );

  /**
   * @param {Scene} scene @param {ValueIndex} valueIndex
   * @param {() => boolean} still whether it is looked at
   * @param {boolean} [answered] what was missing has been asked for
   */
  const show = async (scene, valueIndex, still, answered = false) => {
    const found = destinations(scene, valueIndex);
    parts.replaceChildren(
      ...(found.length
        ? found.flatMap((destination) => consumersOf(scene, destination))
        : [note(t("views.forward.end"))]),
    );
    const wanted = found
      .filter(({ missing, layer }) => missing && weighs(scene.model, layer.name) <= MOST_BYTES)
      .map(({ layer }) => layer.name);
    if (!wanted.length || answered) return;
    const key = wanted.join();
    if (asked?.of !== scene.model || asked.key !== key)
      asked = { of: scene.model, key, found: context().api.parameters(scene.model, wanted) };
    const mine = asked;
    try {
      const numbers = await mine.found;
      const parameters = new Map([...scene.parameters, ...numbers]);
      if (still()) void show({ ...scene, parameters }, valueIndex, still, true);
    } catch {
      if (asked === mine) asked = null;
      if (still()) parts.replaceChildren(note(t("views.forward.failed")));
    }
  };

  return {
    root,
    /** @param {import("./subject.js").Subject} subject @param {ValueIndex} valueIndex */
    show({ scene }, valueIndex) {
      const mine = () => void show(scene, valueIndex, () => write === mine && root.open);
      write = mine;
      if (root.open) write();
    },
  };
}
