// @ts-check
/**
 * Drawing happens once an animation frame, however often it is asked for.
 *
 * @param {(callback: () => void) => number} request `requestAnimationFrame`, or a stand-in
 */
export function createScheduler(request) {
  /** @type {Set<() => void>} */
  let waiting = new Set();
  let requested = false;

  const flush = () => {
    requested = false;
    const due = waiting;
    waiting = new Set();
    for (const draw of due) draw();
  };

  return {
    /** Run `draw` in the next frame; asking twice with the same function runs it once.
     * @param {() => void} draw */
    draw(draw) {
      waiting.add(draw);
      if (!requested) {
        requested = true;
        request(flush);
      }
    },
    /** @param {() => void} draw */
    forget(draw) {
      waiting.delete(draw);
    },
  };
}
