// @ts-check
/**
 * A drawing pad for networks of small grey pictures: the network follows while somebody draws.
 *
 * What is sent has the size of the network's input already, so that the preparation changes nothing of it.
 */
import { digestOf } from "../../core/sha256.js";
import { Problem } from "../../api/client.js";
import { centred, raster } from "../../model/strokes.js";
import { reportProblem } from "../../state/actions.js";
import { strength } from "../../state/selectors.js";
import { context, does } from "../../elements/context.js";
import { commandButton } from "../../elements/controls.js";
import { h } from "../../elements/dom.js";
import { LoupeElement } from "../../elements/element.js";
import { pictureOf } from "../../elements/grey-picture.js";
import { loadStyle } from "../../elements/styles.js";
import { restorePictures } from "./intake.js";
import "../../elements/pad.js";

/** How many classes are shown beside the pad. */
const SHOWN = 4;

class LoupeDrawing extends LoupeElement {
  /** The digest of the picture that stands for this drawing in the strip. */
  #digest = "";
  #busy = false;
  /** What has been drawn since the last run was asked for. @type {{ resting: boolean } | null} */
  #next = null;

  start() {
    void loadStyle("pictures");
    void restorePictures();
    this.pad = /** @type {import("../../elements/pad.js").LoupePad} */ (h("loupe-pad", { class: "drawing-pad" }));
    this.commands([
      { name: "pad-new", words: "pictures.drawing.another", perform: () => this.#begin() },
      { name: "pad-centre", words: "pictures.drawing.centre", perform: () => this.#draw({ resting: true }) },
    ]);
    this.centre = h("input", { type: "checkbox", checked: true, ...does("pad-centre", undefined, "change") });
    this.seen = h("canvas", {
      class: "pixelated drawing-seen",
      role: "img",
      "aria-label": this.t("pictures.drawing.seen"),
    });
    this.scores = h("ol", { class: "score-bars", "aria-label": this.t("pictures.drawing.scores") });
    this.again = commandButton("pad-new");
    this.replaceChildren(
      this.pad,
      h(
        "div",
        { class: "drawing-side" },
        h("div", { class: "drawing-what" }, this.seen, h("p", { class: "note" }, this.t("pictures.drawing.seen"))),
        this.scores,
        h("label", { class: "row" }, this.centre, h("span", null, this.t("pictures.drawing.centre"))),
        h("div", { class: "row" }, this.again),
      ),
    );
    this.listen(this.pad, "drawn", ({ detail }) => this.#draw(detail));
    this.watch(({ run }) => run, (run) => this.#show(run)); // prettier-ignore
    this.#see(raster([], ...this.#size()));
  }

  /** @returns {[number, number]} width and height of the network's input */
  #size() {
    const [, height, width] = this.store.state.model?.input.shape ?? [1, 28, 28];
    return [width, height];
  }

  /** Another drawing, which leaves this one in the strip. */
  #begin() {
    this.#digest = "";
    this.pad?.reset();
    this.pad?.focusCanvas();
  }

  /**
   * Runs come back more slowly than a pen moves: the newest is run when the one before has come.
   * @param {{ resting: boolean }} drawn
   */
  async #draw(drawn) {
    this.#next = drawn;
    if (this.#busy) return;
    this.#busy = true;
    try {
      while (this.#next) {
        const { resting } = this.#next;
        this.#next = null;
        await this.#run(resting);
      }
    } finally {
      this.#busy = false;
    }
  }

  /** @param {boolean} resting */
  async #run(resting) {
    const { model } = this.store.state;
    if (!model) return;
    const [width, height] = this.#size();
    const drawn = this.pad?.strokes ?? [];
    const strokes = this.centre.checked ? centred(drawn, width, height) : drawn;
    const grey = raster(strokes, width, height);
    this.#see(grey);
    if (!strokes.length && !this.#digest) return;
    const blob = await pictureOf(grey, { invert: model.input.preparation?.invert === true });
    const digest = await digestOf(new Uint8Array(await blob.arrayBuffer()));
    const own = {
      digest,
      name: this.t("pictures.drawing.name"),
      blob,
      small: blob,
      upright: blob,
      thumbnail: "",
      width,
      height,
      reducedFrom: null,
      crop: null,
      added: Date.now(),
      drawing: !resting,
    };
    try {
      // Run first, so that the picture and what the network says of it come onto the screen together.
      await context().runs.run({ model, ref: { source: "own", id: digest }, own });
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      return reportProblem(this.store, { name: own.name, problem: error });
    }
    if (this.store.state.model !== model) return undefined;
    const others = this.store.state.ownPictures.filter((one) => one.digest !== this.#digest && one.digest !== digest);
    const before = this.store.state.ownPictures.find((one) => one.digest === this.#digest);
    if (before?.thumbnail) URL.revokeObjectURL(before.thumbnail);
    this.#digest = digest;
    this.store.update({
      ownPictures: [...others, { ...own, thumbnail: URL.createObjectURL(blob) }],
      picture: { source: "own", id: digest },
      transform: null,
      problem: null,
    });
    return undefined;
  }

  /** What the network gets. @param {import("../../model/strokes.js").Grey} grey */
  #see({ width, height, data }) {
    Object.assign(this.seen, { width, height });
    const pen = this.seen.getContext("2d");
    const image = pen.createImageData(width, height);
    data.forEach((value, at) => {
      image.data.fill(Math.round(255 * value), 4 * at, 4 * at + 3);
      image.data[4 * at + 3] = 255;
    });
    pen.putImageData(image, 0, 0);
  }

  /** @param {import("../../api/client.js").Run | null} run */
  #show(run) {
    const { model, picture } = this.store.state;
    const mine = run && model && run.model === model.id && picture?.id === this.#digest && model.classes.length;
    if (!mine) return this.scores.replaceChildren();
    const best = [...run.scores].sort((a, b) => strength(b) - strength(a)).slice(0, SHOWN);
    this.scores.replaceChildren(
      ...best.map((score) => {
        const share = score.probability ?? 0;
        return h(
          "li",
          null,
          h("span", { class: "score-name" }, this.i18n.label(model.classes[score.class].labels)),
          h("meter", { min: 0, max: 1, value: share, "aria-hidden": "true" }),
          h("output", null, this.i18n.percent(share)),
        );
      }),
    );
    return undefined;
  }
}

customElements.define("loupe-drawing", LoupeDrawing);
