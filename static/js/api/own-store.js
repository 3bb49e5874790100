// @ts-check
/**
 * The person's own networks, in this browser's IndexedDB and nowhere else: the files as they were given, and what was
 * said of them. What is known of a network stands apart from its files, so that a list of them reads no weights.
 *
 * @typedef {{ name: string, blob: Blob }} OwnFile
 * @typedef {Record<string, unknown>} Choices what the person said of the network, as `POST /own` takes it
 * @typedef {object} KeptModel
 * @property {string} content SHA-256 of the files' contents, as the server has it: the network, whatever was said of it
 * @property {string} id under which the server knows it, with what was said of it
 * @property {string} title
 * @property {string} file the name of the file that the network is in
 * @property {number} size of all files, in bytes
 * @property {Choices} choices
 * @property {number} added in milliseconds since 1970
 */
import { createDatabase } from "./database.js";

const [MODELS, FILES] = ["models", "files"];
const { within } = createDatabase("cnn-loupe-own", 1, {
  [MODELS]: { keyPath: "content" },
  [FILES]: { keyPath: "content" },
});

/** The oldest first. @returns {Promise<KeptModel[]>} */
export const keptModels = async () =>
  (await within(MODELS, "readonly", ([models]) => /** @type {IDBRequest<KeptModel[]>} */ (models.getAll()))).sort(
    (a, b) => a.added - b.added,
  );

/** The files of a network; empty where it is not kept. @param {string} content @returns {Promise<OwnFile[]>} */
export async function keptFiles(content) {
  const found = await within(FILES, "readonly", ([files]) => files.get(content));
  return (found?.files ?? []).map((/** @type {{ name: string, bytes: ArrayBuffer }} */ { name, bytes }) => ({
    name,
    blob: new Blob([bytes]),
  }));
}

/** As bytes: a private window of WebKit keeps an ArrayBuffer and refuses a Blob.
 * @param {KeptModel} model @param {readonly OwnFile[]} files */
export async function keepModel(model, files) {
  // Read before the transaction begins: it would end while the bytes are awaited.
  const stored = await Promise.all(files.map(async ({ name, blob }) => ({ name, bytes: await blob.arrayBuffer() })));
  return within([MODELS, FILES], "readwrite", ([models, kept]) => {
    kept.put({ content: model.content, files: stored });
    return models.put(model);
  });
}

/** What is known of a network that is kept has changed. @param {KeptModel} model */
export const keepChoices = (model) => within(MODELS, "readwrite", ([models]) => models.put(model));

/** @param {string} content */
export const forgetModel = (content) =>
  within([MODELS, FILES], "readwrite", ([models, files]) => {
    files.delete(content);
    return models.delete(content);
  });
