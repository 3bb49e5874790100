// @ts-check
/**
 * What this browser remembers of tours: that one was offered, how far each came, and what was done in it.
 *
 * @typedef {object} Kept
 * @property {boolean} offered
 * @property {Record<string, string>} at the step that each tour was left at
 * @property {Record<string, string[]>} done the steps that were completed
 */
import { TOUR_KEY } from "../../state/initial.js";

/** @typedef {ReturnType<typeof createTourMemory>} TourMemory */

/**
 * @param {Pick<Storage, "getItem" | "setItem"> | null} storage null where the browser forbids it: then nothing outlives
 *   the page
 */
export function createTourMemory(storage) {
  let kept = read(storage);

  /** @param {Partial<Kept>} patch */
  const keep = (patch) => {
    kept = { ...read(storage, kept), ...patch };
    try {
      storage?.setItem(TOUR_KEY, JSON.stringify(kept));
    } catch {
      // full or forbidden: the tour goes on, and begins anew on the next visit
    }
  };

  return {
    get offered() {
      return kept.offered;
    },
    /** @param {string} tour */
    at: (tour) => kept.at[tour] ?? null,
    /** @param {string} tour */
    done: (tour) => new Set(kept.done[tour] ?? []),
    /** @param {string} tour @param {string} step */
    reach: (tour, step) => keep({ offered: true, at: { ...kept.at, [tour]: step } }),
    /** @param {string} tour @param {string} step */
    complete: (tour, step) =>
      keep({ done: { ...kept.done, [tour]: [...new Set([...(kept.done[tour] ?? []), step])] } }),
    /** Begin it anew the next time. @param {string} tour */
    forget: (tour) => keep({ at: without(kept.at, tour), done: without(kept.done, tour) }),
  };
}

/** @template Value @param {Record<string, Value>} record @param {string} key */
const without = (record, key) => Object.fromEntries(Object.entries(record).filter(([name]) => name !== key));

/** Another tab may have gone on meanwhile; what cannot be read counts as nothing.
 * @param {Pick<Storage, "getItem"> | null} storage @param {Kept} [otherwise] @returns {Kept} */
function read(storage, otherwise = { offered: false, at: {}, done: {} }) {
  try {
    const found = JSON.parse(storage?.getItem(TOUR_KEY) ?? "null");
    if (found === null) return otherwise;
    const record = (/** @type {unknown} */ value) =>
      typeof value === "object" && value !== null && !Array.isArray(value) ? value : {};
    const at = Object.entries(record(found.at)).filter(([, step]) => typeof step === "string");
    const done = Object.entries(record(found.done)).filter(
      ([, steps]) => Array.isArray(steps) && steps.every((step) => typeof step === "string"),
    );
    return { offered: found.offered === true, at: Object.fromEntries(at), done: Object.fromEntries(done) };
  } catch {
    return otherwise;
  }
}
