// @ts-check
/**
 * Requests of which only the newest counts: starting one aborts the one before,
 * and a late answer of an aborted one is never delivered.
 *
 * @returns {<Result>(work: (signal: AbortSignal) => Promise<Result>) => Promise<Result | typeof SUPERSEDED>}
 */
export function createTask() {
  /** @type {AbortController | null} */
  let current = null;
  return async (work) => {
    current?.abort();
    const mine = new AbortController();
    current = mine;
    try {
      const result = await work(mine.signal);
      return mine.signal.aborted ? SUPERSEDED : result;
    } catch (error) {
      if (mine.signal.aborted) return SUPERSEDED;
      throw error;
    } finally {
      if (current === mine) current = null;
    }
  };
}

/** What a task answers when a newer one has taken its place. */
export const SUPERSEDED = Symbol("superseded");
