// @ts-check
/** The thread of a worker that runs models beside the page (`beside.js`): it is sent a model once, then inputs. */
import { createModel } from "../model/kinds.js";
import { runOf } from "./here.js";

/** @type {{ model: import("../model/model.js").Model, parameters: import("../api/client.js").Parameters } | null} */
let held = null;

addEventListener("message", ({ data: { model, parameters, input, edits } }) => {
  if (model) held = { model: createModel(model), parameters };
  const run = held && runOf(held.model, held.parameters, input, edits);
  const buffers = run ? [...run.activations.values()].map(({ data }) => data.buffer) : [];
  postMessage(run, { transfer: /** @type {Transferable[]} */ (buffers) });
});
