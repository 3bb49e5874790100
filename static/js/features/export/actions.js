// @ts-check
/** What can be exported: the view (or the network) as a picture, and the run's tensors. */
import { figureSvg } from "../../draw/figure-svg.js";
import { npz } from "../../model/files/npz.js";
import { safetensors } from "../../model/files/safetensors.js";
import { INPUT } from "../../model/model.js";
import { context, does } from "../../elements/context.js";
import { h } from "../../elements/dom.js";
import { figureOf } from "./figure.js";
import { pngOf, saveBlob } from "./save.js";

/** @typedef {import("../../state/initial.js").State} State */

/** What is seen now: the opened view, or the network. */
const shown = () => {
  const { parts } = context();
  const opened = parts.find("view")?.querySelector(".view-frame");
  return /** @type {HTMLElement | null} */ (opened ?? parts.find("network")?.closest(".stage-map") ?? null);
};

/** `tiny-vgg-espresso-conv_1_2-3` @param {State} state @param {boolean} [ofView] */
function fileName({ scenes: { main }, view }, ofView = true) {
  const { model, picture: shown } = main ?? {};
  const picture = shown?.source === "own" ? shown.id.slice(0, 8) : (shown?.id ?? "input");
  const place = ofView && view ? [view.name, view.layer, view.unit, ...(view.at ?? [])] : [];
  return [model?.id, picture, ...place].join("-");
}

/** Input and every layer's output, in layer order; of a large run they are asked for now. @param {State} state */
const tensors = async ({ run }) => {
  if (!run) return new Map();
  return new Map([[INPUT, run.input], ...(run.ask ? await run.ask.values(null) : run.activations)]);
};

const svgText = () => {
  const root = shown();
  if (!root) throw new Error("no view");
  const figure = figureOf(root, fileName(context().store.state));
  return { svg: figureSvg(figure), width: figure.width, height: figure.height };
};

/** @type {Record<string, { extension: string, view: boolean, make: (state: State) => Promise<Blob> | Blob }>} */
const EXPORTS = {
  png: {
    extension: "png",
    view: true,
    make: () => {
      const { svg, width, height } = svgText();
      return pngOf(svg, width, height);
    },
  },
  svg: { extension: "svg", view: true, make: () => new Blob([svgText().svg], { type: "image/svg+xml" }) },
  npz: {
    extension: "npz",
    view: false,
    make: async (state) => new Blob([npz(await tensors(state))], { type: "application/zip" }),
  },
  safetensors: {
    extension: "safetensors",
    view: false,
    make: async (state) =>
      new Blob(
        [safetensors(await tensors(state), { model: state.model?.id ?? "", digest: state.model?.digest ?? "" })],
        {
          type: "application/octet-stream",
        },
      ),
  },
};

context().commands.add(
  Object.entries(EXPORTS).map(([name, { extension, view, make }]) => ({
    name: `export-${name}`,
    words: `views.export.${name}`,
    available: ({ run }) => run !== null,
    /** `told` is told what came of it. */
    perform: async ({ store: { state }, value: told }) => {
      const { t } = context().i18n;
      try {
        const file = `${fileName(state, view)}.${extension}`;
        saveBlob(file, await make(state));
        told(t("views.export.done", { name: file }));
      } catch (error) {
        told(t("views.export.failed", { reason: String(error) }));
      }
    },
  })),
);

/** A button for each kind of file, and a line that says what came of it. @returns {HTMLElement[]} */
export function exportControls() {
  const { i18n, store } = context();
  const { t } = i18n;
  const said = h("p", { class: "note", role: "status" });
  const buttons = Object.keys(EXPORTS).map((name) =>
    h(
      "button",
      {
        type: "button",
        class: "button",
        "data-action": `export-${name}`,
        disabled: !store.state.run,
        ...does(`export-${name}`, () => (/** @type {string} */ text) => void (said.textContent = text)),
      },
      t(`views.export.${name}`),
    ),
  );
  return [h("p", { class: "note" }, t("views.export.intro")), h("div", { class: "row" }, buttons), said];
}
