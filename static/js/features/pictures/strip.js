// @ts-check
/**
 * The pictures to choose from: the gallery, the teaching pictures, the person's own, and the ways in.
 * What adds, keeps and changes own pictures is loaded when it is first needed (`pictures/`).
 */
import { requestIdle } from "../../core/timing.js";
import { Problem } from "../../api/client.js";
import { reportProblem } from "../../state/actions.js";
import { neighbours, ownOf, sampleOf } from "../../state/selectors.js";
import { context, does } from "../../elements/context.js";
import { commandButton } from "../../elements/controls.js";
import { h } from "../../elements/dom.js";
import { LoupeElement } from "../../elements/element.js";
import { icon } from "../../elements/icons.js";
import { pictureCommands } from "./commands.js";

/** How many pictures before and after the chosen one are run ahead of need. */
const AHEAD = 2;
const ACCEPTED = "image/png,image/jpeg,image/webp,image/gif,image/bmp,image/*";

export class LoupeStrip extends LoupeElement {
  start() {
    const gallery = h("ul", { class: "thumbs", "aria-label": this.t("pictures.gallery") });
    const teaching = h("ul", { class: "thumbs", "aria-label": this.t("pictures.teaching") });
    const own = h("ul", { class: "thumbs", "aria-label": this.t("pictures.own") });
    const scroller = h("div", { class: "strip-scroll" }, gallery, teaching, own);
    this.offer("strip", this);
    this.commands(pictureCommands(this));
    this.tip = h("div", { class: "strip-tip", "aria-hidden": "true" });
    this.captioned = /** @type {HTMLElement | null} */ (null);
    this.replaceChildren(scroller, this.#ways(), this.#tools(), this.tip);

    this.watch(
      (state) => [state.samples, state.model],
      () => {
        const { samples } = this.store.state;
        gallery.replaceChildren(
          ...samples.filter(({ role }) => role !== "teaching").map((sample) => this.#sample(sample)),
        );
        teaching.replaceChildren(
          ...samples.filter(({ role }) => role === "teaching").map((sample) => this.#sample(sample)),
        );
        teaching.hidden = !teaching.childElementCount;
      },
    );
    this.watch(
      (state) => state.ownPictures,
      (pictures) => {
        own.replaceChildren(...pictures.map((picture) => this.#own(picture)));
        own.hidden = pictures.length === 0;
      },
    );
    this.watch(
      (state) => [state.picture, state.samples, state.ownPictures],
      () => this.#ring(),
    );
    this.watch(
      (state) => [state.run, state.working],
      () => {
        this.toggleAttribute("data-working", this.store.state.working);
        this.setAttribute("aria-busy", String(this.store.state.working));
      },
    );
    this.watch(
      (state) => state.scenes.main?.picture,
      (ref) => void (ref && requestIdle(() => this.#ahead())),
    );
    this.listen(scroller, "scroll", () => this.#placeCaption(), { passive: true });
    this.#intake();
  }

  /** @param {import("../../state/initial.js").Sample} sample */
  #sample(sample) {
    const ref = { source: /** @type {const} */ ("sample"), id: sample.id };
    const name = this.i18n.label(sample.title);
    return this.#thumb({
      ref,
      name,
      caption: this.i18n.label(sample.caption),
      source: sample.thumbnail,
      attributes: { "data-sample": sample.id },
    });
  }

  /** @param {import("../../state/initial.js").OwnPicture} picture */
  #own(picture) {
    const ref = { source: /** @type {const} */ ("own"), id: picture.digest };
    return this.#thumb({
      ref,
      name: picture.name,
      caption: this.t("pictures.own_caption"),
      source: picture.thumbnail,
      attributes: { "data-own": picture.digest },
    });
  }

  /**
   * @param {{ ref: import("../../state/initial.js").PictureRef, name: string, caption: string, source: string,
   *   attributes: Record<string, string> }} thumb
   */
  #thumb({ ref, name, caption, source, attributes }) {
    const ahead = () => this.#prefetch(ref);
    const showCaption = () => {
      ahead();
      this.#showCaption(button, name, caption);
    };
    const button = h(
      "button",
      {
        type: "button",
        class: "thumb",
        "aria-label": name,
        ...attributes,
        ...does("choose-picture", () => {
          this.#showCaption(null); // the answer, which is looked at next, lies under it
          return ref;
        }),
        onpointerenter: showCaption,
        onfocus: () => button.matches(":focus-visible") && showCaption(),
        onpointerleave: () => this.#showCaption(null),
        onblur: () => this.#showCaption(null),
      },
      h("img", {
        src: source,
        alt: "",
        width: 48,
        height: 48,
        decoding: "async",
        fetchpriority: "low",
        draggable: "false",
      }),
    );
    return h("li", null, button);
  }

  #ways() {
    const input = h("input", {
      type: "file",
      accept: ACCEPTED,
      multiple: true,
      class: "sr",
      "aria-label": this.t("pictures.add"),
      ...does(
        "add-pictures",
        () => {
          const files = [...input.files];
          input.value = "";
          return files;
        },
        "change",
      ),
    });
    const add = h(
      "label",
      { class: "thumb add", "data-action": "add-picture", title: this.t("pictures.add") },
      input,
      icon("plus"),
    );
    const camera = isSecureContext && navigator.mediaDevices ? this.#way("camera") : null;
    const drawing = this.#way("drawing");
    this.watch(
      ({ model }) => model,
      (model) => void (drawing.hidden = !isDrawn(model)),
    );
    const address = context().settings.picture_by_address ? this.#way("address") : null;
    return h(
      "div",
      { class: "ways" },
      add,
      camera,
      drawing,
      address,
      h("span", { class: "ways-hint" }, this.t("pictures.add_hint")),
    );
  }

