// @ts-check
/**
 * A scene: a picture on its way through a model. Everything that the page shows of a network it shows of a scene, and
 * everything that explains a number explains it from one.
 *
 * The state holds several by name (`state/initial.js`): the one that is looked at, and beside it the one that it is
 * compared with. A scene is never changed; what differs is another scene, and says by its `edits` how it came about.
 *
 * @typedef {object} Scene
 * @property {import("./model.js").Model} model
 * @property {Parameters | null} parameters what the model has learned; null until it is there
 * @property {readonly Edit[]} edits what was changed on the way from the picture to the run, in this order
 * @property {PictureRef | null} picture of which the run is; null where that picture is gone
 * @property {Run | null} run null until it is there
 */
/** @typedef {Scene & { parameters: Parameters, run: Run }} WholeScene */
/**
 * @typedef {{ target: "input", transform: import("./transform.js").Transform | null,
 *   mix?: import("./transform.js").Mix | null }} InputEdit a change of the picture's tensor before it enters the
 *   network
 */
/**
 * @typedef {InputEdit | import("../compute/edits.js").Edit} Edit or a change of the model: `model` and `parameters` of
 *   the scene are then the changed ones
 */
/** @typedef {import("../api/client.js").Parameters} Parameters */
/** @typedef {import("../api/client.js").Run} Run */
/** @typedef {{ source: "sample" | "own" | "noise", id: string }} PictureRef
 *  `noise` stands in where a model takes no pictures (neither 1 nor 3 channels) */
/** @typedef {"main" | "original"} SceneName */
/** @typedef {Readonly<Record<SceneName, Scene | null>>} Scenes
 *  `main` is what network, inspector and opened views show unless they are given another; `original` is the same
 *  picture in the same model without edits, as long as `main` has some. */

/** No model yet. @type {Scenes} */
export const NO_SCENES = Object.freeze({ main: null, original: null });

/** A model through which nothing has been run yet. @param {import("./model.js").Model} model @returns {Scene} */
export const sceneOf = (model) => ({ model, parameters: null, edits: [], picture: null, run: null });

/** Whether there is everything that a number is explained from.
 * @param {Scene | null} scene @returns {scene is WholeScene} */
export const isWhole = (scene) => scene !== null && scene.run !== null && scene.parameters !== null;

/** What was changed in the model of a scene. @param {Pick<Scene, "edits">} scene
 * @returns {import("../compute/edits.js").Edit[]} */
export const modelEdits = ({ edits }) =>
  /** @type {import("../compute/edits.js").Edit[]} */ (edits.filter(({ target }) => target !== "input"));

/** What was changed in the values of one unit. @param {Pick<Scene, "edits">} scene @param {string} layer
 * @param {number} unit @returns {import("../compute/edits.js").UnitEdit[]} */
export const unitEdits = ({ edits }, layer, unit) =>
  edits.flatMap((edit) => (edit.target === "unit" && edit.layer === layer && edit.unit === unit ? [edit] : []));

/** The scene that has no edits: what a changed one is compared with.
 * @param {Scenes} scenes @returns {Scene | null} */
export const unedited = ({ main, original }) => original ?? main;

/** The same scenes, but for one thing that those of a model have in common.
 * @param {Scenes} scenes @param {import("./model.js").Model} model @param {Pick<Scene, "parameters">} patch
 * @returns {Scenes} */
export function withShared({ main, original }, model, patch) {
  const patched = (/** @type {Scene | null} */ scene) => (scene?.model === model ? { ...scene, ...patch } : scene);
  return { main: patched(main), original: patched(original) };
}
