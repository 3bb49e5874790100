// @ts-check
/** Play, pause, step, pace, skip to the end: the controls of `model/playback.js`. */
import {
  advance,
  createPlayback,
  faster,
  finish,
  paced,
  PACES,
  pause,
  play,
  rateOf,
  seek,
  step,
} from "../../../model/playback.js";
import { does } from "../../../elements/context.js";
import { h } from "../../../elements/dom.js";

/** @typedef {ReturnType<typeof createPlaybackBar>} PlaybackBar */

/** @type {Record<string, string>} */
const PATHS = {
  play: "M7 5l12 7-12 7z",
  pause: "M7 5h4v14H7zM14 5h4v14h-4z",
  back: "M17 5v14L8 12zM5 5h2v14H5z",
  forward: "M7 5v14l9-7zM17 5h2v14h-2z",
  end: "M4 5v14l7-7zM11 5v14l7-7zM18 5h2v14h-2z",
};

/** The pace that was chosen last: the next view plays at it, too. @type {import("../../../model/playback.js").Pace} */
let kept = "rows";

/** @param {string} name */
const glyph = (name) =>
  h("svg:svg", { class: "icon solid", viewBox: "0 0 24 24", "aria-hidden": "true" }, h("svg:path", { d: PATHS[name] }));

/**
 * @param {readonly [number, number]} positions rows and columns
 * @param {(key: string, params?: Record<string, string | number>) => string} t
 * @param {(position: number, shown: number | null) => void} onPosition `shown`: how many have been slid over, null once
 *   everything is shown
 */
export function createPlaybackBar([rows, columns], t, onPosition) {
  let state = createPlayback(rows * columns, columns, kept);
  let before = 0;
  let frame = 0;

  const button = (/** @type {string} */ name, /** @type {string} */ shape) =>
    h(
      "button",
      {
        type: "button",
        class: "button square",
        "data-action": `playback-${name}`,
        title: t(`views.playback.${name}`),
        "aria-label": t(`views.playback.${name}`),
        ...does(`playback-${name}`),
      },
      glyph(shape),
    );

  const toggle = button("play", "play");
  const pace = h(
    "select",
    {
      class: "button pace",
      "data-action": "playback-pace",
      title: t("views.playback.pace"),
      "aria-label": t("views.playback.pace"),
      ...does("playback-pace", () => PACES[pace.selectedIndex], "change"),
    },
    PACES.map((name) => h("option", { value: name }, t(`views.playback.paces.${name}`))),
  );
  const root = h(
    "div",
    { class: "playback", role: "group", "aria-label": t("views.playback.title") },
    button("back", "back"),
    toggle,
    button("step", "forward"),
    button("end", "end"),
    pace,
  );
  root.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
    if (event.key === "+" || event.key === "-") set(faster(state, event.key === "+" ? 1 : -1), false);
  });

  /** @param {import("../../../model/playback.js").Playback} next @param {boolean} [moved] */
  function set(next, moved = true) {
    const wasPlaying = state.playing;
    state = next;
    if (wasPlaying !== state.playing) {
      const name = state.playing ? "pause" : "play";
      toggle.replaceChildren(glyph(name));
      toggle.title = t(`views.playback.${name}`);
      toggle.setAttribute("aria-label", toggle.title);
    }
    kept = state.pace;
    pace.value = state.pace;
    if (moved) onPosition(state.position, state.shown);
  }

  function start() {
    set(play(state));
    before = performance.now();
    cancelAnimationFrame(frame);
    frame = requestAnimationFrame(tick);
  }

  /** @param {number} now */
  function tick(now) {
    if (!state.playing) return;
    const next = advance(state, (now - before) / 1000);
    before = now;
    const moved = next.position !== state.position || !next.playing;
    set(next, moved);
    if (state.playing) frame = requestAnimationFrame(tick);
  }

  set(state, false);
  return {
    root,
    back: () => set(step(state, -1)),
    play: () => (state.playing ? set(pause(state)) : start()),
    step: () => set(step(state, 1)),
    end: () => set(finish(state)),
    /** @param {"step" | "rows" | "slow" | "fast"} name */
    pace: (name) => set(paced(state, name), false),
    /** The position was chosen elsewhere: go on from there. @param {number} position */
    place(position) {
      set(seek(state, position), false);
    },
    stop() {
      cancelAnimationFrame(frame);
      set(pause(state), false);
    },
    get playing() {
      return state.playing;
    },
    /** Milliseconds that a position is shown while it plays; null while it does not. */
    get interval() {
      return state.playing ? 1000 / rateOf(state) : null;
    },
  };
}
