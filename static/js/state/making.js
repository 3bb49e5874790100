// @ts-check
/**
 * Scenes of changed inputs and changed models: run in this page where the model is small enough and what it has learned
 * is there, else by the server. Loaded with the first change.
 */
import { transformInput } from "../model/transform.js";
import { editedElsewhere, editedScene, runHere } from "./computed.js";

/** @typedef {import("./initial.js").State} State */
/** @typedef {import("../model/scene.js").Scene} Scene */
/** @typedef {import("../model/scene.js").Scene & { run: import("../api/client.js").Run }} RunScene */
/**
 * @typedef {object} Asked
 * @property {import("../api/client.js").Parameters | null} parameters what the model has learned, if that is there yet
 * @property {State["transform"]} transform
 * @property {State["edits"]} edits
 * @property {import("../model/transform.js").Mix | null} [mix]
 */
/** @typedef {{ api: import("../api/client.js").Api, runs: import("./runs.js").Runs, signal: AbortSignal }} Parts */

/**
 * The scene of a picture as a transform changes the picture and edits the model.
 * @param {RunScene} original @param {Asked} asked @param {Parts} parts @returns {Promise<Scene>}
 */
export async function changedScene(original, { parameters, transform, edits, mix = null }, { api, runs, signal }) {
  const changed = withInput(original, transform, mix);
  const { model } = changed;
  if (edits.length === 0) {
    const here = parameters && !model.in_pieces ? await runHere(model, parameters, changed.run.input) : null;
    return { ...changed, run: here ?? (await runs.runInput(model, changed.run.input, signal)) };
  }
  const learned = parameters ?? (model.in_pieces ? new Map() : await api.parameters(model, null, signal));
  const whole = { ...changed, parameters: learned };
  return (await editedScene(whole, edits)) ?? editedElsewhere(whole, edits, { runs, signal });
}

/** The scene with its input changed, and the run still to be made.
 * @param {RunScene} original @param {State["transform"]} transform
 * @param {import("../model/transform.js").Mix | null} mix @returns {RunScene} */
function withInput(original, transform, mix) {
  if (!transform && !mix) return original;
  const { range } = original.model.input;
  const moved = transform ? transformInput(original.run.input, transform, range) : original.run.input;
  const input = mix ? mixed(mix, moved) : moved;
  const edits = [{ target: /** @type {const} */ ("input"), transform, ...(mix && { mix }) }];
  return { ...original, edits, run: { ...original.run, input } };
}

/** (1 − t)·A + t·B. @param {import("../model/transform.js").Mix} mix @param {import("../api/wire.js").Tensor} b
 * @returns {import("../api/wire.js").Tensor} */
function mixed({ share, input: a }, b) {
  return { shape: b.shape, data: b.data.map((value, at) => (1 - share) * a.data[at] + share * value) };
}
