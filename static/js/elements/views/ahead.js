// @ts-check
/**
 * The view that is likely to be opened next, built while there is nothing else to do: of the unit that the
 * pointer or the focus rests on, or that is pressed, and at first of any neuron. So a click finds it there.
 */
import { requestIdle } from "../../core/timing.js";
import { h } from "../dom.js";

/** @typedef {import("./host.js").ViewPart} ViewPart */
/** @typedef {import("../../state/initial.js").Place} Place */
/**
 * @typedef {object} Plan what shows a unit
 * @property {string} key what its stage stands for
 * @property {readonly unknown[]} source what it is painted from
 * @property {() => ViewPart} stage builds it, painted
 * @property {() => (HTMLElement | undefined)[]} beside writes what lies beside the stage
 * @property {() => ViewPart | null} card builds what can lie in front of it, painted
 */

/** How long the pointer must rest on a unit, in milliseconds. */
const RESTS = 150;

/** @param {import("../element.js").LoupeElement} host @param {(place: Place) => Plan | null} planFor null while nothing is to be built */
export function createAhead(host, planFor) {
  /** @type {{ key: string, stage: ViewPart, source: readonly unknown[] } | null} */
  let built = null;
  let rehearsed = false;
  let waiting = 0;

  const drop = () => {
    built?.stage.dispose?.();
    built = null;
  };

  /** @param {Place} place */
  const build = (place) => {
    const plan = planFor(place);
    if (!plan || (built?.key === plan.key && same(built.source, plan.source))) return;
    drop();
    built = { key: plan.key, stage: plan.stage(), source: plan.source };
    const beside = plan.beside();
    if (rehearsed) return;
    rehearsed = true;
    const card = plan.card();
    rehearse(built.stage.root, [...beside, card?.root]);
    card?.dispose?.();
  };

  const expect = () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => requestIdle(() => {
      const { hover, model } = host.store.state;
      const any = rehearsed ? undefined : model?.layers.filter(({ record }) => record.view === "neuron").pop();
      if (hover) build({ layer: hover.layer, unit: hover.unit });
      else if (any) build({ layer: any.name, unit: 0 });
    }), RESTS);
  };

  host.watch(({ hover, parameters }) => [hover?.layer, hover?.unit, parameters], expect);
  // Between pressing and letting go there is time enough for whoever clicks at once.
  host.listen(document, "pointerdown", ({ target }) => {
    const pressed = /** @type {HTMLElement | null} */ (target instanceof Element ? target.closest(".network [data-unit]") : null);
    if (pressed) setTimeout(() => build({ layer: pressed.dataset.layer ?? "", unit: Number(pressed.dataset.unit) }));
  }, { passive: true });
  host.cleanup(() => { clearTimeout(waiting); drop(); });

  return {
    /** The stage, if it is the one that was built. @param {string} key @param {readonly unknown[]} source @returns {ViewPart | null} */
    take(key, source) {
      if (built?.key !== key || !same(built.source, source)) return null;
      const { stage } = built;
      built = null;
      return stage;
    },
  };
}

/** Lay a view out once where nobody sees it: fonts are found, and what else a first time costs is paid.
 * @param {HTMLElement} stage @param {(HTMLElement | undefined)[]} beside */
function rehearse(stage, beside) {
  const rehearsal = h("div", { class: "view rehearsal", "data-open": true, "aria-hidden": "true", inert: true },
    h("section", { class: "view-frame" }, h("div", { class: "view-stage" }, stage), h("div", { class: "view-side" }, beside)));
  document.body.append(rehearsal);
  rehearsal.getBoundingClientRect();
  rehearsal.remove();
}

/** @param {readonly unknown[]} a @param {readonly unknown[]} b */
export const same = (a, b) => a.length === b.length && a.every((part, index) => part === b[index]);
