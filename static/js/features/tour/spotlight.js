// @ts-check
/**
 * The ring around what a tour speaks of, and the place of its words beside it. Both follow when the page
 * scrolls, changes its size, or shows something else.
 */
import { context } from "../../elements/context.js";
import { h } from "../../elements/dom.js";
import { visibleBox } from "../../elements/scroll.js";
import { around, isSheet, placeBeside } from "./place.js";

/** How long a change may go on moving things, in milliseconds. */
const SETTLING = 700;
/** How long something has to stand still before it counts as where it belongs. */
const RESTING = 100;
/** How long after it was chosen it may still be laid out anew. */
const LATE = 2000;
/** Pixels around what is highlighted, and those that the ring keeps from the window's sides. */
const MARGIN = 5;
const EDGE = 2;

/** @typedef {import("./place.js").Box} Box */

/**
 * @param {HTMLElement} words the element whose place is computed
 * @param {(found: boolean) => void} onFound whether there is anything to highlight, told when it changes
 */
export function createSpotlight(words, onFound) {
  const ring = h("div", { class: "tour-ring", "aria-hidden": "true", hidden: true });
  /** @type {string | null} */
  let target = null;
  let keep = "";
  let until = 0;
  let frame = 0;
  /**
   * Its size when it was brought into view; null before. What is laid out late is brought once more.
   * @type {string | null}
   */
  let brought = null;
  let chosen = 0;
  /** Where it stood, and since when: it is brought into view once it has come to rest. */
  let rest = { at: "", since: 0 };
  /** The height of the words for which it has been moved so that they find room beside it. */
  let moved = 0;
  /** @type {boolean | null} */
  let found = null;

  const look = () => (target ? visibleOf(target) : []);

  const draw = () => {
    const elements = look();
    const size = () => elements.map((element) => `${element.clientWidth}×${element.clientHeight}`).join();
    if (elements.length && (brought === null || (performance.now() - chosen < LATE && size() !== brought))) {
      const at = JSON.stringify(elements.map((element) => element.getBoundingClientRect()));
      if (at !== rest.at) rest = { at, since: performance.now() };
      else if (performance.now() - rest.since > RESTING) {
        brought = size();
        bring(elements);
      }
    }
    const box = around(elements.map(visibleBox).filter((one) => one.width > 0 && one.height > 0));
    if (found !== (box !== null)) onFound((found = box !== null));
    ring.hidden = !box;
    if (box) {
      const left = Math.max(EDGE, box.left - MARGIN);
      ring.style.translate = `${left}px ${box.top - MARGIN}px`;
      const right = Math.min(document.documentElement.clientWidth - EDGE, box.left + box.width + MARGIN);
      ring.style.width = `${right - left}px`;
      ring.style.height = `${box.height + 2 * MARGIN}px`;
    }
    const [width, height] = [document.documentElement.clientWidth, innerHeight];
    const sheet = isSheet({ width, height });
    words.toggleAttribute("data-sheet", sheet);
    // What stands at the lower edge, and where the page ends, make room for the sheet.
    document.documentElement.style.setProperty("--tour-sheet", sheet ? `${words.offsetHeight}px` : "0px");
    document.documentElement.toggleAttribute("data-tour-sheet", sheet);
    if (sheet) return void (words.style.translate = "");
    const kept = keep
      ? around([...document.querySelectorAll(keep)].filter((element) => element.checkVisibility()).map(visibleBox))
      : null;
    const place = placeBeside(
      box,
      { width: words.offsetWidth, height: words.offsetHeight },
      { width, height },
      kept,
      focusBox(words),
    );
    words.toggleAttribute("data-beside", place.beside);
    if (box && brought !== null && !place.beside && moved !== words.offsetHeight) {
      moved = words.offsetHeight;
      elements[0].scrollIntoView({ block: "start", behavior: "instant" });
    }
    words.style.translate = `${Math.round(place.left)}px ${Math.round(place.top)}px`;
    return undefined;
  };

  /** Scroll it to where it is seen and the words do not lie. @param {Element[]} elements */
  const bring = (elements) => {
    const whole = /** @type {Box} */ (around(elements.map((element) => element.getBoundingClientRect())));
    const seen = around(elements.map(visibleBox));
    const sheet = isSheet({ width: document.documentElement.clientWidth, height: innerHeight })
      ? words.offsetHeight + barHeight()
      : 0;
    const room = innerHeight - sheet;
    const tall = Math.min(whole.height, room);
    const upright = seen !== null && seen.height >= tall - 1 && whole.top >= 0 && whole.top + tall <= room;
    if (upright && seen.width >= Math.min(whole.width, innerWidth) - 1) return;
    elements[0].scrollIntoView({
      block: upright ? "nearest" : whole.height > room - 60 ? "start" : "center",
      inline: "nearest",
      behavior: "instant",
    });
    // A column is brought in by its first map; what of it then lies behind the sheet is moved up.
    const beyond = elements[elements.length - 1].getBoundingClientRect().bottom - room + MARGIN;
    if (sheet && beyond > 0)
      scrollerOf(elements[0]).scrollBy({
        top: Math.min(beyond, Math.max(0, elements[0].getBoundingClientRect().top - MARGIN)),
        behavior: "instant",
      });
  };

  const follow = () => {
    draw();
    frame = performance.now() < until ? requestAnimationFrame(follow) : 0;
  };

  /** Something has changed: look again, and for as long as it may still be moving. */
  const again = () => {
    until = performance.now() + SETTLING;
    if (!frame) frame = requestAnimationFrame(follow);
  };

  const sized = new ResizeObserver(again);
  sized.observe(words);
  addEventListener("resize", again);
  document.addEventListener("focusin", again);
  document.addEventListener("scroll", again, { capture: true, passive: true });
  document.addEventListener("animationend", again);
  document.body.append(ring);

  return {
    /** @param {string | null} selector what to highlight @param {string} [beside] what should stay visible with it */
    show(selector, beside = "") {
      if (selector !== target) [brought, moved, chosen] = [null, 0, performance.now()];
      [target, keep] = [selector, beside];
      again();
    },
    again,
    get found() {
      return found === true;
    },
    stop() {
      cancelAnimationFrame(frame);
      sized.disconnect();
      removeEventListener("resize", again);
      document.removeEventListener("focusin", again);
      document.removeEventListener("scroll", again, { capture: true });
      document.removeEventListener("animationend", again);
      document.documentElement.removeAttribute("data-tour-sheet");
      document.documentElement.style.removeProperty("--tour-sheet");
      ring.remove();
    },
  };
}

