// @ts-check
/**
 * A scrolled list of rows that are alike, of which those near what is seen exist and no others. The list says how many
 * there are; up, down, Home and End go from row to row.
 */
import { h } from "../../../elements/dom.js";

/** Lists of up to so many rows have all of them. */
const ALL = 24;
/** Rows that exist before it is known which are seen. */
const AT_ONCE = 16;
/** Rows above and below what is seen that exist, too. */
const AROUND = 4;

/** @type {Record<string, (index: number, count: number) => number>} */
const KEYS = {
  ArrowUp: (index) => index - 1,
  ArrowDown: (index) => index + 1,
  Home: () => 0,
  End: (_index, count) => count - 1,
};

/**
 * @template {{ row: HTMLElement }} Part
 * @param {object} options
 * @param {number} options.count
 * @param {string} options.className
 * @param {string} options.label
 * @param {HTMLElement} options.heads stands above the rows and stays while they scroll
 * @param {(index: number) => Part} options.build one row
 */
export function createRows({ count, className, label, heads, build }) {
  /** @type {Map<number, Part>} */
  const parts = new Map();
  const [before, after] = [h("div", { "aria-hidden": "true" }), h("div", { "aria-hidden": "true" })];
  const list = h("div", { class: "rows-list", role: "list", "aria-label": label }, before, after);
  const root = h("div", { class: className, tabindex: "0", role: "group", "aria-label": label }, heads, list);
  root.style.setProperty("--count", String(count));
  let high = 0;
  /** Rows that are seen, by number. @type {number[]} */
  let visible = [];

  /** Let the rows from `first` on, up to `end`, exist. @param {number} first @param {number} end */
  const exist = (first, end) => {
    const gone = [...parts].filter(([index]) => index < first || index >= end);
    if (gone.some(([, { row }]) => row.contains(document.activeElement))) root.focus({ preventScroll: true });
    // What comes stands there before what goes is taken away: a list that was shorter in between would lose its place.
    /** @type {Element} */
    let next = after;
    for (let index = end - 1; index >= first; index--) {
      let part = parts.get(index);
      if (!part) {
        parts.set(index, (part = build(index)));
        const place = { role: "listitem", "aria-setsize": count, "aria-posinset": index + 1 };
        for (const [name, value] of Object.entries(place)) part.row.setAttribute(name, String(value));
        list.insertBefore(part.row, next);
      }
      next = part.row;
    }
    before.style.height = `${first * high}px`;
    after.style.height = `${(count - end) * high}px`;
    for (const [index, { row }] of gone) {
      row.remove();
      parts.delete(index);
    }
  };

  /** Find out which rows are seen, and let them and a few around them exist. */
  const look = () => {
    const [any] = parts.values();
    const box = root.getBoundingClientRect();
    const own = any.row.getBoundingClientRect().height;
    if (!own) return;
    high = own;
    const top = list.getBoundingClientRect().top;
    const [low, past] = [Math.floor((box.top - top) / high), Math.ceil((box.bottom - top) / high)];
    const [first, end] = [Math.max(0, Math.min(count - 1, low)), Math.max(1, Math.min(count, past))];
    if (count > ALL) exist(Math.max(0, first - AROUND), Math.min(count, end + AROUND));
    visible = Array.from({ length: end - first }, (_, index) => first + index);
  };

  /** Bring a row into view. @param {number} index */
  const reveal = (index) => {
    look();
    if (!high || (visible.includes(index) && visible.indexOf(index) < visible.length - 1 && index > visible[0])) return;
    root.scrollTop = heads.offsetHeight + (index + 0.5) * high - root.clientHeight / 2;
    look();
  };

  root.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
    const target = /** @type {HTMLElement} */ (event.target);
    const found = [...parts].find(([, { row }]) => row.contains(target));
    const to = KEYS[event.key];
    if (!found || !to || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    event.stopPropagation();
    const [index, { row }] = found;
    const next = Math.max(0, Math.min(count - 1, to(index, count)));
    const control = [...row.querySelectorAll("button")].indexOf(/** @type {HTMLButtonElement} */ (target));
    reveal(next);
    parts.get(next)?.row.querySelectorAll("button")[control]?.focus({ preventScroll: true });
  });

  exist(0, count <= ALL ? count : AT_ONCE);
  visible = [...parts.keys()].sort((a, b) => a - b).slice(0, AT_ONCE);
  return {
    root,
    /** The rows that exist, by number. */
    parts,
    look,
    reveal,
    get visible() {
      return visible;
    },
  };
}
