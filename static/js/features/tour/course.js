// @ts-check
/**
 * Going through a tour: which of its steps there are for a model, where one is, and what comes next.
 *
 * @typedef {import("./steps.js").Step} Step
 * @typedef {import("./steps.js").Scene} Scene
 */

/**
 * The steps that the model has something for, in order.
 * @param {readonly Step[]} steps
 * @param {import("../../model/model.js").Model} model
 */
export const stepsFor = (steps, model) => steps.filter(({ applies }) => applies(model));

/**
 * The step of this id, or, where the model has none of it, the next one that it has (of the last: the one before).
 * @param {readonly Step[]} steps all of them
 * @param {readonly Step[]} there those of the model
 * @param {string | null} id
 * @returns {Step | null} null where there are none
 */
export function stepAt(steps, there, id) {
  const from = Math.max(
    0,
    steps.findIndex((step) => step.id === id),
  );
  return steps.slice(from).find((step) => there.includes(step)) ?? there[there.length - 1] ?? null;
}

/** @param {readonly Step[]} there @param {Step} step @param {1 | -1} by @returns {Step | null} null past either end */
export const beside = (there, step, by) => there[there.indexOf(step) + by] ?? null;

/** Whether there is nothing to do in it. @param {Step} step */
export const isRead = ({ seen, deeds, asks }) => !seen && !deeds && !asks;

/**
 * Whether the state shows that the step is done.
 * @param {Step} step
 * @param {Scene} scene
 * @param {import("../../state/initial.js").State} entered the state in which the step began
 */
export const isSeen = ({ seen }, scene, entered) => seen?.(scene, entered) === true;

/**
 * Whether something that happened is what the step asks for.
 * @param {Step} step @param {{ type: string, key?: string, matches: (selector: string) => boolean }} happened
 */
export const isDeed = ({ deeds = [] }, { type, key, matches }) =>
  deeds.some(({ on, within, keys }) => on.includes(type) && (!keys || keys.includes(key ?? "")) && matches(within));
