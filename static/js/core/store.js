// @ts-check
/**
 * One frozen state object and the people who watch parts of it.
 *
 * `update` replaces top-level fields; listeners hear of it once a microtask,
 * however many updates came before, and only when what they read has changed.
 */

/**
 * @template {object} State
 * @template {keyof State} [Derived=never] fields that follow from the others, which nobody sets
 * @typedef {object} Store
 * @property {State} state the current state; never mutate it
 * @property {(patch: Partial<Omit<State, Derived>>) => void} update
 * @property {<Part>(read: (state: State) => Part, react: (part: Part, before: Part | undefined) => void) => () => void}
 *   select
 *   calls `react` now and whenever the part read is no longer the same (`Object.is`, arrays
 *   compared item by item); returns the function that stops it
 */

/**
 * @template {object} State
 * @template {keyof State} [Derived=never]
 * @param {State} initial
 * @param {(state: State) => Pick<State, Derived>} [derive] the fields that follow from the others
 * @returns {Store<State, Derived>}
 */
export function createStore(initial, derive) {
  const settled = (/** @type {State} */ given) => Object.freeze({ ...given, ...derive?.(given) });
  let state = settled(initial);
  let scheduled = false;
  /** @type {Set<() => void>} */
  const listeners = new Set();

  const tell = () => {
    scheduled = false;
    for (const listener of [...listeners]) if (listeners.has(listener)) listener();
  };

  return {
    get state() {
      return state;
    },
    update(patch) {
      const changes = /** @type {Partial<State>} */ (patch);
      const keys = /** @type {(keyof State)[]} */ (Object.keys(patch));
      if (keys.every((key) => Object.is(state[key], changes[key]))) return;
      state = settled({ ...state, ...patch });
      if (!scheduled) {
        scheduled = true;
        queueMicrotask(tell);
      }
    },
    select(read, react) {
      let part = read(state);
      const listener = () => {
        const next = read(state);
        if (same(next, part)) return;
        const before = part;
        part = next;
        react(next, before);
      };
      listeners.add(listener);
      react(part, undefined);
      return () => void listeners.delete(listener);
    },
  };
}

/** @param {unknown} a @param {unknown} b */
const same = (a, b) => Object.is(a, b) || (Array.isArray(a) && Array.isArray(b) && sameItems(a, b));

/** Two lists with the same things in the same order. @param {readonly unknown[]} a @param {readonly unknown[]} b */
export const sameItems = (a, b) => a.length === b.length && a.every((item, index) => Object.is(item, b[index]));
