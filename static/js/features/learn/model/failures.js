// @ts-check
/**
 * Pictures of the gallery, some of them changed, on which a network that knows ten classes tends to go wrong; what it
 * really answers is always asked of the engine. `cause` names the words that say why.
 *
 * @typedef {"nothing" | "colour" | "part" | "angle" | "noise"} Cause
 * @typedef {{ id: string, sample: string, transform: string, cause: Cause }} Failure
 */

/** @type {readonly Failure[]} `transform` is written as addresses write it */
export const FAILURES = Object.freeze([
  { id: "grey", sample: "grey", transform: "", cause: "nothing" },
  { id: "stripes", sample: "stripes", transform: "", cause: "nothing" },
  { id: "bus-without-colour", sample: "school-bus", transform: "grey:1", cause: "colour" },
  { id: "orange-pepper", sample: "bell-pepper-orange", transform: "", cause: "colour" },
  { id: "koala-at-sunset", sample: "koala-sunset", transform: "", cause: "colour" },
  { id: "pizza-slice", sample: "pizza-slice", transform: "", cause: "part" },
  { id: "bus-turned", sample: "school-bus", transform: "rotate:15", cause: "angle" },
  { id: "espresso-with-noise", sample: "espresso", transform: "noise:0.06", cause: "noise" },
]);

/**
 * Four answers to choose from: what the network says, what is true, and its next best, in the order of the classes.
 * @param {readonly { class: number, probability: number }[]} scores @param {number | null} truth
 */
export function candidates(scores, truth) {
  const order = [...scores].sort((a, b) => b.probability - a.probability).map((score) => score.class);
  const wanted = truth === null ? order : [order[0], truth, ...order.slice(1)];
  return [...new Set(wanted)].slice(0, 4).sort((a, b) => a - b);
}
