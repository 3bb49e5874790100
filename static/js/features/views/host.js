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
import { context } from "../../elements/context.js";
import { LoupeElement } from "../../elements/element.js";
import { layerName, valueName } from "../../state/selectors.js";
import { closeView, exists, pointAt } from "../../state/view.js";
import { viewCommands } from "./commands.js";
import { createExplanation } from "./explanation.js";
import { createFocus } from "./focus.js";
import { frameOf } from "./frame.js";
import { listenToNumbers } from "./numbers.js";
import { enter, leaving, placesIn } from "./parts/entrance.js";
import { createPlaybackBar } from "./parts/playback-bar.js";
import { createTip } from "./parts/tip.js";
import { createPlans, planOf, sourceOf } from "./plans.js";
import { createPrebuild } from "./prebuild.js";
import { createSidebars } from "./sidebars.js";
import { valueIndexOf, subjectOf } from "./subject.js";

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
  #sidebar = createSidebars(this, this.#actions);
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
  #focus = createFocus(this);
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
    const plans = createPlans(this, this.#actions, {
      painted: this.#painted,
      beside: (subject) => this.#prepareBeside(subject),
      frame: (subject, stage, card) => this.#frame(subject, stage, card),
    });
    this.watch(
      ({ returns }) => returns,
      (returns) => void this.toggleAttribute("data-returns", returns),
    );
    this.#prebuilt = createPrebuild(this, plans.viewFor, plans.cardFor);
    this.offer("view", this);
    listenToNumbers(this, this.#tip, this.#actions, () => this.#subject && valueIndexOf(this.#subject, this.#at));
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
    const { definition, key, cardKey } = planOf(subject, state.words);
    const opening = !this.#open;
    const focus = this.#focus.key();
    const samePlace = this.#open?.key === key && this.#subject !== null && this.#subject.view.layer === view.layer;
    if (opening) this.#focus.leave();
    this.#subject = subject;
    if (!samePlace || view.at) this.#at = subject.at;

    const origins = opening ? placesIn(this.#network) : new Map();
    const built = this.#open?.key !== key || this.#open.cardKey !== cardKey;
    if (built) {
      const actions = this.#actions;
      const source = sourceOf(subject, state);
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
    if (built) this.#focus.restore(focus);
    this.#arrange();
    performance.mark("view-drawn"); // for tests and automation (docs/automation.md)
    const section = this.firstElementChild;
    if (opening && section) enter(section, origins, () => this.#settled());
    else this.#settled();
    return undefined;
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
  #frame(subject, stage, card) {
    const playback = this.#playbackFor(stage, card);
    const [sidebar, explanation] = [this.#sidebar.of(subject.scene).root, this.#explanation.root];
    return { section: frameOf(subject, { stage, card, playback, sidebar, explanation }, this.#actions), playback };
  }

  /** What lies beside the stage, written before its view is opened. @param {Subject} subject */
  #prepareBeside(subject) {
    const valueIndex = valueIndexOf(subject, subject.at);
    this.#sidebar.of(subject.scene).show(subject.scene, valueIndex);
    this.#explanation.show(subject, valueIndex);
  }

  /** Paint, mark, and explain; nothing here asks where anything is. */
  #draw() {
    const { stage, card } = /** @type {NonNullable<typeof this.open>} */ (this.open);
    const subject = /** @type {Subject} */ (this.#subject);
    const source = sourceOf(subject, this.store.state);
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
    if (this.#subject) this.#sidebar.shown?.reveal(valueIndexOf(this.#subject, this.#at));
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
    this.#sidebar.shown?.point(valueIndex);
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
    this.#sidebar.shown?.show(this.#subject.scene, valueIndex);
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

  #close() {
    if (!this.#open) return;
    const { layer = "", unit = 0 } = this.#subject?.view ?? {};
    const leave = this.firstElementChild ? leaving(this.firstElementChild, `${layer}[${unit}]`) : null;
    clearTimeout(this.#resting);
    this.#playback?.stop();
    this.#open.stage.dispose?.();
    this.#open.card?.dispose?.();
    const goBack = this.#focus.wayBack(layer, unit);
    this.#open = null;
    this.#subject = null;
    this.#playback = null;
    this.#tip.hide();
    this.removeAttribute("data-open");
    document.documentElement.removeAttribute("data-view-open");
    this.replaceChildren();
    goBack();
    leave?.(this.#network?.rectOf(layer, unit) ?? null);
  }
}
