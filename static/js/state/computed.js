// @ts-check
/**
 * Runs of a changed input that are made in this page, and what the server says of the same input once the page rests.
 *
 * A run that is drawn stays: beside it stands by how much the server's differs, and the note that only the
 * server makes.
 */
import { requestIdle } from "../core/timing.js";
import { Problem } from "../api/client.js";
import { createBeside } from "../compute/beside.js";
import { edited } from "../compute/edits.js";
import { apart, placeOf, runOf } from "../compute/here.js";
import { editText, formatEdits } from "../model/edits.js";
import { pieceNamed } from "../model/learned.js";
import { modelEdits } from "../model/scene.js";

/** @typedef {import("../api/client.js").Run} Run */

// The worker's script is found by this module's own address, which a bundle keeps (.ci/bundle/bundle.mjs).
const beside = createBeside(
  () => new Worker(new URL("../compute/worker.js", import.meta.url), { type: "module", name: "compute" }),
);

/**
 * A run made in this page, at once or in a worker; null where it is for the server: of a large model, of one with kinds
 * that the page does not know, or where values overflow.
 * @param {import("../model/model.js").Model} model @param {import("../api/client.js").Parameters} parameters
 * @param {import("../api/wire.js").Tensor} input @returns {Run | null | Promise<Run | null>}
 */
export function runHere(model, parameters, input) {
  const place = placeOf(model);
  if (place === "page") return runOf(model, parameters, input);
  return place === "worker" ? besideOrNot(model, parameters, input) : null;
}

/** Where no worker can be had, the server runs.
 * @param {Parameters<typeof beside.run>} asked @returns {Promise<Run | null>} */
async function besideOrNot(...asked) {
  try {
    return await beside.run(...asked);
  } catch {
    return null;
  }
}

/**
 * The scene as edits change its model, run in this page; null where that is for the server: of a large model, where
 * an edit needs the gallery, or does not fit, of which the server says why. What depends on no edit keeps the values of
 * the run that the scene has, where that is one of its own input: only what comes after an edit is computed.
 * @param {import("../model/scene.js").WholeScene} scene
 * @param {readonly import("../model/edits.js").NetworkEdit[]} edits
 * @returns {Promise<import("../model/scene.js").WholeScene | null>}
 */
export async function editedScene(scene, edits) {
  if (placeOf(scene.model) === "server" || edits.some(borrows)) return null;
  let parts;
  try {
    parts = edited(scene.model, scene.parameters, edits);
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
  const { model, parameters } = parts;
  const before = scene.edits.length === 0 ? scene.run : null;
  const run =
    placeOf(scene.model) === "worker"
      ? await besideOrNot(scene.model, scene.parameters, scene.run.input, edits)
      : runOf(scene.model, scene.parameters, scene.run.input, edits, before);
  if (!run) return null;
  return { ...scene, model: steady(scene.model, model), parameters, edits: [...scene.edits, ...edits], run };
}

/** Whether an edit takes values of another run. @param {import("../model/edits.js").NetworkEdit} edit */
const borrows = (edit) => edit.target === "unit" && (edit.change === "mean" || edit.change === "picture");

/**
 * The same, run by the server.
 * @param {import("../model/scene.js").WholeScene} scene
 * @param {readonly import("../model/edits.js").NetworkEdit[]} edits
 * @param {{ runs: import("./runs.js").Runs, signal: AbortSignal }} parts
 * @returns {Promise<import("../model/scene.js").WholeScene>}
 */
export async function editedElsewhere(scene, edits, { runs, signal }) {
  const answer = await runs.runInput(scene.model, scene.run.input, signal, formatEdits(edits).split(";"));
  // The server has read the edits: they fit. Of a large model the numbers come piece by piece (`pieces.js`), into a map
  // of this scene's own.
  const { model, parameters } = scene.model.in_pieces
    ? edited(
        scene.model,
        new Map(),
        edits.filter(({ target }) => target !== "parameter"),
      )
    : edited(scene.model, scene.parameters, edits);
  return { ...scene, model: steady(scene.model, model), parameters, edits: [...scene.edits, ...edits], run: answer };
}

/**
 * Pieces of learned numbers as edits make them: those of a layer, or one unit's rows of them (`model/learned.js`).
 * @param {import("../model/model.js").Model} model @param {import("../api/client.js").Parameters} pieces
 * @param {readonly import("../compute/edits.js").Edit[]} edits
 * @returns {import("../api/client.js").Parameters}
 */
export function editedNumbers(model, pieces, edits) {
  const found = new Map(pieces);
  for (const [name, tensors] of pieces) {
    const { layer, unit } = pieceNamed(name);
    const own = edits.flatMap((edit) => {
      if (edit.target !== "parameter" || edit.layer !== layer) return [];
      if (unit === null || edit.at.length === 0) return [edit];
      return edit.at[0] === unit ? [{ ...edit, at: [0, ...edit.at.slice(1)] }] : [];
    });
    if (own.length)
      found.set(name, /** @type {any} */ (edited(model, new Map([[layer, tensors]]), own).parameters.get(layer)));
  }
  return found;
}

/** The same edited model for the same kinds, so that what is drawn of it stays in its place.
 * @param {import("../model/model.js").Model} base @param {import("../model/model.js").Model} model */
function steady(base, model) {
  const kinds = model.layers.map(({ kind }) => kind).join();
  if (base === model) return model;
  if (last?.base !== base || last.kinds !== kinds) last = { base, kinds, model };
  return last.model;
}

/** @typedef {import("../model/model.js").Model} Model */
/** @type {{ base: Model, kinds: string, model: Model } | null} */
let last = null;

/** @param {import("../compute/edits.js").Edit} edit */
const textOf = (edit) => editText(/** @type {import("../model/edits.js").NetworkEdit} */ (edit));

/** How long a run has to stay until it is compared, in milliseconds: nothing is asked while a slider moves. */
export const REST = 500;

/**
 * @param {{ store: import("./actions.js").AppStore, runs: import("./runs.js").Runs, rest?: number }} parts
 * @returns {() => void} stops following
 */
export function followComputed({ store, runs, rest = REST }) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;

  const compare = async () => {
    const { model, run, scenes } = store.state;
    if (!model || run?.source !== "page" || !scenes.main) return;
    try {
      const answer = await runs.runInput(model, run.input, undefined, modelEdits(scenes.main).map(textOf));
      if (store.state.run === run) store.update({ compared: { run, ...apart(run, answer), note: answer.note } });
    } catch (error) {
      // Without a server nothing is compared; the page's run stands for itself.
      if (!(error instanceof Problem)) throw error;
    }
  };

  const stop = store.select(
    ({ run }) => run,
    (run) => {
      clearTimeout(timer);
      if (run?.source === "page") timer = setTimeout(() => requestIdle(() => void compare()), rest);
    },
  );
  return () => {
    clearTimeout(timer);
    stop();
  };
}
