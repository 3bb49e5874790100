// @ts-check
/**
 * What of one unit can be changed: whether it is heard at all, how loud it is, what kind its layer is, its kernels and
 * its bias. Every number is a spin control; numbers follow the state, so that undoing shows here, too.
 */
import { swaps } from "../../compute/edits.js";
import { INPUT } from "../../model/model.js";
import { mapsOf } from "../../model/kinds/kind.js";
import { unedited } from "../../model/scene.js";
import { gainOf, isMuted, isSolo, withGain, withKind, withNumber } from "../../state/edits.js";
import { context, does } from "../../elements/context.js";
import { h } from "../../elements/dom.js";
import { icon } from "../../elements/icons.js";
import { createSpin } from "./spin.js";

/** Of how many numbers a part of a unit may be to be shown as spin controls. */
const MOST_NUMBERS = 1024;

/** @typedef {import("../../state/edits.js").Unit} Unit */
/** @typedef {import("./spin.js").Spin} Spin */

/** @param {import("../../model/kinds.js").LayerParameters | null} parameters @param {string} name
 * @returns {import("../../api/wire.js").Tensor | undefined} */
const numberOf = (parameters, name) => /** @type {any} */ (parameters)?.[name];

/** @param {import("./element.js").LoupeChange} host */
export function createBench(host) {
  const root = h("section", { class: "change-bench", hidden: true, tabindex: "-1" });
  /** What the controls were built for. */
  let built = "";
  /** @type {() => void} */
  let refresh = () => {};

  /** @param {readonly import("../../model/edits.js").NetworkEdit[]} edits @param {string} about */
  const edit = (edits, about) => context().commands.perform("edit", { value: edits, about });

  /** @param {Unit} place */
  function build(place) {
    const { state } = host.store;
    const base = unedited(state.scenes);
    const layer = base?.model.layer(place.layer);
    if (!base || !layer) return;
    const name = `${place.layer}[${place.unit}]`;
    const off = toggle("mute", place);
    const solo = toggle("solo", place);
    const gain = h("input", {
      type: "range",
      min: "0",
      max: "2",
      step: "0.05",
      class: "change-gain",
      "aria-label": host.t("change.gain"),
      oninput: () => edit(withGain(host.store.state, place, Number(gain.value)), `gain ${name}`),
    });
    const gainText = h("output", { class: "mono" });
    const kinds = swaps(layer);
    const kind = h(
      "select",
      {
        class: "button",
        "data-action": "choose-kind",
        "aria-label": host.t("change.kind"),
        onchange: () => edit(withKind(host.store.state, place.layer, kind.value), `kind ${place.layer}`),
      },
      kinds.map((one) => h("option", { value: one }, host.t(`kinds.${one}.name`))),
    );
    const numbers = base.model.in_pieces ? [] : numbersOf(place, layer, base.parameters?.get(place.layer) ?? null);
    root.setAttribute("aria-label", host.t("change.bench", { name }));
    root.replaceChildren(
      h(
        "div",
        { class: "change-row" },
        h("h2", null, name),
        off,
        solo,
        h("label", { class: "change-control" }, h("span", null, host.t("change.gain")), gain, gainText),
        kinds.length > 1 && h("label", { class: "change-control" }, h("span", null, host.t("change.kind")), kind),
        h(
          "button",
          {
            type: "button",
            class: "button square change-close",
            "data-action": "close-bench",
            "aria-label": host.t("common.close"),
            title: host.t("common.close"),
            ...does("close-bench"),
          },
          icon("close"),
        ),
      ),
      ...(numbers.length
        ? [
            h("p", { class: "note" }, host.t("change.spin_hint")),
            h(
              "div",
              { class: "change-numbers", tabindex: "0", role: "group", "aria-label": host.t("change.numbers") },
              numbers.map((part) => part.root),
            ),
          ]
        : []),
    );
    refresh = () => {
      const { state: now } = host.store;
      const { edits, scenes } = now;
      off.setAttribute("aria-pressed", String(isMuted(edits, place)));
      const alone = isSolo(now, place);
      solo.hidden = alone === null;
      solo.setAttribute("aria-pressed", String(alone === true));
      const factor = gainOf(edits, place);
      if (Number(gain.value) !== factor) gain.value = String(factor);
      gainText.textContent = `× ${host.i18n.plain(factor)}`;
      const swapped = edits.find((one) => one.target === "operator" && one.layer === place.layer);
      kind.value = swapped?.target === "operator" ? swapped.kind : layer.kind;
      const learned = unedited(scenes)?.parameters?.get(place.layer);
      const found = scenes.main?.parameters?.get(place.layer);
      for (const part of numbers) part.show(learned ?? null, found ?? null, edits);
    };
  }

  /** @param {"mute" | "solo"} name @param {Unit} place */
  function toggle(name, place) {
    return h(
      "button",
      {
        type: "button",
        class: "button",
        "data-action": name,
        title: host.t(`common.command.${name}.hint`),
        ...does(name, place),
      },
      host.t(name === "mute" ? "network.edits.switch" : `common.command.${name}.title`),
    );
  }

  /**
   * The learned numbers of a unit, a table for each kernel.
   * @param {Unit} place @param {import("../../model/model.js").Layer} layer
   * @param {import("../../model/kinds.js").LayerParameters | null} parameters
   */
  function numbersOf(place, layer, parameters) {
    const parts = [];
    for (const [parameter, tensor] of Object.entries(parameters ?? {})) {
      const [units, ...rest] = tensor.shape;
      const own = rest.reduce((product, size) => product * size, 1);
      if (units !== layer.output_shape[0] || own > MOST_NUMBERS) continue;
      const largest = tensor.data.reduce((most, value) => Math.max(most, Math.abs(value)), 0) || 1;
      if (rest.length === 3) {
        const { first } = mapsOf(layer, place.unit);
        const source = layer.inputs[0] === INPUT ? host.t("network.input") : layer.inputs[0];
        for (let channel = 0; channel < rest[0]; channel++)
          parts.push(
            table(place, parameter, [place.unit, channel], rest.slice(1), largest, `${source}[${first + channel}]`),
          );
      } else if (own <= 64)
        parts.push(table(place, parameter, [place.unit], [1, own], largest, parameterName(parameter)));
    }
    // The bias first: it is small, and kernels may be many.
    return parts.sort((a, b) => a.size - b.size);
  }

  /** @param {string} parameter */
  function parameterName(parameter) {
    const key = `change.parameter.${parameter}`;
    return host.i18n.has(key) ? host.t(key) : parameter;
  }

  /**
   * @param {Unit} place @param {string} parameter @param {number[]} at @param {number[]} size rows and columns
   * @param {number} largest of the layer's numbers @param {string} title
   */
  function table({ layer }, parameter, at, [rows, columns], largest, title) {
    const single = rows * columns === 1;
    const cells = Array.from({ length: rows * columns }, (_, cell) => {
      const index = single && at.length === 1 ? at : [...at, Math.floor(cell / columns), cell % columns];
      const where = /** @type {import("../../state/edits.js").Learned} */ ({
        layer,
        parameter,
        at: rows === 1 && at.length === 1 && !single ? [...at, cell] : index,
      });
      const name = `${layer}.${parameter}[${where.at.join(",")}]`;
      const spin = createSpin({
        name,
        largest,
        hint: host.t("change.spin_title", { name }),
        change: (value) => edit(withNumber(host.store.state, where, value), name),
        format: (value) => host.i18n.value(value),
      });
      return { spin, where };
    });
    const grid = h(
      "div",
      { class: "change-grid" },
      cells.map(({ spin }) => spin.root),
    );
    grid.style.setProperty("--columns", String(columns));
    return {
      size: at.length === 1 ? 0 : 1,
      root: h("figure", { class: "change-figure" }, h("figcaption", null, title), grid),
      /**
       * @param {import("../../model/kinds.js").LayerParameters | null} learned
       * @param {import("../../model/kinds.js").LayerParameters | null} found
       * @param {readonly import("../../model/edits.js").NetworkEdit[]} edits
       */
      show(learned, found, edits) {
        const set = new Map(
          edits.flatMap((one) =>
            one.target === "parameter" && one.layer === layer && one.parameter === parameter && one.change === "set"
              ? [[one.at.join(","), one.value]]
              : [],
          ),
        );
        for (const { spin, where } of cells) {
          const tensor = numberOf(learned, parameter);
          if (!tensor) continue;
          const place = where.at.reduce((sum, index, axis) => sum * tensor.shape[axis] + index, 0);
          const own = tensor.data[place];
          // What was asked for a moment ago counts, not what is drawn yet.
          spin.show(
            set.get(where.at.join(",")) ?? (edits.length ? (numberOf(found, parameter)?.data[place] ?? own) : own),
            own,
          );
        }
      },
    };
  }

  return {
    root,
    focus: () => root.focus(),
    hide() {
      root.hidden = true;
    },
    /** @param {Unit} place */
    show(place) {
      root.hidden = false;
      const base = unedited(host.store.state.scenes);
      const key = `${base?.model.digest} ${place.layer}[${place.unit}] ${base?.parameters !== null}`;
      if (key !== built) {
        built = key;
        build(place);
      }
      refresh();
    },
  };
}
