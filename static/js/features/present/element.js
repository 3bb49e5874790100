// @ts-check
/**
 * Presentation mode: larger type, only the controls that are chosen, a spotlight on what is pointed at, and a bar
 * with what is spoken of and the way on.
 *
 * The page stays what it is, and every key works. N and B lead to the next and the previous layer, J and K to the
 * next and the previous neuron; where nothing has the focus, the Page keys that a presenter's remote sends do as N
 * and B.
 */
import { exact } from "../../core/i18n.js";
import { context, does } from "../../elements/context.js";
import { commandButton } from "../../elements/controls.js";
import { h } from "../../elements/dom.js";
import { LoupeElement } from "../../elements/element.js";
import { icon } from "../../elements/icons.js";
import { INNERMOST } from "../../elements/keys.js";
import { select, setHover } from "../../state/actions.js";
import { toggleControl, togglePresenting } from "../../state/present.js";
import { captionOf, captionOfNumber } from "./caption.js";
import { createChooser } from "./chooser.js";
import { spotlitBoxes } from "./spotlight-network.js";
import { textSize } from "./size.js";
import { createViewSpotlight } from "./spotlight-view.js";
import { beside } from "./steps.js";
import { createSpotlightOverlay } from "./spotlight-overlay.js";

/** @typedef {import("./steps.js").Axis} Axis */

/**
 * The steps, each with its key and with the one that a presenter's remote sends.
 * @type {{ axis: Axis, by: 1 | -1, key: string, remote?: string }[]}
 */
const STEPS = [
  { axis: "layer", by: 1, key: "n", remote: "PageDown" },
  { axis: "layer", by: -1, key: "b", remote: "PageUp" },
  { axis: "neuron", by: 1, key: "j" },
  { axis: "neuron", by: -1, key: "k" },
];

