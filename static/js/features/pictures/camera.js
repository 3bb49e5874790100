// @ts-check
/**
 * One picture from the webcam: asked for when the person starts it, released as soon as the picture
 * is taken or the panel is closed.
 */
import { Problem } from "../../api/client.js";
import { closePanel, reportProblem } from "../../state/actions.js";
import { commandButton } from "../../elements/controls.js";
import { h } from "../../elements/dom.js";
import { LoupeElement } from "../../elements/element.js";
import { loadStyle } from "../../elements/styles.js";
import { addPictures } from "./intake.js";

class LoupeCamera extends LoupeElement {
  /** @type {MediaStream | null} */
  #stream = null;

  start() {
    void loadStyle("pictures");
    this.video = h("video", { class: "camera-view", playsinline: true, muted: true, hidden: true });
    this.commands([
      { name: "camera-start", words: "pictures.camera.start", icon: "camera", perform: () => this.#open() },
      { name: "camera-take", words: "pictures.camera.take", icon: "camera", perform: () => this.#take() },
    ]);
    this.starter = commandButton("camera-start", { class: "button strong" });
    this.shutter = commandButton("camera-take", { class: "button strong", hidden: true });
    this.replaceChildren(this.video, h("div", { class: "row" }, this.starter, this.shutter));
    this.cleanup(() => this.#release());
  }

  async #open() {
    try {
      const stream = await navigator.mediaDevices.getUserMedia({
        video: { width: { ideal: 1024 }, height: { ideal: 1024 } },
        audio: false,
      });
      if (!this.isConnected) return stream.getTracks().forEach((track) => track.stop());
      this.#stream = stream;
    } catch (error) {
      const code = CAUSES[/** @type {DOMException} */ (error).name] ?? "camera_failed";
      return reportProblem(this.store, {
        name: this.t("pictures.camera.title"),
        problem: new Problem({ code, detail: String(error) }),
      });
    }
    this.video.srcObject = this.#stream;
    this.video.hidden = false;
    this.starter.hidden = true;
    this.shutter.hidden = false;
    await this.video.play();
    this.shutter.focus();
    return undefined;
  }

  async #take() {
    const { videoWidth: width, videoHeight: height } = this.video;
    if (!width) return;
    const canvas = document.createElement("canvas");
    Object.assign(canvas, { width, height });
    canvas.getContext("2d")?.drawImage(this.video, 0, 0);
    this.#release();
    const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
    closePanel(this.store);
    if (blob) await addPictures([new File([blob], this.t("pictures.camera.name"), { type: "image/png" })]);
  }

  #release() {
    this.#stream?.getTracks().forEach((track) => track.stop());
    this.#stream = null;
    this.video.srcObject = null;
    this.video.hidden = true;
  }
}

/** What the browser calls it → our words. @type {Record<string, string>} */
const CAUSES = { NotAllowedError: "camera_refused", NotFoundError: "camera_missing", NotReadableError: "camera_busy" };

customElements.define("loupe-camera", LoupeCamera);
