// @ts-check
/**
 * A and B in turn, in the same place: while a key or a button is held, or by itself. Never more than two and a half
 * times a second, whoever presses (WCAG 2.3.1 allows three flashes), and never by itself where little is to move.
 */

/** How long each of the two stays at least, in milliseconds: two changes are one flash. */
export const LEAST = 200;
/** How long it stays where they change by themselves. */
export const TURN = 500;

/**
 * @param {(side: "a" | "b" | null) => void} show null: as it is chosen
 * @param {{ now: () => number, later: (act: () => void, delay: number) => any, cancel: (timer: any) => void }} [clock]
 */
export function createFlicker(
  show,
  clock = { now: () => performance.now(), later: (act, delay) => setTimeout(act, delay), cancel: clearTimeout },
) {
  /** @type {"a" | "b" | null} */
  let shown = null;
  /** @type {"a" | "b" | null} */
  let wanted = null;
  let changed = -Infinity;
  /** @type {any} */
  let timer = null;
  /** @type {any} */
  let turning = null;

  const settle = () => {
    timer = null;
    if (wanted === shown) return;
    const left = changed + LEAST - clock.now();
    if (left > 0) return void (timer = clock.later(settle, left));
    shown = wanted;
    changed = clock.now();
    show(shown);
  };
  /** @param {"a" | "b" | null} side */
  const want = (side) => {
    wanted = side;
    if (timer === null) settle();
  };
  const stop = () => {
    if (turning !== null) clock.cancel(turning);
    turning = null;
    want(null);
  };
  return {
    get turning() {
      return turning !== null;
    },
    /** Show A as long as it is held. @param {boolean} on */
    hold: (on) => (turning === null ? want(on ? "a" : null) : undefined),
    /** Let the two change by themselves, or no longer. */
    toggle() {
      if (turning !== null) return stop();
      const turn = () => {
        want(wanted === "a" ? "b" : "a");
        turning = clock.later(turn, TURN);
      };
      return turn();
    },
    stop,
    end() {
      stop();
      if (timer !== null) clock.cancel(timer);
      timer = null;
    },
  };
}
