// @ts-check
/**
 * What is likely to be opened next, built while there is nothing else to do: the view of the unit that the
 * pointer or the focus rests on, or that is pressed, and at first of any neuron; in an open view what lies
 * before it once a row of it is pressed or rested on. What is pressed is laid out as well. So a click finds it there.
 */
import { sameItems } from "../../core/store.js";
import { requestIdle } from "../../core/timing.js";
import { h } from "../../elements/dom.js";
import { sameUnit } from "../../state/place.js";
import { prepareCanvases } from "./parts/canvas.js";

/** @typedef {import("./host.js").ViewPart} ViewPart */
/** @typedef {import("../../state/initial.js").Place} Place */
/**
 * @typedef {object} Plan a part of a view
 * @property {string} key what it stands for
 * @property {readonly unknown[]} source what it is painted from
 * @property {() => ViewPart} build builds it, painted
 */
/** @typedef {{ section: HTMLElement, playback: import("./parts/playback-bar.js").PlaybackBar | null }} Framed */
/**
 * @typedef {object} ViewPlan
 * @property {Plan} stage
 * @property {() => void} beside writes what lies beside the stage
 * @property {(stage: ViewPart, card: ViewPart | null) => Framed} frame all of it in its frame
 */

/** How long the pointer must rest on a unit, in milliseconds. */
const RESTS = 150;

/**
 * @param {import("../../elements/element.js").LoupeElement} host
 * @param {(place: Place) => ViewPlan | null} viewFor what would show a unit; null while a view is open
 * @param {(place: Place, input: number) => Plan | null} cardFor what would lie before the view of a unit, for one of
 *   its inputs
 */
export function createPrebuild(host, viewFor, cardFor) {
  const stage = createSlot();
  const card = createSlot();
  const standby = createStandby(host);
  let warm = false;
  let waiting = 0;
  /** @type {Place | null} the unit that is held down */
  let pressed = null;

  /** @param {Place} place */
  const build = (place) => {
    const plan = viewFor(place);
    if (!plan || !stage.build(plan.stage)) return plan;
    plan.beside();
    if (warm || !stage.part) return plan;
    warm = true;
    const front = cardFor(place, 0)?.build() ?? null;
    warmUp(plan.frame(stage.part, front).section);
    front?.dispose?.();
    return plan;
  };

  /** What is pressed stands in its place unseen, laid out: the click has only to show it. @param {Place} place */
  const press = (place) => {
    pressed = place;
    const plan = build(place);
    const part = stage.part;
    if (plan && part)
      setTimeout(() => stage.part === part && !host.store.state.view && standby.put(part, plan.frame(part, null)));
  };

  /** @param {number} input */
  const buildCard = (input) => {
    const { view } = host.store.state;
    if (view) card.build(cardFor(view, input));
  };

  const expect = () => {
    clearTimeout(waiting);
    waiting = setTimeout(
      () =>
        requestIdle(() => {
          const { hover, model } = host.store.state;
          const any = warm ? undefined : model?.layers.filter(({ record }) => record.view === "neuron").pop();
          if (hover) build({ layer: hover.layer, unit: hover.unit });
          else if (any) build({ layer: any.name, unit: 0 });
        }),
      RESTS,
    );
  };

  /** The row of an opened view that an event is about. @param {Event} event */
  const rowAt = ({ target }) => {
    const row = /** @type {HTMLElement | null} */ (
      target instanceof Element && host.contains(target) ? target.closest("[data-row]") : null
    );
    return row && Number(row.dataset.row);
  };
  const expectCard = (/** @type {Event} */ event) => {
    const row = rowAt(event);
    clearTimeout(waiting);
    if (row !== null) waiting = setTimeout(() => requestIdle(() => buildCard(row)), RESTS);
  };

  const release = () => {
    pressed = null;
    setTimeout(standby.clear);
  };

  prepareCanvases();
  host.watch(({ hover, parameters }) => [hover?.layer, hover?.unit, parameters], expect);
  // Pressed or rested on before there was anything to build it from.
  host.watch(
    ({ parameters, arrived }) => [parameters, arrived],
    () => {
      const { hover, view } = host.store.state;
      if (pressed) press(pressed);
      else if (hover && !view) requestIdle(() => sameUnit(host.store.state.hover, hover) && build(hover));
    },
  );
  for (const type of ["pointerover", "focusin"]) host.listen(host, type, expectCard);
  // Between pressing and letting go there is time enough for whoever clicks at once; in a task of its own it could
  // come after the click.
  host.listen(
    document,
    "pointerdown",
    (event) => {
      const row = rowAt(event);
      if (row !== null) return buildCard(row);
      const unit = /** @type {HTMLElement | null} */ (
        event.target instanceof Element ? event.target.closest(".network [data-unit]") : null
      );
      return unit ? press({ layer: unit.dataset.layer ?? "", unit: Number(unit.dataset.unit) }) : undefined;
    },
    { passive: true },
  );
  for (const type of ["pointerup", "pointercancel"]) host.listen(document, type, release);
  host.cleanup(() => {
    clearTimeout(waiting);
    stage.drop();
    card.drop();
  });

  return { stage: stage.take, card: card.take, standing: standby.take };
}

