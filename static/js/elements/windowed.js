// @ts-check
/**
 * Long lists of parts that are alike, of which those near what is seen exist and no others. Up, down, Home and End go
 * from line to line; where a line holds several parts, left and right go from part to part.
 */
import { h } from "./dom.js";

/** Lists of up to so many parts have all of them. */
const ALL = 24;
/** Lines that exist before it is known which are seen. */
const AT_ONCE = 16;
/** Lines above and below what is seen that exist, too. */
const AROUND = 4;

/** What of a part takes the focus. */
const CONTROLS = 'button, [tabindex="0"]';

/** @type {Record<string, (index: number, count: number, across: number) => number>} */
const KEYS = {
  ArrowUp: (index, _count, across) => index - across,
  ArrowDown: (index, _count, across) => index + across,
  Home: () => 0,
  End: (_index, count) => count - 1,
};
/** @type {typeof KEYS} */
const ALONG = { ...KEYS, ArrowLeft: (index) => index - 1, ArrowRight: (index) => index + 1 };

/**
 * @template {{ row: HTMLElement }} Part
 * @param {object} options
 * @param {number} options.count
 * @param {HTMLElement} options.root what scrolls; it takes the focus of a part that goes
 * @param {HTMLElement} options.list holds the parts
 * @param {(index: number) => Part} options.build one part
 * @param {(index: number) => Record<string, string | number>} options.place the attributes that say which one it is
 * @param {string} options.spacer the element that stands for the parts that do not exist
 * @param {HTMLElement | null} [options.heads] stands above the parts and stays while they scroll
 * @param {() => number} [options.across] how many parts a line holds
 * @param {number} [options.all] lists of up to so many parts have all of them
 */
export function createWindowed({ count, root, list, build, place, spacer, heads = null, across = () => 1, all = ALL }) {
  /** @type {Map<number, Part>} */
  const parts = new Map();
  const windowed = count > all;
  const [before, after] = [0, 1].map(() => h(spacer, { "aria-hidden": "true", class: "unseen-parts", hidden: true }));
  if (windowed) list.append(before, after);
  let line = 1;
  /** From one line's top to the next one's, and what of it lies between them. */
  let [pitch, gap] = [0, 0];
  /** Parts that are seen, by number. @type {number[]} */
  let visible = [];

  /** @param {HTMLElement} element @param {number} hidden parts */
  const stand = (element, hidden) => {
    const lines = Math.ceil(hidden / line);
    element.hidden = lines === 0;
    element.style.height = `${Math.max(0, lines * pitch - gap)}px`;
  };

  /** Let the parts from `first` on, up to `end`, exist. @param {number} first @param {number} end */
  const exist = (first, end) => {
    const gone = [...parts].filter(([index]) => index < first || index >= end);
    if (gone.some(([, { row }]) => row.contains(document.activeElement))) root.focus({ preventScroll: true });
    // What comes stands there before what goes is taken away: a list that was shorter in between would lose its place.
    /** @type {Element | null} */
    let next = windowed ? after : null;
    for (let index = end - 1; index >= first; index--) {
      let part = parts.get(index);
      if (!part) {
        parts.set(index, (part = build(index)));
        for (const [name, value] of Object.entries(place(index))) part.row.setAttribute(name, String(value));
        list.insertBefore(part.row, next);
      }
      next = part.row;
    }
    stand(before, first);
    stand(after, count - end);
    for (const [index, { row }] of gone) {
      row.remove();
      parts.delete(index);
    }
  };

  /** Measure the lines. */
  const measure = () => {
    const from = Math.min(...parts.keys());
    const own = /** @type {Part} */ (parts.get(from)).row.getBoundingClientRect();
    if (!own.height) return false;
    line = Math.max(1, across());
    const below = parts.get(from + line)?.row.getBoundingClientRect();
    pitch = below && below.top > own.top ? below.top - own.top : own.height;
    gap = pitch - own.height;
    return true;
  };

  /** Find out which parts are seen, and let them and a few lines around them exist. */
  const look = () => {
    if (!measure()) return;
    const box = root.getBoundingClientRect();
    const first = /** @type {Part} */ (parts.get(Math.min(...parts.keys()))).row.getBoundingClientRect();
    const top = first.top - Math.floor(Math.min(...parts.keys()) / line) * pitch;
    const lines = Math.ceil(count / line);
    const from = Math.max(0, Math.min(lines - 1, Math.floor((box.top - top) / pitch)));
    const end = Math.max(1, Math.min(lines, Math.ceil((box.bottom - top) / pitch)));
    if (windowed) exist(Math.max(0, from - AROUND) * line, Math.min(count, (end + AROUND) * line));
    visible = Array.from({ length: Math.min(count, end * line) - from * line }, (_, index) => from * line + index);
  };

  /** Bring a part into view. @param {number} index */
  const reveal = (index) => {
    look();
    if (!pitch) return;
    const at = Math.floor(index / line);
    const seen = visible.map((one) => Math.floor(one / line));
    if (seen.includes(at) && at > seen[0] && at < seen[seen.length - 1]) return;
    root.scrollTop = (heads?.offsetHeight ?? 0) + (at + 0.5) * pitch - root.clientHeight / 2;
    look();
  };

  list.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
    const target = /** @type {HTMLElement} */ (event.target);
    const found = [...parts].find(([, { row }]) => row.contains(target));
    const to = (line > 1 ? ALONG : KEYS)[event.key];
    if (!found || !to || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    event.stopPropagation();
    const [index, { row }] = found;
    const next = Math.max(0, Math.min(count - 1, to(index, count, line)));
    const controls = (/** @type {HTMLElement | undefined} */ one) =>
      /** @type {HTMLElement[]} */ ([...(one?.querySelectorAll(CONTROLS) ?? [])]);
    const control = controls(row).indexOf(target);
    reveal(next);
    controls(parts.get(next)?.row)[control]?.focus({ preventScroll: true });
  });

  exist(0, windowed ? Math.min(count, AT_ONCE * line) : count);
  visible = [...parts.keys()].sort((a, b) => a - b).slice(0, AT_ONCE);
  return {
    root,
    /** The parts that exist, by number. */
    parts,
    /** Whether some may not exist. */
    windowed,
    look,
    reveal,
    get visible() {
      return visible;
    },
  };
}
