// @ts-check
/**
 * The scenes of A, and what is compared of A and B: both run by the same engine, so that what is equal differs by
 * exactly 0.
 */
import { alignmentOf, moveBetween } from "../../model/alignment.js";
import { compared, sameShapes } from "../../model/comparison.js";
import { createModel } from "../../model/kinds.js";
import { modelEdits, sceneOf, unedited } from "../../model/scene.js";
import { placeOf, runOf } from "../../compute/here.js";
import { formatEdits } from "../../model/edits.js";
import { scenesOf } from "../../state/compare.js";
import { changedScene } from "../../state/making.js";
import { ownOf, sampleOf } from "../../state/selectors.js";
import { unchanged } from "../../state/transform-text.js";
import { Problem } from "../../api/client.js";

/** @typedef {import("../../state/initial.js").State} State */
/** @typedef {import("../../state/initial.js").Side} Side */
/** @typedef {import("../../model/scene.js").Scene} Scene */
/** @typedef {import("../../model/scene.js").Scenes} Scenes */
/** @typedef {import("../../api/client.js").Run} Run */
/** @typedef {import("../../model/comparison.js").LayerDifference} LayerDifference */
/**
 * @typedef {object} Pair
 * @property {Scene} a @property {Scene} b each with the run that is compared
 * @property {LayerDifference[] | null} layers null where the two cannot be taken from each other
 * @property {import("../../state/initial.js").Values | null} difference
 * @property {import("../../state/initial.js").Values | null} moved A as it is laid over B
 * @property {import("../../model/alignment.js").Move | null} move how B's picture is moved against A's
 * @property {ReadonlyMap<string, import("../../model/alignment.js").Aligned> | null} alignment
 * @property {"shapes" | "pieces" | null} why they cannot be taken from each other
 * @property {boolean} alike both were run by the same engine
 */

/**
 * The scenes of a side that an address names.
 * @param {Side} side @param {State} state
 * @param {{ api: import("../../api/client.js").Api, runs: import("../../state/runs.js").Runs, signal: AbortSignal }}
 *   parts
 * @returns {Promise<Scenes | null>} null while that is not known yet
 */
export async function loadSide(side, state, { api, runs, signal }) {
  const kept = scenesOf(side);
  if (kept) return kept;
  const id = modelIdOf(side, state);
  if (!id) return null;
  const mine = unedited(state.scenes);
  const model = mine?.model.id === id ? mine.model : createModel(await api.model(id, signal));
  const samples = mine?.model === model ? state.samples : (await api.samples(id, signal)).samples;
  const { picture, transform, edits } = side;
  const own = ownOf(state, picture);
  if (picture.source === "own" && !own) {
    if (!state.ownReady) return null;
    throw new Problem({ code: "own_picture_absent" });
  }
  const sample = sampleOf({ ...state, samples }, picture);
  if (picture.source === "sample" && !sample)
    throw new Problem({ code: "unknown_sample", params: { sample: picture.id } });
  const parameters = model.in_pieces ? new Map() : await api.parameters(model, null, signal);
  const original = {
    ...sceneOf(model),
    parameters,
    picture,
    run: await runs.run({ model, ref: picture, sample, own }),
  };
  if (!transform && edits.length === 0) return { main: original, original: null };
  const main = await changedScene(original, { parameters, transform, edits }, { api, runs, signal });
  return { main, original };
}

/** @param {Side} side @param {State} state @returns {string | undefined} */
const modelIdOf = ({ modelId }, { models }) =>
  modelId?.startsWith("own:")
    ? models.find(({ own }) => own && modelId.slice(4).startsWith(own.content.slice(0, 16)))?.id
    : (modelId ?? models.find((one) => one.default)?.id);

/** Runs that this page has made from the picture to the end, by the run that they stand for.
 * @type {WeakMap<Run, Run>} */
const whole = new WeakMap();
/** The same of the model as it was learned, by the input. @type {WeakMap<object, Run>} */
const learnedRuns = new WeakMap();

/**
 * A scene's run as this page makes it from the picture to the end; null where it does not.
 * @param {Scene} scene @param {Scene | null} learned the model without edits, and what it has learned
 * @returns {Run | null}
 */
function wholly(scene, learned) {
  const { run } = scene;
  if (!run || !learned?.parameters || placeOf(learned.model) !== "page") return null;
  const known = whole.get(run);
  if (known) return known;
  const { model, parameters } = learned;
  const edits = modelEdits(scene);
  // What takes values of other pictures is not at hand here.
  if (edits.some((edit) => edit.target === "unit" && (edit.change === "mean" || edit.change === "picture")))
    return null;
  let found = learnedRuns.get(run.input) ?? null;
  if (found?.model !== model.id) found = runOf(model, parameters, run.input);
  if (found) learnedRuns.set(run.input, found);
  if (found && edits.length > 0) found = runOf(model, parameters, run.input, edits, found);
  if (found) whole.set(run, found);
  return found;
}

/** Why two scenes are not compared value by value. @param {Scene} a @param {Scene} b @returns {Pair["why"]} */
const whyNot = (a, b) =>
  a.model.in_pieces || b.model.in_pieces ? "pieces" : sameShapes(a.model, b.model) ? null : "shapes";

/**
 * @param {Scenes} sideA @param {State} state @param {Side} side
 * @returns {Pair | null} null while a run is missing
 */
export function pairOf(sideA, state, side) {
  const { scenes } = state;
  const [sceneA, sceneB] = [sideA.main, scenes.main];
  if (!sceneA?.run || !sceneB?.run) return null;
  const learnedB = unedited(scenes);
  const ownA = unedited(sideA);
  // What was pinned before the learned numbers had come has them now.
  const learnedA =
    ownA && !ownA.parameters && ownA.model === learnedB?.model ? { ...ownA, parameters: learnedB.parameters } : ownA;
  const runs = [wholly(sceneA, learnedA), wholly(sceneB, learnedB)];
  const alike = runs[0] !== null && runs[1] !== null;
  const a = {
    ...sceneA,
    parameters: sceneA.parameters ?? learnedA?.parameters ?? null,
    run: alike ? runs[0] : sceneA.run,
  };
  const b = { ...sceneB, run: alike ? runs[1] : sceneB.run };
  const why = whyNot(a, b);
  const sources = new Set([sceneA.run.source ?? "server", sceneB.run.source ?? "server"]);
  const plain = { a, b, why, alike: alike || sources.size === 1, move: null, alignment: null };
  if (why || !a.run || !b.run) return { ...plain, layers: null, difference: null, moved: null };
  const move = moveOf(a, b, side, state);
  const alignment = move && state.comparing.align ? alignmentOf(b.model, move) : null;
  return { ...plain, move, alignment, ...compared(b.model, a.run, b.run, alignment) };
}

/** @param {Scene} a @param {Scene} b @param {Side} side @param {State} state */
function moveOf(a, b, side, { mix, transform }) {
  const alike =
    a.model.id === b.model.id &&
    a.picture?.id === b.picture?.id &&
    a.picture?.source === b.picture?.source &&
    textOf(a) === textOf(b);
  return alike && !mix ? moveBetween(side.transform ?? unchanged(), transform ?? unchanged()) : null;
}

/** @param {Scene} scene */
const textOf = (scene) => formatEdits(/** @type {import("../../model/edits.js").NetworkEdit[]} */ (modelEdits(scene)));
