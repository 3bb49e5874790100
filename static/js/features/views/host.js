// @ts-check
/**
 * The opened view: it follows `state.view`, shows the parts that the view's name calls for, and
 * keeps one position for all of them. Moving the position touches marks and text only; formulas
 * and lists follow as soon as the pointer rests.
 *
 * @typedef {import("./subject.js").Subject} Subject
 * @typedef {import("../../model/explain.js").ValueIndex} ValueIndex
 * @typedef {import("../../state/initial.js").Place} Place
 */
/**
 * @typedef {object} ViewPart a piece of a view, built for one unit of one layer
 * @property {HTMLElement} root
 * @property {string} name its `data-view`
 * @property {[number, number] | null} [positions] rows and columns that a window slides over, if one does
 * @property {(subject: Subject) => void} paint new data of the same structure
 * @property {(input: number | undefined) => void} [choose] mark the input that is looked at
 * @property {(at: number[], revealed: number | null) => void} point another position; `revealed` limits what has been
 *   slid over
 * @property {(duration: number) => void} [fly] let the products of the position fly to their sum, in milliseconds
 * @property {() => void} [settle] scroll and connect what was painted, once it stands in the document
 * @property {() => void} [dispose]
 */
/**
 * @typedef {object} Actions what a part may ask of its host
 * @property {(key: string, params?: Record<string, string | number>) => string} t
 * @property {import("../../core/i18n.js").Translator} i18n
 * @property {() => import("../../state/initial.js").State} state
 * @property {(layer: string, at?: readonly number[]) => string} named what a layer, its unit or its value is called
 * @property {(at: number[], pinned: boolean) => void} point
 * @property {(channel: number) => void} openInput look at one input of the neuron
 * @property {(from: ValueIndex, to: ValueIndex) => void} follow
 * @property {(from: ValueIndex, to: ValueIndex) => void} forward
 * @property {(view: string | undefined, place: Place, trail?: Place[]) => void} open without a name the view that
 *   explains the place
 * @property {(draw: () => void) => void} frame
 * @property {(anchor: Element | null, content?: () => Node) => void} tip a small box beside an element
 */
import { sameItems } from "../../core/store.js";
import { isNormalised } from "../../model/model.js";
import { context, does } from "../../elements/context.js";
import { commandButton } from "../../elements/controls.js";
import { h } from "../../elements/dom.js";
import { LoupeElement } from "../../elements/element.js";
import { icon } from "../../elements/icons.js";
import { closeView, exists, pointAt, viewFor } from "../../state/view.js";
import { viewCommands } from "./commands.js";
import { createPlaybackBar } from "./parts/playback-bar.js";
import { createPicker } from "./parts/picker.js";
import { enter, leaving, placesIn } from "./parts/entrance.js";
import { createTip } from "./parts/tip.js";
import { parseValueIndex } from "./parts/value.js";
import { createPrebuild } from "./prebuild.js";
import { createExplanation } from "./explanation.js";
import { createNetworkSidebar } from "./network-sidebar.js";
import { VIEWS, viewNamed } from "./registry.js";
import { placeOf } from "../../state/place.js";
import { layerName, shownNow, valueName } from "../../state/selectors.js";
import { classLabel, valueIndexOf, subjectOf } from "./subject.js";

/** How long the pointer must rest before formula and operands are written anew, in milliseconds. */
const REST = 70;
/** Played positions that are shown for less than this are not explained one by one, in milliseconds. */
const READABLE = 1000;
/** For how long a position is shown at least whose products are seen on their way to the sum, and how long that takes
 * at most, in milliseconds. */
const [SEEN, UNHURRIED] = [200, 900];

