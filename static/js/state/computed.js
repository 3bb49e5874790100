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
import { editText } from "../model/edits.js";
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
 * The scene as edits change its model. What depends on no edit keeps the values of the run that the scene has, where
 * that is one of its own input: only what comes after an edit is computed.
 * @param {import("../model/scene.js").WholeScene} scene @param {readonly import("../compute/edits.js").Edit[]} edits
 * @param {(edits: readonly string[]) => Promise<Run>} askServer runs what is not for this page
 * @returns {Promise<import("../model/scene.js").WholeScene>}
 */
export async function editedScene(scene, edits, askServer) {
  const { model, parameters } = edited(scene.model, scene.parameters, edits);
  const before = scene.edits.length === 0 ? scene.run : null;
  const place = placeOf(scene.model);
  const here =
    place === "page"
      ? runOf(scene.model, scene.parameters, scene.run.input, edits, before)
      : place === "worker" && (await besideOrNot(scene.model, scene.parameters, scene.run.input, edits));
  const run = here || (await askServer(edits.map(textOf)));
  return { ...scene, model, parameters, edits: [...scene.edits, ...edits], run };
}

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
