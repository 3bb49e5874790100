// @ts-check
/**
 * The one place at the right of the network, where there is room for one: it shows Learn, else the evidence (Why?),
 * else the bench that changes the picture, else the inspector. What is covered stays as it was left, and comes back
 * once what covers it is closed. On narrow pages each has a place of its own. (`layout.css` does the showing.)
 */
import { context } from "./context.js";

/** @typedef {import("../state/initial.js").State} State */

/** The panels that stand there; the others lie above the network. @type {readonly State["panel"][]} */
const DOCKED = ["transform", "crop", "preparation"];

/** @param {State["panel"]} panel */
export const isDocked = (panel) => DOCKED.includes(panel);

/** Whether the bench is open, and something lies over it. @param {State} state */
export function isCovered({ panel, why, view }) {
  const learn = context().parts.find("learn");
  return isDocked(panel) && learn !== null && (learn.beside || (learn.roomy && why !== null && !view));
}

/** Put away what lies over the bench. @param {import("../state/actions.js").AppStore} store */
export function uncover(store) {
  const learn = context().parts.find("learn");
  if (learn?.beside) learn.leave();
  if (learn?.roomy) store.update({ why: null });
}