export class LoupePresent extends LoupeElement {
  #name = h("span", { class: "present-name" });
  #amounts = h("span", { class: "present-amounts" });
  /** Heard after a step; hovering says nothing. */
  #said = h("p", { class: "sr", role: "status" });
  #out = h(
    "button",
    { type: "button", class: "button", "data-action": "present-out", ...does("climb") },
    icon("back"),
    h("span", null, this.t("present.out")),
  );
  #overlay = createSpotlightOverlay("on-map");
  /** The number of the opened view that is looked at. @type {{ place: string, value: number } | null} */
  #number = null;

  start() {
    const root = document.documentElement;
    this.className = "present";
    this.setAttribute("role", "region");
    this.setAttribute("aria-label", this.t("present.title"));
    const full = h(
      "button",
      {
        type: "button",
        class: "button square",
        "data-action": "present-full",
        hidden: !document.fullscreenEnabled,
        ...does("present-full"),
      },
      icon("expand"),
    );
    this.#addCommands();
    const chooser = (this.#chooser = createChooser(this));
    this.replaceChildren(
      h("h1", { class: "sr" }, this.t("present.title")), // the page's own is away with the header
      h("div", { class: "present-caption" }, this.#name, this.#amounts),
      h("div", { class: "present-keys" }, this.#steps("layer", "B", "N"), this.#steps("neuron", "K", "J")),
      h(
        "div",
        { class: "present-tools" },
        this.#out,
        named(
          h(
            "button",
            {
              type: "button",
              class: "button square",
              "data-action": "present-choose",
              popovertarget: "present-chooser",
            },
            icon("sliders"),
          ),
          this.t("present.choose"),
        ),
        full,
        named(commandButton("present-leave", { square: true }), `${this.t("present.leave")} (P)`),
      ),
      this.#said,
      chooser,
    );

    this.watch(
      ({ present }) => present?.join(" "),
      (shown) => void (shown !== undefined && (root.dataset.present = shown)),
    );
    this.watch(
      ({ view }) => view !== null,
      (open) => void (this.#out.hidden = !open),
    );
    this.watch(
      ({ model, run, view, hover, selection }) => [model, run, view, hover, selection],
      () => this.#announce(),
    );
    this.watch(
      ({ model, run, view, hover, selection, order }) => [model, run, view, hover, selection, order],
      () => this.#reach(),
    );

    this.#resize();
    this.listen(window, "resize", () => this.#resize());
    const tall = () => root.style.setProperty("--present-bar", `${this.offsetHeight}px`);
    this.observeSize(this, tall);
    const stage = this.#map?.closest(".stage-map");
    if (stage) this.observeSize(stage, () => root.style.setProperty("--present-room", `${stage.clientHeight}px`));
    const fullness = () => named(full, this.t(document.fullscreenElement ? "present.window" : "present.full"));
    fullness();
    this.listen(document, "fullscreenchange", fullness);

    this.#said.textContent = this.t("present.begun");
    this.#light();
    this.cleanup(
      createViewSpotlight(this, (number) => {
        this.#number = number;
        this.#announce();
      }),
    );
    this.cleanup(() => {
      delete root.dataset.present;
      for (const property of ["--present-bar", "--present-room", "--text-factor"]) root.style.removeProperty(property);
      root.style.fontSize = "";
      this.#overlay.root.remove();
      this.#map?.redraw();
      if (document.fullscreenElement) void document.exitFullscreen();
    });
  }

  /** What the class sees, while it can be chosen. @type {HTMLElement | null} */
  #chooser = null;

  #addCommands() {
    this.commands([
      ...STEPS.flatMap((step) => this.#stepCommands(step)),
      {
        name: "present-control",
        words: "present.choose",
        undoable: ["present"],
        perform: ({ store, value }) => toggleControl(store, value),
      },
      { name: "present-full", words: "present.full", icon: "expand", perform: () => toggleFull() },
      { name: "present-leave", words: "present.leave", icon: "close", perform: () => this.#leave() },
      {
        name: "close-chooser",
        words: "common.close",
        help: "common.command.back.title",
        icon: "close",
        keys: ["Escape"],
        typing: true,
        precedence: INNERMOST.chooser,
        available: () => this.#chooser?.matches(":popover-open") === true,
        perform: () => this.#chooser?.hidePopover(),
      },
      {
        name: "end-presentation",
        words: "common.command.back",
        keys: ["Escape"],
        precedence: INNERMOST.present,
        available: () => document.querySelector("dialog[open]") === null,
        perform: ({ store }) => togglePresenting(store),
      },
    ]);
  }

  /** @returns {import("../../elements/network/map.js").LoupeNetwork | null} */
  get #map() {
    return context().parts.find("network");
  }

  /**
   * Two large buttons around what they step through.
   * @param {Axis} axis
   * @param {string} back
   * @param {string} on the keys that do the same
   */
  #steps(axis, back, on) {
    const button = (/** @type {1 | -1} */ by, /** @type {string} */ name, /** @type {string} */ key) =>
      named(
        h(
          "button",
          {
            type: "button",
            class: "button square",
            "data-action": `present-${by > 0 ? "next" : "previous"}-${axis}`,
            "aria-keyshortcuts": key,
            ...does(`present-${by > 0 ? "next" : "previous"}-${axis}`),
          },
          icon(name),
        ),
        `${this.t(`present.command.${by > 0 ? "next" : "previous"}_${axis}.title`)} (${key})`,
      );
    const [first, second] = axis === "layer" ? ["back", "forward"] : ["up", "down"];
    return h(
      "div",
      { class: "present-step", role: "group", "aria-label": this.t(`present.${axis}`) },
      button(-1, first, back),
      h("span", { "aria-hidden": "true" }, this.t(`present.${axis}`)),
      button(1, second, on),
    );
  }

  /** Whoever left it by its own button goes on at the network. */
  #leave() {
    togglePresenting(this.store);
    this.#map?.focus({ preventScroll: true });
  }

  /** @param {Axis} axis @param {1 | -1} by */
  #step(axis, by) {
    const { store } = this;
    const place = beside(store.state, axis, by);
    if (!place) return;
    if (store.state.view) this.perform("open-view", place);
    else {
      const control = this.#map?.reveal(place.layer, place.unit);
      const { layer, unit } = place;
      setHover(store, { layer, unit });
      select(store, { layer, unit });
      // Keys go on from there, unless something else has them.
      if (control && (document.activeElement === document.body || this.#map?.contains(document.activeElement)))
        control.focus({ preventScroll: true });
    }
    const caption = captionOf(store.state, this.i18n);
    if (caption)
      this.#said.textContent = [caption.name, ...caption.amounts.map(({ label, text }) => `${label} ${text}`)].join(
        ", ",
      );
  }

  /**
   * @param {typeof STEPS[number]} step
   * @returns {import("../../core/commands.js").Command<import("../../state/initial.js").State>[]}
   */
  #stepCommands({ axis, by, key, remote }) {
    const row = {
      name: `present-${by > 0 ? "next" : "previous"}-${axis}`,
      words: `present.command.${by > 0 ? "next" : "previous"}_${axis}`,
      help: `present.keys_${axis}`,
      keys: [key],
      repeats: true,
      perform: () => this.#step(axis, by),
    };
    if (!remote) return [row];
    const fromAfar = { ...row, name: `${row.name}-remote`, keys: [remote] };
    return [row, { ...fromAfar, available: (_, event) => this.#isFree(event?.target ?? null) }];
  }

  /** Where the Page keys would do nothing but scroll the page. @param {EventTarget | null} target */
  #isFree(target) {
    return (
      target === document.body ||
      (target instanceof Element &&
        (this.contains(target) ? !target.closest("[popover]") : target.matches(".view-frame")))
    );
  }

  #announce() {
    const caption =
      this.#number && this.store.state.view
        ? captionOfNumber(this.#number, this.i18n)
        : captionOf(this.store.state, this.i18n);
    this.#name.textContent = caption?.name ?? "";
    this.#amounts.replaceChildren(
      ...(caption?.amounts ?? []).map(({ label, text, value }) =>
        h(
          "span",
          { class: "present-amount" },
          label && h("span", { class: "present-label" }, label),
          h("strong", { "data-value": exact(value) }, text),
        ),
      ),
    );
  }

  /** Where there is nothing further, the button says so. */
  #reach() {
    for (const [name, by] of /** @type {const} */ ([
      ["previous", -1],
      ["next", 1],
    ])) {
      const button = /** @type {HTMLButtonElement} */ (this.querySelector(`[data-action="present-${name}-layer"]`));
      // Not `disabled`: the focus would be lost.
      button.setAttribute("aria-disabled", String(beside(this.store.state, "layer", by) === null));
    }
  }

  /** Type grows with the window, as what is projected does. */
  #resize() {
    const size = textSize({ width: innerWidth, height: innerHeight });
    const { style } = document.documentElement;
    style.fontSize = `${100 * size}%`;
    style.setProperty("--text-factor", String(size));
    this.#map?.redraw();
  }

  /** The overlay over the network map lies below the edges that are marked. */
  #light() {
    const map = this.#map;
    if (!map) return;
    map.stage.insertBefore(this.#overlay.root, map.stage.querySelector(".network-highlight"));
    const draw = () => {
      const { hover, model, view, present } = this.store.state;
      const { layout } = map;
      if (!layout || !model || !this.isConnected) return;
      const head = /** @type {HTMLElement | null} */ (map.querySelector(".network-label"))?.offsetHeight ?? 0;
      const spotlit =
        hover && !view && present?.includes("spotlight")
          ? spotlitBoxes(layout, model, hover, head, map.theme.text)
          : [];
      this.#overlay.root.setAttribute("width", String(layout.width));
      this.#overlay.root.setAttribute("height", String(layout.height));
      this.#overlay.show({ x: 0, y: 0, width: layout.width, height: layout.height }, spotlit);
    };
    const later = () => this.frame(draw);
    this.watch(
      ({ hover, view, model, details, order, run, present }) => [hover, view, model, details, order, run, present],
      later,
    );
    this.observeSize(map.stage, later);
    this.listen(map.stage, "wheel", later, { passive: true });
  }
}

/** @param {HTMLElement} button @param {string} name */
function named(button, name) {
  button.title = name;
  button.setAttribute("aria-label", name);
  return button;
}

const toggleFull = () =>
  void (document.fullscreenElement
    ? document.exitFullscreen()
    : document.documentElement.requestFullscreen().catch(() => {})); // a frame may not be allowed to
