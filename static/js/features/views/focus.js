// @ts-check
/** The focus around an opened view: kept while the view is built anew, given back when it closes. */
import { context } from "../../elements/context.js";

/** What a control is known by, in the rebuilt view, too. */
const KNOWN_BY = ["data-action", "data-sidebar-layer", "data-place", "data-picker"];

/** @param {HTMLElement} host of the view; its first child is what the view stands in */
export function createFocus(host) {
  /** @type {Element | null} what had the focus before the view opened */
  let opener = null;

  /** What to focus after a view that an address opened: its neuron on the network map, or where the map's focus is.
   * @param {string} layer @param {number} unit */
  const ownControl = (layer, unit) => {
    const at = (/** @type {string} */ selector) => context().parts.find("network")?.querySelector(selector) ?? null;
    return at(`[data-layer="${CSS.escape(layer)}"][data-unit="${unit}"]`) ?? at('[data-unit][tabindex="0"]');
  };

  return {
    /** The view opens: what has the focus is where it goes back to. */
    leave() {
      opener = document.activeElement;
    },
    /** Where the focus is, in words that the rebuilt view understands too. */
    key() {
      const active = document.activeElement;
      const known = active && host.contains(active) ? KNOWN_BY.find((name) => active.hasAttribute(name)) : null;
      return known ? `[${known}="${CSS.escape(active?.getAttribute(known) ?? "")}"]` : null;
    },
    /** @param {string | null} key */
    restore(key) {
      const found = key ? host.querySelector(key) : null;
      /** @type {HTMLElement} */ (found ?? host.firstElementChild).focus({ preventScroll: true });
    },
    /**
     * The view of a unit is about to close: what gives the focus back once it has, if the view has it.
     * @param {string} layer
     * @param {number} unit
     */
    wayBack(layer, unit) {
      const focused = document.activeElement === document.body || host.contains(document.activeElement);
      const back = opener !== document.body && opener?.isConnected ? opener : ownControl(layer, unit);
      opener = null;
      return () => {
        if (focused && back instanceof HTMLElement) back.focus({ preventScroll: true });
      };
    },
  };
}
