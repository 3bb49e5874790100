// @ts-check
/** The spotlight in an opened view: the part that is pointed at or has the focus stays as it is, the rest dims. */
import { context } from "../../elements/context.js";
import { visibleBox } from "../../elements/scroll.js";
import { createSpotlightOverlay } from "./spotlight-overlay.js";

/** What can stand in the light, as large as it makes sense by itself. */
const PARTS = [
  ".neuron-row",
  ".output-row",
  ".sum-node",
  ".neuron-output",
  ".sum-line",
  ".addend",
  ".trail-step",
  ".vector-cell",
  ".term",
  ".channel",
  ".flatten-strips li",
  ".operand-list li",
  ".softmax-table tbody tr",
  ".pooling-step",
  ".view-stage figure",
  ".view-side figure",
  ".microscope-sum > *",
  ".formula-box",
  ".explained",
  ".exactness",
].join(",");

/**
 * @param {import("./element.js").LoupePresent} host
 * @param {(number: { place: string, value: number } | null) => void} onNumber the number that is pointed at, else the
 *   one that the view explains
 * @returns {() => void} ends it
 */
export function createViewSpotlight(host, onNumber) {
  const overlay = createSpotlightOverlay("on-view");
  /** @type {HTMLElement | null} */
  let view = null;
  /** @type {Element | null} */
  let part = null;
  /** @type {Element | null} */
  let number = null;

  const draw = () => {
    const { present, view: open } = host.store.state;
    if (!host.isConnected || !view) return;
    const spotlit = open && part && view.contains(part) && present?.includes("spotlight") ? visibleBox(part) : null;
    const { left, top, width, height } = visibleBox(view.querySelector(".view-frame") ?? view);
    const head = view.querySelector(".view-head")?.getBoundingClientRect().bottom ?? top;
    overlay.root.setAttribute("width", String(innerWidth));
    overlay.root.setAttribute("height", String(innerHeight));
    overlay.show(
      { x: left, y: Math.max(top, head), width, height: Math.max(0, top + height - Math.max(top, head)) },
      spotlit && spotlit.width > 0 && spotlit.height > 0
        ? [{ x: spotlit.left, y: spotlit.top, width: spotlit.width, height: spotlit.height }]
        : [],
    );
  };
  const later = () => host.frame(draw);
  const announce = () => {
    // Of a unit that is one number, and of a class, the state says more (`caption.js`).
    const shown = /** @type {HTMLElement | null | undefined} */ (
      number && view?.contains(number) ? number : view?.querySelector('[data-explained*=","]')
    );
    const name = shown?.dataset.place ?? shown?.dataset.explained;
    onNumber(name ? { place: name, value: Number(shown?.dataset.value) } : null);
  };
  const look = (/** @type {EventTarget | null} */ target) => {
    const found = target instanceof Element && target.closest(".view-stage, .view-side") ? target.closest(PARTS) : null;
    if (found !== part) later();
    part = found;
    const pointed = target instanceof Element ? target.closest("[data-place][data-value]") : null;
    if (pointed !== number) {
      number = pointed;
      announce();
    }
  };

  // What is pointed at may be written anew while it is looked at.
  const observer = new MutationObserver(() => {
    later();
    announce();
  });
  host.cleanup(() => observer.disconnect());
  host.cleanup(
    context().parts.when("view", (shown) => {
      view = shown;
      host.listen(shown, "pointerover", (event) => look(event.target));
      host.listen(shown, "pointerleave", (event) => event.pointerType !== "touch" && look(null));
      host.listen(shown, "focusin", (event) => event.target.matches(":focus-visible") && look(event.target));
      observer.observe(shown, { childList: true, subtree: true });
      announce();
    }),
  );
  host.watch(({ view: open, present }) => [open, present], later);
  host.listen(document, "scroll", later, { capture: true, passive: true });
  host.listen(window, "resize", later);
  document.body.append(overlay.root);
  announce();
  return () => overlay.root.remove();
}
