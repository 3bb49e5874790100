// @ts-check
/**
 * Where Learn stands, and whether it is asked for. Its address is the hash (`#learn-convolution`). Where there is room
 * for both, it stands beside the network, in the place of the inspector, and only while it is asked for; elsewhere
 * below it. What else stands in that place gives way to it, and it to what is opened there.
 */
import { localProgress } from "../../state/progress.js";
import { context } from "../context.js";

/** As in layout.css: the network keeps as much room as on a small screen. */
const ROOM = "(min-width: 75rem)";

/** @typedef {ReturnType<typeof createReading>} Reading */

/**
 * @param {import("../../state/actions.js").AppStore} store
 * @param {HTMLElement} place
 */
export function createReading(store, place) {
  const room = matchMedia(ROOM);
  const isAsked = () => location.hash.startsWith("#learn");
  const follow = () => {
    const reading = isAsked();
    if (reading === store.state.reading) return;
    // The text is read beside the network: what stood there makes room.
    store.update(reading && room.matches ? { reading, why: null } : { reading });
  };
  /** The address without the hash, in an entry of its own. */
  const leave = () => {
    history.pushState(null, "", location.pathname + location.search);
    store.update({ reading: false });
  };
  follow();
  addEventListener("hashchange", follow);
  addEventListener("popstate", follow);
  store.update({ learned: localProgress().kept.read.length });
  store.select(
    ({ reading }) => reading,
    (reading) => void document.documentElement.toggleAttribute("data-reading", reading),
  );

  const reading = {
    /** Whether there is room for it beside the network. */
    get roomy() {
      return !store.state.present && room.matches;
    },
    /** Whether the text stands beside the network now. */
    get beside() {
      return store.state.reading && reading.roomy;
    },
    /** As a link would: the chapter is waited for, and gone to once it has its height. */
    reveal() {
      const { chapter } = store.state;
      if (!room.matches) place.scrollIntoView();
      history.pushState(null, "", chapter ? `#learn-${chapter}` : "#learn");
      dispatchEvent(new HashChangeEvent("hashchange"));
    },
    leave,
    close() {
      if (!store.state.reading) return;
      leave();
      context().parts.find("header")?.focusOn("learn");
    },
    toggle() {
      if (reading.beside) reading.close();
      else reading.reveal();
    },
  };
  store.select(
    ({ why }) => why !== null,
    (open) => {
      if (open && reading.beside) leave();
    },
  );
  return reading;
}