  /** @param {"camera" | "address" | "drawing"} panel */
  #way(panel) {
    return commandButton(`picture-${panel}`, {
      square: true,
      class: "thumb add",
      title: this.t(`pictures.${panel}.title`),
    });
  }

  #tools() {
    return h(
      "div",
      { class: "strip-tools", role: "group", "aria-label": this.t("pictures.tools") },
      ["crop", "preparation", "transform"].map((panel) => {
        const command = context().commands.get(`open-${panel}`);
        const button = commandButton(command.name);
        this.watch(
          (state) => [command.checked?.(state) === true, command.available?.(state) ?? true],
          ([open, available]) => {
            button.setAttribute("aria-expanded", String(open));
            button.hidden = !available;
          },
        );
        return button;
      }),
    );
  }

  #ring() {
    const { picture } = this.store.state;
    for (const thumb of this.querySelectorAll("button[data-sample], button[data-own]")) {
      const chosen =
        picture !== null &&
        picture.id ===
          (picture.source === "sample" ? thumb.getAttribute("data-sample") : thumb.getAttribute("data-own"));
      if (chosen && thumb.getAttribute("aria-pressed") !== "true")
        thumb.scrollIntoView({ block: "nearest", inline: "nearest" });
      thumb.setAttribute("aria-pressed", String(chosen));
    }
  }

  /** Give the focus to what opens a panel. @param {import("../../state/initial.js").Panel} panel */
  focusOn(panel) {
    /** @type {HTMLElement | null} */ (
      this.querySelector(`[data-action="open-${panel}"], [data-action="picture-${panel}"]`)
    )?.focus();
  }

  /**
   * Name the picture under the pointer or the focus.
   * @param {HTMLElement | null} thumb
   * @param {string} [name]
   * @param {string} [caption]
   */
  #showCaption(thumb, name = "", caption = "") {
    this.captioned = thumb;
    if (thumb) this.tip.replaceChildren(h("strong", null, name), h("span", null, caption));
    this.#placeCaption();
  }

  /** Over its picture and inside the window; gone when scrolling has taken the picture from under the pointer. */
  #placeCaption() {
    const { tip } = this;
    const thumb = this.captioned?.matches(":hover, :focus-visible") ? this.captioned : null;
    tip.toggleAttribute("data-shown", thumb !== null);
    if (!thumb) return;
    const [outer, inner] = [this.getBoundingClientRect(), thumb.getBoundingClientRect()];
    const middle = inner.left + inner.width / 2 - outer.left;
    const half = tip.offsetWidth / 2;
    tip.style.left = `${Math.max(half + 8, Math.min(outer.width - half - 8, middle))}px`;
    tip.style.translate = "-50% 0";
    tip.style.translate = `-50% ${Math.max(0, -tip.getBoundingClientRect().top)}px`;
  }

  /** @param {import("../../state/initial.js").PictureRef} ref */
  #prefetch(ref) {
    const { state } = this.store;
    if (state.model && !state.offline)
      context().runs.prefetch({ model: state.model, ref, sample: sampleOf(state, ref), own: ownOf(state, ref) });
  }

  #ahead() {
    for (const { id } of neighbours(this.store.state, AHEAD)) this.#prefetch({ source: "sample", id });
  }

  /**
   * Pictures come into the strip; networks, and what lies beside them, have a way of their own.
   * @param {File[]} files
   */
  async add(files) {
    const { contentOf, HEAD } = await import("../../model/files/content.js");
    const told = await Promise.all(
      files.map(async (file) => {
        // What cannot be read at all (a folder, say) is told of where pictures are.
        const head = await file
          .slice(0, HEAD)
          .arrayBuffer()
          .catch(() => null);
        return { file, content: head ? contentOf(new Uint8Array(head), file.name) : /** @type {const} */ ("picture") };
      }),
    );
    // Of which nothing is known belongs to the network that comes with it; alone it is refused as pictures are.
    const unknown = told.some(({ content }) => content === "model") ? "beside" : "picture";
    const known = told.map(({ file, content }) => ({ file, content: content === "unknown" ? unknown : content }));
    const others = known.filter(({ content }) => content !== "picture");
    const pictures = known.filter(({ content }) => content === "picture").map(({ file }) => file);
    if (others.length) context().parts.find("own")?.take(others);
    if (pictures.length) await (await import("./intake.js")).addPictures(pictures);
  }

  /** @param {(FileSystemEntry | null)[]} entries */
  async #addFolders(entries) {
    const { filesIn, MOST } = await import("./folders.js");
    const name = entries.map((entry) => entry?.name).join(", ");
    try {
      const { files, more } = await filesIn(entries);
      if (more || !files.length) {
        const code = more ? "folder_too_large" : "folder_empty";
        return reportProblem(this.store, { name, problem: new Problem({ code, params: { most: MOST } }) });
      }
      return await this.add(files);
    } catch (error) {
      const problem = new Problem({ code: "picture_unreadable", detail: String(error) });
      return reportProblem(this.store, { name, problem });
    }
  }

  /** A picture's address came, and not the picture: say what helps. @param {Event} event */
  #onlyAddress(event) {
    event.preventDefault();
    reportProblem(this.store, { name: "", problem: new Problem({ code: "picture_only_address" }) });
  }

  /** Own pictures from the last time, and pictures dropped on the page or pasted into it. */
  #intake() {
    const restore = async () => (await import("./intake.js")).restorePictures();
    if (this.store.state.picture?.source === "own") void restore();
    else
      this.cleanup(
        once(
          this.store,
          ({ network }) => network !== "loading",
          () => setTimeout(restore, 300),
        ),
      );

    let depth = 0;
    const over = (/** @type {number} */ change) => {
      depth = Math.max(0, depth + change);
      document.body.toggleAttribute("data-dropping", depth > 0);
    };
    const carries = (/** @type {DragEvent} */ event) => [...(event.dataTransfer?.types ?? [])].includes("Files");
    document.body.dataset.dropHint = this.t("pictures.drop_here");
    this.listen(document, "dragenter", (event) => {
      if (!carries(event)) return;
      over(1);
      // What decides on the drop, and what shows a network, are here by then.
      void import("../../model/files/content.js");
      context().parts.find("own")?.prepare();
    });
    this.listen(document, "dragleave", (event) => carries(event) && over(-1));
    const links = (/** @type {DragEvent} */ event) => [...(event.dataTransfer?.types ?? [])].includes("text/uri-list");
    this.listen(document, "dragover", (event) => (carries(event) || links(event)) && event.preventDefault());
    this.listen(document, "drop", (event) => {
      if (!carries(event)) return void (isAddress(event.dataTransfer) && this.#onlyAddress(event));
      event.preventDefault();
      over(-depth);
      // They are there as long as the event lasts.
      const entries = [...event.dataTransfer.items].map((item) => item.webkitGetAsEntry?.() ?? null);
      if (entries.some((entry) => entry?.isDirectory)) void this.#addFolders(entries);
      else this.perform("add-pictures", [...event.dataTransfer.files]);
    });
    this.listen(document, "paste", (event) => {
      const files = [...(event.clipboardData?.files ?? [])];
      if (!files.length)
        return void (!isTyped(event.target) && isAddress(event.clipboardData) && this.#onlyAddress(event));
      event.preventDefault();
      this.perform("add-pictures", files);
    });
  }
}

/** Whether a network's pictures are of the kind that people draw: grey, and as small as digits are.
 * @param {import("../../model/model.js").Model | null} model */
const isDrawn = (model) =>
  model?.input.shape[0] === 1 && model.input.shape.slice(1).every((side) => side >= 8 && side <= 40);

/**
 * Whether what was dropped or pasted is the address of a picture, or a piece of a page with one.
 * @param {DataTransfer | null} transfer
 */
const isAddress = (transfer) =>
  /^\s*(https?:|data:image\/)\S+\s*$/i.test(
    transfer?.getData("text/uri-list") || transfer?.getData("text/plain") || "",
  ) || /<img\b/i.test(transfer?.getData("text/html") ?? "");

/** @param {EventTarget | null} target */
const isTyped = (target) => target instanceof Element && target.closest("input, textarea, [contenteditable]") !== null;

/**
 * Call `act` the first time that the state is so.
 * @param {import("../../state/actions.js").AppStore} store
 * @param {(state: import("../../state/initial.js").State) => boolean} so @param {() => void} act
 */
function once(store, so, act) {
  let done = false;
  return store.select(so, (now) => {
    if (!now || done) return;
    done = true;
    act();
  });
}

customElements.define("loupe-strip", LoupeStrip);