/**
 * The place of one view that is laid out where it will open and not shown, between a press and its click.
 * @param {HTMLElement} host
 */
function createStandby(host) {
  /** @type {{ part: ViewPart, framed: Framed } | null} */
  let standing = null;
  const leave = () => host.removeAttribute("data-standby");
  const clear = () => {
    leave();
    standing?.framed.section.remove();
    standing = null;
  };
  return {
    clear,
    /** @param {ViewPart} part @param {Framed} framed */
    put(part, framed) {
      clear();
      const around = host.closest(".stage");
      if (!around) return;
      const { right } = around.getBoundingClientRect();
      const { left } = /** @type {Element} */ (host.parentElement).getBoundingClientRect();
      host.style.setProperty("--standby", `${right - parseFloat(getComputedStyle(around).paddingRight) - left}px`);
      standing = { part, framed };
      framed.section.ariaHidden = "true";
      host.replaceChildren(framed.section);
      host.toggleAttribute("data-standby", true);
      framed.section.getBoundingClientRect();
    },
    /**
     * The view's frame where it stands already; whatever else stood there goes.
     * @param {ViewPart} part
     * @param {ViewPart | null} card
     * @returns {Framed | null}
     */
    take(part, card) {
      if (standing?.part !== part || card) {
        clear();
        return null;
      }
      const { framed } = standing;
      framed.section.ariaHidden = null;
      leave();
      standing = null;
      return framed;
    },
  };
}

/** Room for one part that is built ahead. */
function createSlot() {
  /** @type {{ key: string, source: readonly unknown[], part: ViewPart } | null} */
  let built = null;
  const drop = () => {
    built?.part.dispose?.();
    built = null;
  };
  return {
    drop,
    get part() {
      return built?.part ?? null;
    },
    /** Build a part unless it stands there already; says whether it did. @param {Plan | null} plan */
    build(plan) {
      if (!plan || (built?.key === plan.key && sameItems(built.source, plan.source))) return false;
      drop();
      built = { key: plan.key, source: plan.source, part: plan.build() };
      return true;
    },
    /** The part, if it is the one that was built. @param {Omit<Plan, "build">} plan @returns {ViewPart | null} */
    take({ key, source }) {
      if (built?.key !== key || !sameItems(built.source, source)) return null;
      const { part } = built;
      built = null;
      return part;
    },
  };
}

/**
 * Lay a view out once where nobody sees it: fonts are found, and what else a first time costs is paid.
 * @param {HTMLElement} view
 */
function warmUp(view) {
  const warming = h("div", { class: "view warming", "data-open": true, "aria-hidden": "true", inert: true }, view);
  document.body.append(warming);
  warming.getBoundingClientRect();
  warming.remove();
}
