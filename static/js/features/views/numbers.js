// @ts-check
/** What the numbers of an opened view answer: a click follows one to its place, pointer and focus show it in full. */
import { pointerRests } from "../../elements/resting.js";
import { placeOf } from "../../state/place.js";
import { valueName } from "../../state/selectors.js";
import { parseValueIndex } from "./parts/value.js";

/** @typedef {import("../../model/explain.js").ValueIndex} ValueIndex */

/**
 * @param {import("../../elements/element.js").LoupeElement} host
 * @param {ReturnType<typeof import("./parts/tip.js").createTip>} tip
 * @param {import("./host.js").Actions} actions
 * @param {() => ValueIndex | null} here the value that is looked at
 */
export function listenToNumbers(host, tip, actions, here) {
  /** @param {MouseEvent} event */
  const clicked = (event) => {
    const target = /** @type {Element} */ (event.target).closest("[data-place]");
    const to = target instanceof Element && parseValueIndex(/** @type {HTMLElement} */ (target).dataset.place ?? "");
    const from = here();
    if (!to || !from) return;
    const direction = target.closest("[data-direction]")?.getAttribute("data-direction");
    event.preventDefault();
    if (direction === "trail") actions.open(undefined, placeOf(to.layer, to.at), host.store.state.view?.trail);
    else if (direction === "forward") actions.forward(from, to);
    else if (to.layer !== from.layer || to.at.some((position, axis) => position !== from.at[axis]))
      actions.follow(from, to);
  };

  /** @param {string} text a place as it stands in `data-place` */
  const named = (text) => {
    const index = host.i18n.plainly ? parseValueIndex(text) : null;
    const { model } = host.store.state;
    return index && model ? valueName(host.i18n, model, index) : text.replaceAll(",", ", ");
  };

  /** Every number can be read in full. @param {Event} event */
  const reached = (event) => {
    const target = /** @type {Element} */ (event.target).closest?.("[data-value]");
    if (target instanceof Element && host.contains(target)) tip.value(target, actions.t, named);
    else if (!(/** @type {Element} */ (event.target).closest?.(".kernel, .patch"))) tip.hide();
  };

  host.listen(host, "click", clicked);
  host.listen(host, "pointerover", (event) => void (pointerRests(event) || reached(event)));
  host.listen(host, "focusin", reached);
  host.listen(host, "pointerleave", () => tip.hide());
}
