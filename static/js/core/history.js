// @ts-check
/**
 * What can be undone: for each command that was done, the fields that it changed, before and after.
 *
 * A step is undone only as long as the state is still what it made of it. What was changed since by other ways (the
 * browser's Back, another picture) is not overwritten: a step that no longer fits is left out.
 *
 * @template {object} State
 * @typedef {object} Step
 * @property {string} name of the command
 * @property {string} words of the command, which may be gone by the time that it is undone
 * @property {Partial<State>} before
 * @property {Partial<State>} after
 * @property {number} time when it was done last, in milliseconds
 * @property {number} press during which press of a pointer; 0 for none
 */

/**
 * @template {object} State
 * @typedef {ReturnType<typeof createHistory<State>>} History
 */

/** How many steps are kept. */
const MOST = 100;
/** A gesture again within this many milliseconds goes on with its step, and while a pointer is held down: a slider that
 * is dragged is one step, however slowly. What is no gesture is a step of its own each time. */
const GESTURE = 800;

/**
 * @template {object} State
 * @param {import("./store.js").Store<State>} store
 * @param {() => number} [now]
 */
export function createHistory(store, now = () => performance.now()) {
  /** @type {Step<State>[]} */
  let done = [];
  /** @type {Step<State>[]} */
  let undone = [];
  let presses = 0;
  let held = false;
  const read = (/** @type {readonly (keyof State)[]} */ fields) =>
    /** @type {Partial<State>} */ (Object.fromEntries(fields.map((field) => [field, store.state[field]])));
  const holds = (/** @type {Partial<State>} */ part) =>
    Object.entries(part).every(([field, value]) => Object.is(store.state[/** @type {keyof State} */ (field)], value));

  /**
   * The next step of a list that still fits, those before it left out.
   * @param {Step<State>[]} steps
   * @param {"before" | "after"} end
   */
  const next = (steps, end) => steps.findLastIndex((step) => holds(step[end]));

  return {
    /** A pointer is pressed, or released. @param {boolean} down */
    press(down) {
      held = down;
      if (down) presses++;
    },
    /**
     * @param {{ name: string, words: string, gesture?: boolean }} command
     * @param {readonly (keyof State)[]} fields
     * @param {() => unknown} act
     */
    record({ name, words, gesture = false }, fields, act) {
      const before = read(fields);
      act();
      const after = read(fields);
      if (holds(before)) return;
      const last = done[done.length - 1];
      const time = now();
      const press = held ? presses : 0;
      if (
        gesture &&
        last?.name === name &&
        (time - last.time < GESTURE || (press > 0 && last.press === press)) &&
        fields.every((field) => last.after[field] === before[field])
      )
        done[done.length - 1] = { ...last, after, time, press };
      else done = [...done, { name, words, before, after, time, press }].slice(-MOST);
      undone = [];
    },
    get canUndo() {
      return next(done, "after") >= 0;
    },
    get canRedo() {
      return next(undone, "before") >= 0;
    },
    /** @returns {Step<State> | null} what was undone */
    undo() {
      const index = next(done, "after");
      if (index < 0) return null;
      const step = done[index];
      done = done.slice(0, index);
      undone = [...undone, step];
      store.update(step.before);
      return step;
    },
    /** @returns {Step<State> | null} what was done again */
    redo() {
      const index = next(undone, "before");
      if (index < 0) return null;
      const step = undone[index];
      undone = undone.slice(0, index);
      done = [...done, { ...step, time: 0 }];
      store.update(step.after);
      return step;
    },
  };
}
