// @ts-check
/**
 * What the server says of a person's own network (docs/api.md: `POST /own`).
 *
 * @typedef {import("./own-store.js").OwnFile} OwnFile
 * @typedef {import("./own-store.js").Choices} Choices
 */
import { headerOfFiles } from "../model/files/safetensors.js";

/**
 * @typedef {object} Note something that was done on the way in
 * @property {"folded" | "dropped" | "added" | "split" | "renamed"} action
 * @property {string} what the step, by the name that it has in the file
 * @property {string} reason a word of `own.reasons`, or plain English
 * @property {string | null} into the layer that it went into
 */
/**
 * @typedef {object} Report
 * @property {string} format @property {string} producer
 * @property {Record<string, string>} files name → SHA-256
 * @property {number[]} input_shape
 * @property {any} preparation
 * @property {string[]} classes @property {string} classes_source
 * @property {string} ending @property {string[]} added
 * @property {string[]} outputs @property {string | null} output
 * @property {string | null} licence @property {string | null} author
 * @property {string | null} snippet lines of the person's framework that write expected.npz
 * @property {number} parameter_count @property {number} multiplications @property {number} activations
 * @property {{ name: string, kind: string, shape: number[], origin: string[], parameters: number }[]} layers
 * @property {Note[]} notes
 */
/** @typedef {{ about: "classes" | "preparation" | "fit" | "output" | "architecture", [more: string]: any }} Question */
/**
 * @typedef {{ id: string, content: string, report: Report, questions: Question[], description: any, proof: any }}
 *   Brought
 */
/** @typedef {{ class: number, logit: number | null, probability: number | null }} Score */
/**
 * @typedef {{ way: string, colour: string, invert: boolean, preparation: any, scores: Score[] | null }} Way `scores`
 *   are null where the network's values overflow
 */

const BODY = "application/vnd.safetensors";

/** @param {import("./client.js").Api} api */
export function createOwn({ request }) {
  const path = (/** @type {string} */ id, /** @type {string} */ what) => `/models/${encodeURIComponent(id)}/${what}`;
  const post = async (
    /** @type {string} */ to,
    /** @type {BodyInit} */ body,
    type = "application/octet-stream",
    /** @type {AbortSignal | undefined} */
    signal,
  ) => (await request(to, { method: "POST", body, headers: { "content-type": type }, signal })).json();

  return {
    /** The files become a network that the server holds. Nothing of a large file is copied on its way.
     * @param {readonly OwnFile[]} files
     * @param {Choices} choices
     * @param {{ check?: boolean, signal?: AbortSignal }} [how]
     * @returns {Promise<Brought>} */
    bring(files, choices, { check = false, signal } = {}) {
      const sizes = files.map(({ name, blob }) => ({ name, size: blob.size }));
      const head = headerOfFiles(sizes, { choices: JSON.stringify(choices) });
      return post(check ? "/own?check=1" : "/own", new Blob([head, ...files.map(({ blob }) => blob)]), BODY, signal);
    },
    /** One picture, prepared in the usual ways, and what the network says of each.
     * @param {string} id @param {Blob} picture @param {AbortSignal} [signal] @returns {Promise<{ ways: Way[] }>} */
    lineup: (id, picture, signal) => post(path(id, "lineup"), picture, picture.type || undefined, signal),
    /**
     * The numbers of the network's own framework beside ours.
     * @param {string} id
     * @param {Blob} arrays
     * @param {AbortSignal} [signal]
     */
    proof: (id, arrays, signal) => post(path(id, "proof"), arrays, undefined, signal),
  };
}
