// @ts-check
/**
 * One stepper for everything that slides. Pure: time comes in as an argument, and what is to be
 * shown goes out as a position.
 *
 * @typedef {object} Playback
 * @property {number} count how many positions there are
 * @property {number} columns positions in a row
 * @property {number} position the one that is shown, from 0
 * @property {number | null} shown how many have been slid over, in row order; null where all are shown
 * @property {boolean} playing
 * @property {Pace} pace
 * @property {number} carried the part of a step that has not been taken yet
 */
/** @typedef {typeof PACES[number]} Pace */

/** From the slowest: one place after the other, to be read; seen; seen in half a minute; a row at a time. */
export const PACES = /** @type {const} */ (["step", "slow", "fast", "rows"]);
/** How long a whole map takes row by row, in seconds. */
const MAP = 8;
/** The same place by place at the fast pace, and the least places a second that are fast. */
const [FAST, LEAST] = [30, 16];
/** Places a second at the paces that can be read. */
const READ = { step: 0.8, slow: 4 };

/** @param {number} count @param {number} [columns] @param {Pace} [pace] @returns {Playback} */
export const createPlayback = (count, columns = count, pace = "rows") => ({
  count,
  columns,
  position: 0,
  shown: null,
  playing: false,
  pace,
  carried: 0,
});

/** How many places one step is. @param {Playback} state */
const strideOf = ({ pace, columns }) => (pace === "rows" ? columns : 1);

/** Steps a second. @param {Playback} state */
export function rateOf({ pace, count, columns }) {
  if (pace === "rows") return Math.max(1, count / columns / MAP);
  return pace === "fast" ? Math.max(LEAST, count / FAST) : READ[pace];
}

/** @param {number} position @param {number} count */
const clamp = (position, count) => Math.max(0, Math.min(count - 1, position));

/** Slid as far as a position. @param {Playback} state @param {number} position @param {number} [past]
 * @returns {Playback} */
const slid = (state, position, past = position + 1) => ({
  ...state,
  position,
  shown: past >= state.count ? null : past,
});

/**
 * Starts; where all is shown it begins anew, row by row with the first row.
 * @param {Playback} state @returns {Playback}
 */
export function play(state) {
  const begun = { ...state, playing: true, carried: 0 };
  if (state.pace === "rows") {
    const row = state.shown === null ? 0 : Math.floor(state.position / state.columns);
    return slid(begun, row * state.columns + (state.position % state.columns), (row + 1) * state.columns);
  }
  return slid(begun, state.position >= state.count - 1 ? 0 : state.position);
}

/** @param {Playback} state @returns {Playback} */
export const pause = (state) => ({ ...state, playing: false, carried: 0 });

/** One or more positions on (or back), stopped. @param {Playback} state @param {number} by @returns {Playback} */
export const step = (state, by = 1) => slid(pause(state), clamp(state.position + by, state.count));

/** A position is chosen: all is shown. @param {Playback} state @param {number} position @returns {Playback} */
export const seek = (state, position) => ({ ...pause(state), position: clamp(position, state.count), shown: null });

/** @param {Playback} state @returns {Playback} */
export const finish = (state) => seek(state, state.count - 1);

/** @param {Playback} state @param {Pace} pace @returns {Playback} */
export const paced = (state, pace) => ({ ...state, pace, carried: 0 });

/** The next faster pace, or with −1 the next slower one. @param {Playback} state @param {number} by
 * @returns {Playback} */
export const faster = (state, by = 1) => paced(state, PACES[clamp(PACES.indexOf(state.pace) + by, PACES.length)]);

/** Let `seconds` pass; it stops with the last position. A stalled page does not jump: at most 0.1 s counts.
 * @param {Playback} state @param {number} seconds @returns {Playback} */
export function advance(state, seconds) {
  if (!state.playing) return state;
  const due = state.carried + Math.min(0.1, Math.max(0, seconds)) * rateOf(state);
  const steps = Math.floor(due);
  if (!steps) return { ...state, carried: due };
  const stride = strideOf(state);
  const last = stride === 1 ? state.count - 1 : state.count - state.columns + (state.position % state.columns);
  const position = Math.min(last, state.position + steps * stride);
  const past = stride === 1 ? position + 1 : (Math.floor(position / state.columns) + 1) * state.columns;
  const next = slid(state, position, past);
  return next.shown === null ? pause(next) : { ...next, carried: due - steps };
}