/**
 * All visible elements of a selector; of several, divided by `||`, those of the first that has any.
 * @param {string} selectors
 * @returns {Element[]}
 */
export function visibleOf(selectors) {
  for (const selector of selectors.split("||")) {
    const found = [...document.querySelectorAll(selector)].filter((element) => element.checkVisibility());
    if (found.length) return found;
  }
  return [];
}

/** What of the page has the focus. @param {HTMLElement} words @returns {Box | null} */
function focusBox(words) {
  const focused = document.activeElement;
  return focused && focused !== document.body && !words.contains(focused) ? visibleBox(focused) : null;
}

/** The inspector's own bar, where it sticks to the lower edge, stands upon the sheet. */
function barHeight() {
  const bar = context().parts.find("inspector");
  return bar?.checkVisibility() && getComputedStyle(bar).position === "sticky" ? bar.offsetHeight : 0;
}

/**
 * What scrolls it up and down: an opened view on a narrow screen, or the page.
 * @param {Element} element
 * @returns {Element}
 */
function scrollerOf(element) {
  for (let parent = element.parentElement; parent; parent = parent.parentElement) {
    if (parent.scrollHeight > parent.clientHeight && /auto|scroll/.test(getComputedStyle(parent).overflowY))
      return parent;
  }
  return document.scrollingElement ?? document.documentElement;
}
