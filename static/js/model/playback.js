// @ts-check
/**
 * One stepper for everything that slides. Pure: time comes in as an argument, and what is to be
 * shown goes out as a position.
 *
 * @typedef {object} Playback
 * @property {number} count how many positions there are
 * @property {number} position the one that is shown, from 0
 * @property {boolean} playing
 * @property {number} speed an entry of `SPEEDS`
 * @property {number} carried the part of a step that has not been taken yet
 */

/** Positions a second, slow enough to read along and fast enough to see a whole map. */
export const SPEEDS = [1, 4, 16, 64, 256, 1024];

/** @param {number} count @param {number} [position] @returns {Playback} */
export const createPlayback = (count, position = 0) => ({
  count,
  position: clamp(position, count),
  playing: false,
  speed: SPEEDS[2],
  carried: 0,
});

/** @param {number} position @param {number} count */
const clamp = (position, count) => Math.max(0, Math.min(count - 1, position));

/** Starts; from the end it begins anew. @param {Playback} state @returns {Playback} */
export const play = (state) => ({
  ...state,
  playing: true,
  carried: 0,
  position: state.position >= state.count - 1 ? 0 : state.position,
});

/** @param {Playback} state @returns {Playback} */
export const pause = (state) => ({ ...state, playing: false, carried: 0 });

/** One or more positions on (or back), stopped. @param {Playback} state @param {number} by @returns {Playback} */
export const step = (state, by = 1) => pause({ ...state, position: clamp(state.position + by, state.count) });

/** @param {Playback} state @param {number} position @returns {Playback} */
export const seek = (state, position) => pause({ ...state, position: clamp(position, state.count) });

/** @param {Playback} state @returns {Playback} */
export const finish = (state) => seek(state, state.count - 1);

/** @param {Playback} state @returns {Playback} */
export const faster = (state) => ({
  ...state,
  speed: SPEEDS[Math.min(SPEEDS.length - 1, SPEEDS.indexOf(state.speed) + 1)],
});

/** @param {Playback} state @returns {Playback} */
export const slower = (state) => ({ ...state, speed: SPEEDS[Math.max(0, SPEEDS.indexOf(state.speed) - 1)] });

/** Let `seconds` pass; it stops at the last position. A stalled page does not jump: at most 0.1 s counts.
 * @param {Playback} state @param {number} seconds @returns {Playback} */
export function advance(state, seconds) {
  if (!state.playing) return state;
  const due = state.carried + Math.min(0.1, Math.max(0, seconds)) * state.speed;
  const position = clamp(state.position + Math.floor(due), state.count);
  if (position === state.count - 1) return { ...state, position, playing: false, carried: 0 };
  return { ...state, position, carried: due - Math.floor(due) };
}