export class LoupeView extends LoupeElement {
  /** @type {{ key: string, stage: ViewPart, card: ViewPart | null, cardKey: string } | null} */
  #open = null;
  #explanation = createExplanation(this.#actions);
  /** @type {ReturnType<typeof createPrebuild> | null} */
  #prebuilt = null;
  /**
   * The network beside the view; it stays while views of one model follow each other.
   * @type {{ key: string, part: ReturnType<typeof createNetworkSidebar> } | null}
   */
  #sidebar = null;
  /** @type {import("./parts/playback-bar.js").PlaybackBar | null} */
  #playback = null;
  /** @type {Subject | null} */
  #subject = null;
  /**
   * What a part's maps are painted from; as long as it stays, only marks and numbers move.
   * @type {WeakMap<ViewPart, readonly unknown[]>}
   */
  #painted = new WeakMap();
  /** Whether something was built or painted that has not been scrolled to its place since. */
  #unsettled = false;
  /** @type {number[]} */
  #at = [];
  /** @type {number | null} */
  #revealed = null;
  #resting = 0;
  /** @type {Element | null} what had the focus before the view opened */
  #opener = null;
  /** @type {ReturnType<typeof createTip>} */
  #tip = createTip(this);

  start() {
    this.commands(viewCommands(this));
    this.watch(
      ({ view, scale, lock, tint, dark, language, words, arrived, compared }, scene) => [
        view,
        scene,
        scale,
        lock,
        tint,
        dark,
        language,
        words,
        arrived,
        compared,
      ],
      () => this.#follow(),
    );
    this.watch(
      ({ returns }) => returns,
      (returns) => void this.toggleAttribute("data-returns", returns),
    );
    this.#prebuilt = createPrebuild(
      this,
      (place) => this.#viewFor(place),
      (place, input) => this.#cardFor(place, input),
    );
    this.offer("view", this);
    this.listen(this, "click", (event) => this.#clicked(event));
    this.listen(this, "pointerover", (event) => this.#hovered(event));
    this.listen(this, "focusin", (event) => this.#hovered(event));
    this.listen(this, "pointerleave", () => this.#tip.hide());
    this.cleanup(() => this.#close());
  }

  /** @type {Actions} */
  get #actions() {
    const { store } = this;
    return {
      t: (key, params) => this.t(key, params),
      i18n: this.i18n,
      state: () => store.state,
      named: (layer, at) => {
        const { model } = store.state;
        if (!model) return layer;
        return at ? valueName(this.i18n, model, { layer, at }) : layerName(this.i18n, model, layer);
      },
      point: (at, pinned) => this.#point(at, pinned),
      openInput: (channel) => this.perform("open-input", channel),
      follow: (from, to) => this.perform("follow", { from, to }),
      forward: (from, to) => this.perform("follow-forward", { from, to }),
      open: (name, place, trail) => this.perform("open-view", { ...place, options: { name, trail } }),
      frame: (draw) => this.frame(draw),
      tip: (anchor, content) => (anchor && content ? this.#tip.show(anchor, content()) : this.#tip.hide()),
    };
  }

  /** Make what is shown agree with the state. */
  #follow() {
    const { state } = this.store;
    const subject = subjectOf(this.scene, state.view);
    if (!state.view) return this.#close();
    // Without a subject the model or the run is on its way, or an old link names a place that this model lacks.
    if (!subject)
      return state.model && state.model.id === state.modelId && !exists(state.model, state.view)
        ? closeView(this.store)
        : undefined;
    const { view } = subject;
    const { definition, key, cardKey } = this.#plan(subject);
    const opening = !this.#open;
    const focus = this.#focusKey();
    const samePlace = this.#open?.key === key && this.#subject !== null && this.#subject.view.layer === view.layer;
    if (opening) this.#opener = document.activeElement;
    this.#subject = subject;
    if (!samePlace || view.at) this.#at = subject.at;

    const origins = opening ? placesIn(this.#network) : new Map();
    const built = this.#open?.key !== key || this.#open.cardKey !== cardKey;
    if (built) {
      const actions = this.#actions;
      const source = this.#source(subject);
      const stage =
        this.#open?.key === key
          ? this.#open.stage
          : (this.#prebuilt?.stage({ key, source }) ?? definition.stage(subject, actions));
      const card = definition.card
        ? (this.#prebuilt?.card({ key: cardKey, source }) ?? definition.card(subject, actions))
        : null;
      if (this.#open && this.#open.stage !== stage) this.#open.stage.dispose?.();
      this.#open?.card?.dispose?.();
      this.#playback?.stop();
      this.#revealed = null;
      this.#build(subject, stage, card);
      this.#open = { key, stage, card, cardKey };
      this.#unsettled = true;
    }
    this.#draw();
    // Everything is written; from here on places are read, so that the page is laid out once.
    if (built) this.#restoreFocus(focus);
    this.#arrange();
    performance.mark("view-drawn"); // for tests and automation (docs/automation.md)
    const section = this.firstElementChild;
    if (opening && section) enter(section, origins, () => this.#settled());
    else this.#settled();
    return undefined;
  }

  /** Which parts show a subject, and what they stand for. @param {Subject} subject */
  #plan({ scene, view }) {
    const definition = viewNamed(view.name) ?? viewNamed(viewFor(scene.model, view.layer)) ?? VIEWS.values;
    const key = [definition.stage.name, scene.model.id, view.layer, view.unit, this.store.state.words].join("|");
    return { definition, key, cardKey: definition.card ? `${key}|${definition.card.name}|${view.input}` : "" };
  }

  /** What maps are painted from. @param {Subject} subject */
  #source({ scene }) {
    const { scale, lock, tint, dark } = this.store.state;
    return [scene.run, scene.parameters, scale, lock, tint, dark];
  }

  /**
   * What would show a unit, if it were opened next.
   * @param {import("../../state/initial.js").Place} place
   * @returns {import("./prebuild.js").ViewPlan | null}
   */
  #viewFor({ layer, unit }) {
    const { state } = this.store;
    const subject =
      state.view || !state.model ? null : subjectOf(this.scene, { name: viewFor(state.model, layer), layer, unit });
    if (!subject) return null;
    const beside = () => {
      const valueIndex = valueIndexOf(subject, subject.at);
      this.#beside(subject.scene).show(subject.scene, valueIndex);
      this.#explanation.show(subject, valueIndex);
    };
    return {
      stage: this.#partFor(subject, "stage"),
      beside,
      frame: (stage, card) => this.#frame(subject, stage, card),
    };
  }

  /**
   * What would lie before the view of a unit, if one of its inputs were looked at.
   * @param {import("../../state/initial.js").Place} place
   * @param {number} input
   * @returns {import("./prebuild.js").Plan | null}
   */
  #cardFor({ layer, unit }, input) {
    const { state } = this.store;
    const subject =
      state.model && viewFor(state.model, layer) === "neuron"
        ? subjectOf(this.scene, { name: "microscope", layer, unit, input })
        : null;
    return subject && this.#partFor(subject, "card");
  }

  /**
   * One part of what shows a subject.
   * @param {Subject} subject
   * @param {"stage" | "card"} which
   * @returns {import("./prebuild.js").Plan}
   */
  #partFor(subject, which) {
    const { definition, key, cardKey } = this.#plan(subject);
    const source = this.#source(subject);
    const build = () => {
      const part = /** @type {import("./registry.js").Create} */ (definition[which])(subject, this.#actions);
      part.paint(subject);
      part.point(subject.at, null);
      this.#painted.set(part, source);
      return part;
    };
    return { key: which === "card" ? cardKey : key, source, build };
  }

  /** @param {Subject["scene"]} scene */
  #beside(scene) {
    const { state } = this.store;
    const { model } = scene;
    // Beside a large network stands what the map shows of it, and what the opened layer reads.
    const name = state.view?.layer ?? "";
    const also = new Set([
      name,
      ...(model.layer(name)?.inputs ?? []),
      ...(state.view?.trail ?? []).map(({ layer }) => layer),
    ]);
    if (model.in_pieces) for (const column of shownNow({ model, blocks: state.blocks }).columns) also.add(column.name);
    const names = model.layers.map((layer) => layer.name).filter((one) => !model.in_pieces || also.has(one));
    const key = JSON.stringify([model.id, model.digest, state.words, model.in_pieces && names]);
    if (this.#sidebar?.key !== key) this.#sidebar = { key, part: createNetworkSidebar(scene, names, this.#actions) };
    return this.#sidebar.part;
  }

  /** @param {Subject} subject @param {ViewPart} stage @param {ViewPart | null} card */
  #build(subject, stage, card) {
    const standing = this.#prebuilt?.standing(stage, card);
    const { section, playback } = standing ?? this.#frame(subject, stage, card);
    this.#playback = playback;
    for (const part of [stage, card]) {
      if (!part) continue;
      part.root.dataset.view = part.name;
      delete part.root.dataset.settled;
    }
    if (standing)
      section.after(this.#tip.root); // taken out and put back, it would be laid out again
    else this.replaceChildren(section, this.#tip.root);
    this.toggleAttribute("data-open", true);
    document.documentElement.toggleAttribute("data-view-open", true);
  }

  /** Controls that slide the window, where a view has one. @param {ViewPart} stage @param {ViewPart | null} card */
  #playbackFor(stage, card) {
    const sliding = card?.positions ?? stage.positions;
    return sliding
      ? createPlaybackBar(
          sliding,
          (key, params) => this.t(key, params),
          (position, shown) => {
            this.#revealed = shown;
            this.#at = [Math.floor(position / sliding[1]), position % sliding[1]];
            this.#move();
            const interval = this.#playback?.interval ?? UNHURRIED;
            if (shown !== null && interval >= SEEN) this.#open?.stage.fly?.(Math.min(interval, UNHURRIED));
          },
        )
      : null;
  }

  /**
   * A view's parts in their frame.
   * @param {Subject} subject
   * @param {ViewPart} stage
   * @param {ViewPart | null} card
   * @returns {import("./prebuild.js").Framed}
   */
  #frame({ view, scene, layer }, stage, card) {
    const playback = this.#playbackFor(stage, card);
    const label = classLabel(scene.model, view.layer, view.unit);
    const name = valueName(this.i18n, scene.model, { layer: view.layer, at: [view.unit] });
    const title = label && !this.i18n.plainly ? `${name} · ${this.i18n.label(label)}` : name;
    const chapter = layer?.record.chapter ?? "image";
    const kind = this.t(layer ? `${layer.record.words}.name` : "views.kind.pixels");
    const section = h(
      "section",
      {
        class: `view-frame${card ? " with-card" : ""}`,
        "aria-label": this.t("views.title", { name: title }),
        tabindex: "-1",
      },
      this.#beside(scene).root,
      h(
        "header",
        { class: "view-head" },
        h("div", { class: "view-title" }, h("h2", null, title), h("span", null, kind)),
        createPicker(scene.model, view, this.#actions),
        playback?.root,
        h(
          "button",
          { type: "button", class: "button view-return", "data-action": "return-to-text", ...does("return-to-text") },
          this.t("views.return"),
        ),
        h(
          "div",
          { class: "view-tools" },
          layer && !isNormalised(layer) && this.#change(),
          h(
            "a",
            {
              class: "button square",
              href: `#learn-${chapter}`,
              "data-chapter": chapter,
              title: this.t("views.chapter"),
              "aria-label": this.t("views.chapter"),
              // Where the text stands beside the view, both are looked at.
              ...does("leave-for-chapter"),
            },
            icon("help"),
          ),
          commandButton("export-view"),
        ),
      ),
      h("div", { class: "view-stage" }, stage.root),
      h("div", { class: "view-side" }, card?.root, this.#explanation.root),
    );
    return { section, playback };
  }

  /** What leads to changing the unit. */
  #change() {
    return h(
      "button",
      {
        type: "button",
        class: "button square",
        "data-action": "change",
        title: this.t("common.command.change.hint"),
        "aria-label": this.t("common.command.change.title"),
        ...does("change"),
      },
      icon("sliders"),
    );
  }

  /** Paint, mark, and explain; nothing here asks where anything is. */
  #draw() {
    const { stage, card } = /** @type {NonNullable<typeof this.open>} */ (this.open);
    const subject = /** @type {Subject} */ (this.#subject);
    const source = this.#source(subject);
    for (const part of [stage, card]) {
      if (!part) continue;
      if (!sameItems(source, this.#painted.get(part) ?? [])) {
        part.paint(subject);
        this.#painted.set(part, source);
        this.#unsettled = true;
      }
      part.choose?.(subject.view.input);
      part.point(this.#at, this.#revealed);
    }
    this.#explain();
    this.#playback?.place(this.#position());
  }

  /** Scroll and connect what was drawn, now that it has places. */
  #arrange() {
    const { stage, card } = /** @type {NonNullable<typeof this.open>} */ (this.open);
    if (this.#unsettled) for (const part of [stage, card]) part?.settle?.();
    this.#unsettled = false;
    this.#explanation.reveal();
    if (this.#subject) this.#sidebar?.part.reveal(valueIndexOf(this.#subject, this.#at));
  }

  #settled() {
    for (const part of [this.#open?.stage, this.#open?.card]) part?.root.toggleAttribute("data-settled", true);
  }

  /** @returns {import("../../elements/network/map.js").LoupeNetwork | null} */
  get #network() {
    return context().parts.find("network");
  }

  get open() {
    return this.#open;
  }

  /** The position that is looked at. */
  get at() {
    return this.#at;
  }

  get playback() {
    return this.#playback;
  }

  #position() {
    const positions = this.#open?.card?.positions ?? this.#open?.stage.positions;
    return positions && this.#at.length === 2 ? this.#at[0] * positions[1] + this.#at[1] : 0;
  }

  /** @param {number[]} at @param {boolean} pinned kept: it goes into the address */
  #point(at, pinned) {
    if (pinned) {
      this.#playback?.stop();
      this.#revealed = null;
      this.#at = at;
      pointAt(this.store, at);
      this.frame(this.#moveInFrame);
      return;
    }
    if (this.#playback?.playing || (at[0] === this.#at[0] && at[1] === this.#at[1])) return;
    this.#at = at;
    this.frame(this.#moveInFrame);
  }

  #moveInFrame = () => {
    this.#playback?.place(this.#position());
    this.#revealed = null;
    this.#move();
  };

  #move() {
    if (!this.#open || !this.#subject) return;
    const valueIndex = valueIndexOf(this.#subject, this.#at);
    this.#sidebar?.part.point(valueIndex);
    this.#open.stage.point(this.#at, this.#revealed);
    this.#open.card?.point(this.#at, this.#revealed);
    // One number for one thing: the explained value follows at once, and what is still about another place steps back.
    const interval = this.#playback?.interval ?? null;
    const played = interval !== null && interval < READABLE;
    this.#explanation.point(this.#subject, valueIndex);
    this.#behind(played ? "playing" : "moving");
    clearTimeout(this.#resting);
    if (!played) this.#resting = setTimeout(() => this.#rest(), REST);
  }

  #explain() {
    clearTimeout(this.#resting);
    if (!this.#subject || !this.#open) return;
    const valueIndex = valueIndexOf(this.#subject, this.#at);
    this.#explanation.show(this.#subject, valueIndex);
    this.#sidebar?.part.show(this.#subject.scene, valueIndex);
    this.#behind(null);
  }

  /**
   * Why formula, operands and the sidebar's numbers are not of the place that is shown. What playing has hidden stays
   * so until it is of the place where it ended.
   * @param {"moving" | "playing" | null} why
   */
  #behind(why) {
    const section = /** @type {HTMLElement | null} */ (this.firstElementChild);
    if (!section || section.dataset.behind === (why ?? undefined)) return;
    if (why === "moving" && section.dataset.behind === "playing") return;
    if (why) section.dataset.behind = why;
    else delete section.dataset.behind;
  }

  /** The pointer rests. */
  #rest() {
    this.#explain();
    if (this.#open) this.#arrange();
  }

  /** @param {MouseEvent} event */
  #clicked(event) {
    const target = /** @type {Element} */ (event.target).closest("[data-place]");
    const to = target instanceof Element && parseValueIndex(/** @type {HTMLElement} */ (target).dataset.place ?? "");
    if (!to || !this.#subject) return;
    const from = valueIndexOf(this.#subject, this.#at);
    const direction = target.closest("[data-direction]")?.getAttribute("data-direction");
    event.preventDefault();
    if (direction === "trail") this.#actions.open(undefined, placeOf(to.layer, to.at), this.store.state.view?.trail);
    else if (direction === "forward") this.#actions.forward(from, to);
    else if (to.layer !== from.layer || to.at.some((position, axis) => position !== from.at[axis]))
      this.#actions.follow(from, to);
  }

  /** Every number can be read in full. @param {Event} event */
  #hovered(event) {
    const target = /** @type {Element} */ (event.target).closest?.("[data-value]");
    if (target instanceof Element && this.contains(target))
      this.#tip.value(
        target,
        (key, params) => this.t(key, params),
        (index) => this.#named(index),
      );
    else if (!(/** @type {Element} */ (event.target).closest?.(".kernel, .patch"))) this.#tip.hide();
  }

  /** @param {string} text a place as it stands in `data-place` */
  #named(text) {
    const index = this.i18n.plainly ? parseValueIndex(text) : null;
    const { model } = this.store.state;
    return index && model ? valueName(this.i18n, model, index) : text.replaceAll(",", ", ");
  }

  /** Where the focus was, in words that the rebuilt view understands too. */
  #focusKey() {
    const active = document.activeElement;
    return active && this.contains(active)
      ? ["data-action", "data-sidebar-layer", "data-place", "data-picker"]
          .map((name) => active.hasAttribute(name) && `[${name}="${CSS.escape(active.getAttribute(name) ?? "")}"]`)
          .find(Boolean) || null
      : null;
  }

  /** @param {string | null} key */
  #restoreFocus(key) {
    const found = key ? this.querySelector(key) : null;
    /** @type {HTMLElement} */ (found ?? this.firstElementChild).focus({ preventScroll: true });
  }

  /** What to focus after a view that an address opened: its neuron on the network map, or where the map's focus is. */
  #ownControl() {
    const { layer = "", unit = 0 } = this.#subject?.view ?? {};
    const at = (/** @type {string} */ selector) => this.#network?.querySelector(selector) ?? null;
    return at(`[data-layer="${CSS.escape(layer)}"][data-unit="${unit}"]`) ?? at('[data-unit][tabindex="0"]');
  }

  #close() {
    if (!this.#open) return;
    const { layer = "", unit = 0 } = this.#subject?.view ?? {};
    const leave = this.firstElementChild ? leaving(this.firstElementChild, `${layer}[${unit}]`) : null;
    clearTimeout(this.#resting);
    this.#playback?.stop();
    this.#open.stage.dispose?.();
    this.#open.card?.dispose?.();
    const focused = document.activeElement === document.body || this.contains(document.activeElement);
    const back = this.#opener !== document.body && this.#opener?.isConnected ? this.#opener : this.#ownControl();
    this.#open = null;
    this.#subject = null;
    this.#playback = null;
    this.#tip.hide();
    this.removeAttribute("data-open");
    document.documentElement.removeAttribute("data-view-open");
    this.replaceChildren();
    if (focused && back instanceof HTMLElement) back.focus({ preventScroll: true });
    leave?.(this.#network?.rectOf(layer, unit) ?? null);
    this.#opener = null;
  }
}
