// @ts-check
/**
 * What the learner has read and answered, kept in this browser and nowhere else.
 *
 * @typedef {{ read: string[], answered: Record<string, "right" | "revealed"> }} Kept
 * @typedef {ReturnType<typeof createProgress>} Progress
 */
const KEY = "cnn-loupe.learn";

/**
 * @param {Pick<Storage, "getItem" | "setItem" | "removeItem"> | null} storage null where the browser forbids it:
 *   progress then lasts until the page is left
 */
export function createProgress(storage) {
  /** @type {Kept} */
  let kept = restore(storage);
  /** @type {Set<() => void>} */
  const listeners = new Set();
  const save = () => {
    try {
      storage?.setItem(KEY, JSON.stringify(kept));
    } catch {
      // storage is full or forbidden: nothing to tell the learner, nothing is lost but the memory of it
    }
    for (const listener of listeners) listener();
  };
  return {
    get kept() {
      return kept;
    },
    /** @param {string} chapter */
    read(chapter) {
      if (kept.read.includes(chapter)) return;
      kept = { ...kept, read: [...kept.read, chapter] };
      save();
    },
    /**
     * A right answer is never taken back by revealing it again.
     * @param {string} question
     * @param {"right" | "revealed"} how
     */
    answer(question, how) {
      if (kept.answered[question] === "right" || kept.answered[question] === how) return;
      kept = { ...kept, answered: { ...kept.answered, [question]: how } };
      save();
    },
    clear() {
      kept = { read: [], answered: {} };
      try {
        storage?.removeItem(KEY);
      } catch {
        // as above
      }
      for (const listener of listeners) listener();
    },
    /** @param {() => void} listener */
    onChange(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

/** Progress in the browser's own store, which the browser may forbid (private windows, blocked cookies). */
export function localProgress() {
  try {
    return createProgress(globalThis.localStorage ?? null);
  } catch {
    return createProgress(null);
  }
}

/** @param {Pick<Storage, "getItem"> | null} storage @returns {Kept} */
function restore(storage) {
  try {
    const { read, answered } = JSON.parse(storage?.getItem(KEY) ?? "{}");
    return {
      read: Array.isArray(read) ? read.filter((id) => typeof id === "string") : [],
      answered: Object.fromEntries(
        Object.entries(answered ?? {}).filter(([, how]) => how === "right" || how === "revealed"),
      ),
    };
  } catch {
    return { read: [], answered: {} }; // written by something else, or damaged
  }
}
