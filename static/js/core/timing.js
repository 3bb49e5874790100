// @ts-check
/** When things happen: drawing once a frame, requests of which only the newest counts. */

/**
 * Drawing happens once an animation frame, however often it is asked for.
 *
 * @param {(callback: () => void) => number} request `requestAnimationFrame`, or a stand-in
 */
export function createScheduler(request) {
  /** @type {Set<() => void>} */
  let waiting = new Set();
  let requested = false;

  let early = false;

  const drawAll = () => {
    const due = waiting;
    waiting = new Set();
    for (const draw of due) draw();
  };

  const frame = () => {
    requested = early = false;
    drawAll();
  };

  return {
    /** Run `draw` in the next frame; asking twice with the same function runs it once.
     * @param {() => void} draw */
    draw(draw) {
      waiting.add(draw);
      if (!requested) {
        requested = true;
        request(frame);
      }
    },

    /** Do now what waits for the next frame, so that the frame begins with it done; once a frame, or it would be
     * done for nobody to see. */
    drawAhead() {
      if (early || !requested) return;
      early = true;
      drawAll();
    },
  };
}

/** Call `act` when there is nothing else to do. @param {() => void} act */
export const requestIdle = (act) =>
  "requestIdleCallback" in globalThis ? requestIdleCallback(act) : setTimeout(act, 200);

/** Let the page do whatever waits, and go on. @returns {Promise<void>} */
export const turn = () =>
  /** @type {any} */ (globalThis).scheduler?.yield
    ? /** @type {any} */ (globalThis).scheduler.yield()
    : new Promise((resolve) => void setTimeout(resolve));

/** Wait until what was drawn stands on the screen; a page that is not shown has no frames, and waits a moment.
 * @returns {Promise<void>} */
export const painted = () =>
  new Promise((resolve) => {
    globalThis.requestAnimationFrame?.(() => setTimeout(resolve));
    setTimeout(resolve, 100);
  });

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
