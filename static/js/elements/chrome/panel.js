// @ts-check
/**
 * What opens beside the network (the crop editor, the preparation, the transform bench; `dock.js`), or between it and
 * the strip (the other ways in). Each is an element of its own, loaded when it is first opened.
 */
import { closePanel } from "../../state/actions.js";
import { context } from "../context.js";
import { commandButton } from "../controls.js";
import { h } from "../dom.js";
import { LoupeElement } from "../element.js";
import { INNERMOST } from "../keys.js";
import { isCovered, isDocked } from "../dock.js";

/** Panel → what loads its element, and its words where they are not among those of pictures.
 * @type {Record<import("../../state/initial.js").Panel, { tag: string, load: () => Promise<unknown>, words?: string }>}
 */
const PANELS = {
  crop: { tag: "loupe-crop", load: () => import("../../features/pictures/crop.js") },
  preparation: { tag: "loupe-preparation", load: () => import("../../features/pictures/preparation.js") },
  transform: { tag: "loupe-transform", load: () => import("../../features/pictures/transform-panel.js") },
  camera: { tag: "loupe-camera", load: () => import("../../features/pictures/camera.js") },
  address: { tag: "loupe-by-address", load: () => import("../../features/pictures/by-address.js") },
  own: { tag: "loupe-own", load: () => import("../../features/own/index.js"), words: "own.panel" },
  drawing: { tag: "loupe-drawing", load: () => import("../../features/pictures/drawing.js") },
};

class LoupePanel extends LoupeElement {
  start() {
    this.commands([
      {
        name: "close-panel",
        words: "common.close",
        help: "common.command.back.title",
        icon: "close",
        keys: ["Escape"],
        typing: true,
        precedence: INNERMOST.panel,
        // From what opened it, too, and from nowhere in particular.
        available: (state, event) =>
          state.panel !== null &&
          !isCovered(state) &&
          (!event ||
            event.target === document.body ||
            (event.target instanceof Element && event.target.closest("loupe-panel, loupe-strip") !== null)),
        perform: () => this.#close(),
      },
    ]);
    this.watch(
      (state) => state.panel,
      (panel) => void this.#show(panel),
    );
  }

  /** @param {import("../../state/initial.js").Panel | null} panel */
  async #show(panel) {
    this.hidden = panel === null;
    document.documentElement.toggleAttribute("data-docked", isDocked(panel));
    if (!panel) return this.replaceChildren();
    const { tag, load, words = `pictures.${panel}` } = PANELS[panel];
    await load();
    if (this.store.state.panel !== panel) return undefined;
    const title = this.t(`${words}.title`);
    this.replaceChildren(
      h(
        "section",
        { class: `panel panel-${panel}`, "data-panel": panel, "aria-labelledby": "panel-title" },
        h(
          "div",
          { class: "panel-head" },
          h("h2", { id: "panel-title" }, title),
          h("p", { class: "panel-hint" }, this.t(`${words}.hint`)),
          commandButton("close-panel", { square: true }),
        ),
        h(tag, { class: "panel-body" }),
      ),
    );
    return undefined;
  }

  #close() {
    const { panel } = this.store.state;
    closePanel(this.store);
    if (panel === "own") context().parts.find("header")?.focusOn("own-model");
    else if (panel) context().parts.find("strip")?.focusOn(panel);
  }
}

customElements.define("loupe-panel", LoupePanel);
