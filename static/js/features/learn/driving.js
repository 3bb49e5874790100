// @ts-check
/**
 * Learn beside the network: the paragraph that is read marks in the network what it speaks of, and gives the network
 * back when it is passed. A part names its unit by `data-speaks-of`, a "Show me" link by
 * `data-show`; playgrounds and whatever else names none leave the network alone.
 */
import { setHover } from "../../state/actions.js";
import { closeView } from "../../state/view.js";
import { placeOf } from "./show.js";

/** What can drive, or end driving. */
const PARTS = ".learn-part, .learn-show-me, .learn-play, .learn-around";
/** How far down the column one reads. */
const LINE = 0.4;

/**
 * @param {import("./shell.js").LoupeLearn} host the column
 * @param {() => boolean} beside whether the text stands beside the network
 */
export function createDriving(host, beside) {
  const { store } = host;
  /** @type {HTMLElement | null} the part that drives */
  let part = null;
  /** @type {import("../../state/initial.js").Place | null} what it marks */
  let marked = null;
  /** @type {import("../../state/initial.js").View | null} what one of its links has opened */
  let opened = null;

  const mark = () => {
    const { hover, view, tour, model } = store.state;
    const free = !hover || hover === marked;
    const place = part && model && !view && !tour && free ? placeOf(store, targetOf(part)) : null;
    if (!free || (place && marked === hover && marked?.layer === place.layer && marked.unit === place.unit)) return;
    marked = place;
    if (hover !== place) setHover(store, place);
  };
  /** @param {HTMLElement | null} next */
  const turnTo = (next) => {
    if (next === part) return;
    part?.removeAttribute("data-driving");
    next?.toggleAttribute("data-driving", Boolean(targetOf(next).show));
    const left = part?.closest(".learn-part") !== next?.closest(".learn-part");
    part = next;
    // What the text has opened it closes, unless somebody has gone on from there.
    if (left && opened) {
      if (store.state.view === opened) closeView(store);
      opened = null;
    }
    mark();
  };
  const look = () => {
    if (!host.isConnected) return;
    const { top, height } = host.getBoundingClientRect();
    const line = top + LINE * height;
    const parts = /** @type {HTMLElement[]} */ ([...host.querySelectorAll(PARTS)]);
    turnTo(beside() ? (parts.findLast((one) => one.getBoundingClientRect().top <= line) ?? null) : null);
  };
  const later = () => host.frame(look);

  host.listen(host, "scroll", later, { passive: true });
  // Whoever comes back from the network goes on where the text is.
  host.listen(host, "pointerenter", mark);
  host.observeSize(host, later);
  host.watch(({ reading, present, chapter }) => [reading, present, chapter], later);
  host.watch(({ view, tour, model, run }) => [view, tour, model, run], mark);
  host.cleanup(() => turnTo(null));

  return {
    look: later,
    /** A link was followed: it drives until the text moves on. @param {HTMLElement} link */
    hold(link) {
      turnTo(link);
      opened = link.dataset.open === undefined ? null : store.state.view;
    },
  };
}

/** @param {HTMLElement} part @returns {DOMStringMap} */
const targetOf = ({ dataset }) => ({ ...dataset, show: dataset.show ?? dataset.speaksOf });
