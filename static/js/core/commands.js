// @ts-check
/**
 * Commands: what a person can do, each described once. Keys, the header, the list of keys, the chooser of presentation
 * mode, every control and the tests read the same rows; what can be undone is known from them, too.
 *
 * A command takes a value where its control has one: which picture, which block, how far. What leads elsewhere (another
 * view, another model) makes an entry of the browser's history and is taken back with the browser's Back; a row's
 * `undoable` is for what stays where it is.
 */

/**
 * @template {object} State
 * @typedef {object} Command
 * @property {string} name stable, in kebab case; its controls carry it as `data-command`
 * @property {string | ((state: State) => string)} words where the catalogue has its words: `title`; `hint` says more,
 *   `hint_checked` while it is checked; or the key of one text that is its title
 * @property {string} [help] words for the list of keys, where they are not its title; rows with the same words are one
 * @property {string | ((state: State) => string)} [icon]
 * @property {readonly string[]} [keys] as `d`, `?`, `Escape`, `Ctrl+z`; see `chordOf`
 * @property {readonly string[]} [shown] the keys as the list of keys shows them, where an element hears them by itself
 * @property {"header"} [place] where it has a control
 * @property {"choice" | "check" | "icon" | "text"} [look] of that control
 * @property {string} [group] commands that exclude each other: the words of the group, `${group}.title`
 * @property {string} [choice] which of its group it is
 * @property {string} [control] under which presentation mode shows or hides it (static/vocabulary.json)
 * @property {boolean} [typing] its keys count in text fields as well
 * @property {boolean} [repeats] a key that is held down does it again
 * @property {number} [precedence] of commands with the same key the available one with the greatest comes first; 0
 * @property {(state: State, event?: KeyboardEvent) => boolean} [available]
 * @property {(state: State) => boolean} [checked] only where it switches something on and off
 * @property {readonly (keyof State)[]} [undoable] the fields that undoing restores
 * @property {() => void} [released] what its key does when it is let go
 * @property {boolean} [gesture] its control is dragged: what follows at once, or during one press, is the same step
 * @property {(call: Call<State>) => unknown} [perform] not there where an element of the page does it by itself
 */
/**
 * @template {object} State
 * @typedef {object} Call
 * @property {import("./store.js").Store<State>} store
 * @property {KeyboardEvent} [event] the key that asked for it
 * @property {any} [value] what a control gave
 * @property {string} [about] the thing that a gesture is about; on another thing it is another step
 */
/**
 * @template {object} State
 * @typedef {ReturnType<typeof createCommands<State>>} Commands
 */

/** @template {object} State @param {import("./store.js").Store<State>} store */
export function createCommands(store) {
  /**
   * With how many parts of the page have added it: what stands there twice adds the same rows.
   * @type {Map<string, { command: Command<State>, parts: number }>}
   */
  const rows = new Map();
  /** @type {Set<() => void>} */
  const listeners = new Set();
  /** @type {import("./history.js").History<State> | null} */
  let history = null;
  /** @type {Set<(event: KeyboardEvent) => void>} */
  const observers = new Set();
  const changed = () => listeners.forEach((listener) => listener());

  /** @param {string} name */
  const get = (name) => {
    const row = rows.get(name);
    if (!row) throw new Error(`there is no command ${name}`);
    return row.command;
  };
  const all = () => [...rows.values()].map(({ command }) => command);
  const isAvailable = (/** @type {Command<State>} */ command, /** @type {KeyboardEvent} */ event) =>
    command.available?.(store.state, event) ?? true;

  return {
    /** What was done, once somebody keeps it: where nothing can be undone, nothing is. */
    get history() {
      return history;
    },
    /** @param {import("./history.js").History<State>} kept */
    keep(kept) {
      history = kept;
    },
    /**
     * Be told of every key before it does anything.
     * @param {(event: KeyboardEvent) => void} observer
     * @returns {() => void}
     */
    observe(observer) {
      observers.add(observer);
      return () => void observers.delete(observer);
    },
    /** @param {KeyboardEvent} event */
    heard(event) {
      for (const observer of observers) observer(event);
    },
    get,
    /** All of them, in the order in which they were added. */
    all,
    /** @param {readonly Command<State>[]} commands @returns {() => void} takes them away again */
    add(commands) {
      for (const command of commands) {
        const known = rows.get(command.name);
        if (known && known.command !== command) throw new Error(`there is a command ${command.name} already`);
        rows.set(command.name, { command, parts: (known?.parts ?? 0) + 1 });
      }
      changed();
      return () => {
        for (const { name } of commands) {
          const row = rows.get(name);
          if (row && --row.parts === 0) rows.delete(name);
        }
        changed();
      };
    },
    /** Hear of rows that are added and taken away. @param {() => void} listener @returns {() => void} */
    watch(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    /** Do it, unless it cannot be done now. @param {string} name @param {Omit<Call<State>, "store">} [call] */
    perform(name, call = {}) {
      const { available, perform, undoable, words, gesture = false } = get(name);
      if (!perform || available?.(store.state, call.event) === false) return;
      if (undoable && history)
        history.record(
          {
            name: call.about ? `${name} ${call.about}` : name,
            words: wordsOf(words, store.state),
            gesture: gesture || call.about !== undefined,
          },
          undoable,
          () => perform({ store, ...call }),
        );
      else perform({ store, ...call });
    },
    /** A key was let go: whatever was held with it is held no longer. @param {Pick<KeyboardEvent, "key">} event */
    letGo({ key }) {
      const name = key.length === 1 ? key.toLowerCase() : key;
      for (const { keys, released } of all()) if (released && keys?.includes(name)) released();
    },
    /** What a key means now. @param {KeyboardEvent} event @param {boolean} typing whether it goes into a text field */
    meant(event, typing) {
      const chord = chordOf(event);
      return all()
        .filter(
          (command) =>
            command.perform &&
            command.keys?.includes(chord) &&
            (command.typing || !typing) &&
            (command.repeats || !event.repeat) &&
            isAvailable(command, event),
        )
        .reduce(
          (/** @type {Command<State> | null} */ best, command) =>
            best && (best.precedence ?? 0) >= (command.precedence ?? 0) ? best : command,
          null,
        );
    },
  };
}

/** @template State @param {string | ((state: State) => string)} words @param {State} state */
export const wordsOf = (words, state) => (typeof words === "string" ? words : words(state));

/**
 * A key as the table writes it: letters small, whatever Shift and Caps Lock make of them, and `Ctrl+` before what is
 * pressed with Control or Command. Shift is named only beside Control: `?` is `?` on every keyboard.
 * @param {Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "altKey" | "shiftKey">} event
 */
export function chordOf({ key, ctrlKey, metaKey, altKey, shiftKey }) {
  const control = ctrlKey || metaKey;
  const name = key.length === 1 ? key.toLowerCase() : key;
  return `${control ? "Ctrl+" : ""}${altKey ? "Alt+" : ""}${control && shiftKey ? "Shift+" : ""}${name}`;
}

/** @type {Record<string, string>} */
const CAPS = { Escape: "Esc", ArrowLeft: "←", ArrowRight: "→", ArrowUp: "↑", ArrowDown: "↓" };

/** A chord as it stands on keyboards: `Ctrl Z`. @param {string} chord @param {boolean} [apple] */
export const keyCaps = (chord, apple = false) =>
  chord
    .split(/\+(?!$)/)
    .map((part) => CAPS[part] ?? (apple && part === "Ctrl" ? "⌘" : part.length === 1 ? part.toUpperCase() : part))
    .join(" ");
